// @ts-check
/**
 * The letters of interactive figures: faces of the pinned fonts, for the sealed frame that draws one and for what is saved of it. So a
 * figure looks the same on every machine; only letters that none of these has come from the machine's own fonts.
 *
 * Latin, Greek and Cyrillic come whole: what a figure writes at its axes is only known when it is drawn. Of Chinese, Japanese and Korean
 * come the letters that stand in the figure, some kilobytes of megabytes, and only out of files that the page has already for the
 * run: if a figure could have one fetched, a program could tell something by it.
 *
 * @import {FigureFace} from "../shared/protocol.js"
 * @import {RuntimeSource} from "./runtime.js"
 */

import { fontsFor, unescaped } from "./fonts.js";
import { runtimeFiles } from "./runtime.js";
import { readFont } from "./truetype.js";

/** What each file of the packs is to a figure. Weights are those that it stands for, so that no browser thickens a face by itself. */
const FACES = new Map([
  ["SandplotSans-Regular.ttf", { family: "Sandplot Sans", style: "normal", weight: "1 549" }],
  ["SandplotSans-Semibold.ttf", { family: "Sandplot Sans", style: "normal", weight: "550 1000" }],
  ["SandplotSans-Italic.ttf", { family: "Sandplot Sans", style: "italic", weight: "1 1000" }],
  ["NotoSansJP-Regular.ttf", { family: "Noto Sans JP", style: "normal", weight: "1 1000" }],
  ["NotoSansSC-Regular.ttf", { family: "Noto Sans SC", style: "normal", weight: "1 1000" }],
  ["NotoSansKR-Regular.ttf", { family: "Noto Sans KR", style: "normal", weight: "1 1000" }],
]);

/** @param {string} spec JSON of a figure @param {RuntimeSource} source @returns {Promise<FigureFace[]>} in the order in which a letter is looked for */
export async function facesFor(spec, source) {
  const files = runtimeFiles(source);
  const { latin } = source.runtime.fonts;
  const others = fontsFor(spec, "", source.runtime).filter((file) => files.has(file));
  const [first = [], ...rest] = await Promise.all(
    [latin, ...others].map(async (file) => facesIn(await files.get(file))),
  );
  const letters = new Set(unescaped(spec));
  const cut = rest.flat().map((face) => ({ ...face, bytes: readFont(face.bytes).subset(letters).file.buffer }));
  return [...first, ...cut];
}

/** @param {ArrayBuffer} pack as pyodide-bundle/build/pack.mjs writes it @returns {FigureFace[]} */
export function facesIn(pack) {
  const length = new DataView(pack).getUint32(0, true);
  /** @type {[path: string, length: number][]} */
  const index = JSON.parse(new TextDecoder().decode(new Uint8Array(pack, 4, length)));
  /** @type {FigureFace[]} */
  const faces = [];
  let at = 4 + length;
  for (const [path, size] of index) {
    const face = FACES.get(path.slice(path.lastIndexOf("/") + 1));
    if (face) faces.push({ ...face, bytes: pack.slice(at, at + size) });
    at += size;
  }
  return faces;
}
