// @ts-check
/**
 * Writes a chart into one HTML file that draws it again: its program, the sealed frames, the script that runs it (player.js), a
 * picture of it until it is drawn, and what is chosen: the person's tables, and the runtime. Without the runtime the file fetches it
 * from this server, and checks it against the digests that are in the file. What the file may do stands in its own policy, which the
 * server wrote (src/web/player.rs): nothing but that.
 *
 * @import {RuntimeFiles} from "./runtime.js"
 * @import {TableFile} from "./sandbox.js"
 * @import {Limits, PlayerData, PlayerParts, Runtime} from "./wire.js"
 *
 * @typedef {object} ChartToKeep
 * @property {string} title
 * @property {string} program
 * @property {string | null} source path of its page
 * @property {string[]} wanted names of the files it needs
 * @property {TableFile[]} tables those that shall be in the file
 * @property {string} edits JSON of what the person says about columns
 * @property {Blob | null} picture PNG
 * @property {string} description of the picture
 */

import { escaped } from "./html-file.js";
import { language, t } from "./language.js";
import { packagesFor } from "./packages.js";
import { compressed } from "./pinned.js";

/**
 * @param {ChartToKeep} chart
 * @param {{runtime: Runtime, limits: Limits, packed: Map<string, Blob> | null}} about `packed`: the runtime's files, if they shall be in it
 * @returns {Promise<Blob>}
 */
export async function makeChartFile(chart, { runtime, limits, packed }) {
  const parts = await fetchParts();
  const { origin } = location;
  const tables = await Promise.all(chart.tables.map((table, at) => element(`table-${at}`, table.blob)));
  const files = packed ? await Promise.all([...packed].map(([, blob], at) => element(`runtime-${at}`, blob))) : [];
  /** @type {PlayerData} */
  const data = {
    title: chart.title,
    program: chart.program,
    source: chart.source && new URL(chart.source, origin).href,
    runtime,
    runtimeBase: `${origin}/runtime`,
    sandbox: parts.sandbox,
    limits,
    edits: chart.edits,
    wanted: chart.wanted,
    given: chart.tables.map(({ name }, at) => ({ name, element: `table-${at}` })),
    packed: [...(packed?.keys() ?? [])].map((name, at) => ({ name, element: `runtime-${at}` })),
    isEmbed: false,
  };
  const policy = `${parts.policy}; connect-src ${packed ? "'none'" : `${origin}/runtime/`}`;
  const title = escaped(chart.title);
  return new Blob(
    [
      `<!doctype html>\n<html lang="${language()}">\n<head>\n<meta charset="utf-8">\n`,
      `<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">\n`,
      '<meta http-equiv="x-dns-prefetch-control" content="off">\n<meta name="referrer" content="no-referrer">\n',
      '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n',
      `<title>${title}</title>\n<style>${parts.style}</style>\n</head>\n<body class="player">\n`,
      `<main data-hook="main" data-state="idle">\n<h1>${title}</h1>\n`,
      ...(await pictureOf(chart)),
      `<noscript><p>${escaped(t("player.no_script"))}</p></noscript>\n</main>\n`,
      ...tables.flat(),
      ...files.flat(),
      // Of the language that it was saved in. The server wrote them for such an element.
      `<script type="application/json" id="words">${document.getElementById("words")?.textContent ?? "{}"}</script>\n`,
      // No `<` in it: nothing can end the element.
      `<script type="application/json" id="page-data">${JSON.stringify(data).replaceAll("<", "\\u003c")}</script>\n`,
      `<script>${parts.script}</script>\n</body>\n</html>\n`,
    ],
    { type: "text/html" },
  );
}

/** @returns {Promise<PlayerParts>} */
async function fetchParts() {
  const response = await fetch("/player.json").catch(() => null);
  if (!response?.ok) throw new Error(t("file.no_answer"));
  return response.json();
}

/** @param {ChartToKeep} chart */
async function pictureOf({ picture, description }) {
  if (!picture) return [];
  const address = `data:image/png;base64,${await base64(picture)}`;
  return [
    `<div class="saved-picture" data-hook="picture"><img src="${address}" alt="${escaped(description)}"></div>\n`,
  ];
}

/** @param {string} id @param {Blob} content @returns {Promise<BlobPart[]>} */
async function element(id, content) {
  return [`<script type="text/plain" id="${id}">`, await base64(content), "</script>\n"];
}

/** @param {Blob} blob @returns {Promise<string>} */
function base64(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => {
      const address = String(reader.result);
      resolve(address.slice(address.indexOf(",") + 1));
    };
    reader.onerror = () => reject(new Error(t("file.gone")));
    reader.readAsDataURL(blob);
  });
}

/**
 * Names of the runtime's files that a chart takes when Python is booted without its memory snapshot: that starts sooner, but would
 * make the file nearly twice as large, and not every engine restores it.
 * @param {Runtime} runtime
 * @param {{program: string, readers: Iterable<string>, kinds: Iterable<string>, fonts: string[]}} chart `readers`: what opened its
 *   tables; `kinds` of figures
 */
export function filesFor(runtime, { program, readers, kinds, fonts }) {
  const { core, base } = runtime;
  const names = new Set([
    ...Object.values(core),
    base.libraries,
    base.snapshot.data,
    base.rest,
    base.imported,
    ...fonts,
    ...packagesFor(program, runtime).map(({ file }) => file),
  ]);
  for (const reader of readers) {
    if (reader === "parquet") names.add(runtime.readers.parquet);
    for (const { file } of packagesFor(`import ${reader}`, runtime)) names.add(file);
  }
  for (const kind of kinds)
    if (kind === "plotly" || kind === "vega") names.add(runtime.renderers[kind].file).add(runtime.fonts.latin);
  return [...names];
}

/**
 * @param {string[]} names
 * @param {RuntimeFiles} files
 * @param {(done: number) => void} onProgress how many are done
 */
export async function packRuntime(names, files, onProgress) {
  /** @type {Map<string, Blob>} */
  const packed = new Map();
  // One after the other: each is held twice while it is compressed.
  for (const name of names) {
    packed.set(name, await compressed(await files.get(name)));
    onProgress(packed.size);
  }
  return packed;
}
