/**
 * Fonts as matplotlib reads them: of a variable font, which holds all weights, one weight, and of that the letters that are somebody's
 * reason to have it. HarfBuzz does both, compiled to WebAssembly, so the same input gives the same bytes everywhere. The licence goes
 * along with the letters.
 */

import { unzipSync } from "fflate";
import subsetFont from "subset-font";

/** @import { Font, Script } from "./manifest.mjs" */
/** @import { Files } from "./unpack.mjs" */

/** Beside the harness, which knows the files by their names: python/sandplot/fonts.py. */
const FOLDER = "sandplot_fonts";

/** @type {[number, number][]} */
const LATIN = [
  [0x20, 0x24f],
  [0x2b0, 0x52f],
  [0x1e00, 0x22ff],
  [0x25a0, 0x25ff],
];
/** No Latin letters: the first font is asked for them before. @type {[number, number][]} */
const WIDE = [
  [0x1100, 0x11ff],
  [0x2e80, 0x9fff],
  [0xa960, 0xa97f],
  [0xac00, 0xd7ff],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe4f],
  [0xff00, 0xffef],
  [0x1b000, 0x1b16f],
  [0x1f200, 0x1f2ff],
  [0x20000, 0x323af],
];

/**
 * @param {Script} script
 * @param {Font} font
 * @param {Buffer} wheel
 * @returns {Promise<Files>} as they lie in site-packages
 */
export async function buildFont(script, { licence, faces }, wheel) {
  const wanted = new Set([licence, ...faces.map(({ member }) => member)]);
  const held = unzipSync(wheel, { filter: ({ name }) => wanted.has(name) });
  const letters = textOf(script === "latin" ? LATIN : WIDE);
  const files = [{ path: `${FOLDER}/${script}-LICENCE.txt`, bytes: memberOf(held, licence) }];
  for (const { member, weight, name } of faces) {
    const made = await subsetFont(Buffer.from(memberOf(held, member)), letters, {
      targetFormat: "truetype",
      variationAxes: { wght: weight },
      // matplotlib applies none of them, and hints by itself.
      keepFeatures: [],
      noHinting: true,
    });
    files.push({ path: `${FOLDER}/${name}`, bytes: made });
  }
  return files;
}

/** @param {Script} script */
export function fontFile(script) {
  return `font-${script}.pack`;
}

/**
 * @param {Record<string, Uint8Array>} held
 * @param {string} member
 */
function memberOf(held, member) {
  const bytes = held[member];
  if (!bytes) throw new Error(`the wheel of a font holds no ${member}`);
  return bytes;
}

/** @param {[number, number][]} ranges */
function textOf(ranges) {
  const letters = [];
  for (const [first, last] of ranges) {
    for (let point = first; point <= last; point += 1) letters.push(String.fromCodePoint(point));
  }
  return letters.join("");
}
