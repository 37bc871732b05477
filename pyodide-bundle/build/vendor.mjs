/**
 * The page's own third-party code: npm packages pinned by package-lock.json -> static/vendor/, which is not committed. What the sealed
 * frames use is renderers.mjs's.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { writeWhole } from "./fetch.mjs";
import { bundleFolder, nodeModules } from "./manifest.mjs";

/** @typedef {{name: string, bytes: Uint8Array}} VendorFile */

const WASM = "@wasm-fmt/ruff_fmt/ruff_fmt_bg.wasm";

/** @returns {Promise<VendorFile[]>} */
async function vendorFiles() {
  const { outputFiles, metafile } = await build({
    entryPoints: ["codemirror", "ruff-format"].map((name) => join(bundleFolder, "vendor", `${name}.js`)),
    outdir: "vendor",
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    metafile: true,
    write: false,
  });
  const packages = new Set(Object.keys(metafile.inputs).flatMap((place) => packageOf(place) ?? []));
  return [
    ...outputFiles.map(({ path, contents }) => ({ name: path.split(/[\\/]/).at(-1) ?? path, bytes: contents })),
    { name: "ruff-format.wasm", bytes: readFileSync(join(nodeModules, WASM)) },
    { name: "licenses.txt", bytes: Buffer.from([...packages].sort().map(licenseOf).join("\n\n")) },
  ];
}

/** @param {string} place of a file that went in */
function packageOf(place) {
  return /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(place.replaceAll("\\", "/"))?.[1];
}

/** Whoever gets the code gets the words under which its authors gave it. @param {string} name */
function licenseOf(name) {
  const folder = join(nodeModules, name);
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file) throw new Error(`${name} comes without its license`);
  return `${name} ${version}\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
}

/**
 * Only files whose bytes changed are touched: a compiler that embeds the folder looks at times.
 * @param {string} folder
 */
export async function writeVendor(folder) {
  mkdirSync(folder, { recursive: true });
  const files = await vendorFiles();
  for (const { name, bytes } of files) {
    const place = join(folder, name);
    if (!existsSync(place) || !readFileSync(place).equals(bytes)) writeWhole(place, Buffer.from(bytes));
  }
  for (const name of readdirSync(folder)) if (!files.some((file) => file.name === name)) rmSync(join(folder, name));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeVendor(join(bundleFolder, "../static/vendor"));
