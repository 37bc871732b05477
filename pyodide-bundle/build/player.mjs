/**
 * The script and the style of a chart outside of the app: what `static/app/player.js` imports as one classic script, since a document
 * without an origin can load no module, with the text of the worker that fetches the runtime in it; and the page's own style in one
 * piece. Written into `static/built/`, which is served and embedded as the rest of `static/` is.
 */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const folder = fileURLToPath(new URL("../../static/", import.meta.url));

const STYLES = ["tokens", "base", "layout", "components", "player", "print"];
/** Fonts have addresses, which such a document may not load. */
const FONT_FACE = /@font-face\s*\{[^}]*\}/g;

/**
 * @param {string} entry
 * @param {Record<string, string>} [define]
 */
async function classicScript(entry, define = {}) {
  const result = await build({
    entryPoints: [join(folder, entry)],
    bundle: true,
    minify: true,
    format: "iife",
    platform: "browser",
    target: "es2022",
    charset: "utf8",
    define,
    // Asked for only where the page starts its worker by an address, which this script does not.
    logOverride: { "empty-import-meta": "silent" },
    write: false,
  });
  const [script] = result.outputFiles;
  if (!script) throw new Error("esbuild made no file");
  // It stands in a script element, where a text that begins so would change how the element ends (HTML, section 4.12.1.3). It is
  // part of a string or of a pattern: minified code has no other place for it.
  return script.text.replaceAll("<!--", "\\x3c!--");
}

async function buildPlayer() {
  const worker = await classicScript("app/runtime-worker.js");
  const script = await classicScript("app/player.js", { "globalThis.runtimeWorkerText": JSON.stringify(worker) });
  const sheets = STYLES.map((name) => readFileSync(join(folder, `css/${name}.css`), "utf8").replace(FONT_FACE, ""));
  const style = await build({
    stdin: { contents: sheets.join("\n"), loader: "css" },
    minify: true,
    charset: "utf8",
    target: "es2022",
    write: false,
  });
  return { script, style: style.outputFiles[0]?.text ?? "" };
}

export async function writePlayer() {
  const { script, style } = await buildPlayer();
  const built = join(folder, "built");
  mkdirSync(built, { recursive: true });
  writeIfChanged(join(built, "player.js"), script);
  writeIfChanged(join(built, "player.css"), style);
}

/**
 * A compiler that embeds the folder looks at times.
 *
 * @param {string} place
 * @param {string} text
 */
function writeIfChanged(place, text) {
  try {
    if (readFileSync(place, "utf8") === text) return;
  } catch {
    // It is not there yet.
  }
  writeFileSync(place, text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writePlayer();
