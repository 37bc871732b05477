/**
 * Fonts as matplotlib reads them: of a variable font, which holds all weights, one weight, and of that the letters that are somebody's
 * reason to have it. HarfBuzz does both, compiled to WebAssembly, so the same input gives the same bytes everywhere. The licence goes
 * along with the letters.
 */

import { unzipSync } from "fflate";
import subsetFont from "subset-font";

/** @import { Font, Script } from "./manifest.mjs" */
/** @import { Files } from "./unpack.mjs" */

/** Of what a font says of itself, what stays as its maker wrote it: copyright, trademark, licence and where to read it. */
const KEPT_NAMES = new Set([0, 7, 13, 14]);
/** Of the names: Windows, Unicode, American English. */
const PLATFORM = [3, 1, 0x409];

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
    files.push({ path: `${FOLDER}/${name}`, bytes: renamed(made, name) });
  }
  return files;
}

/** @param {Script} script */
export function fontFile(script) {
  return `font-${script}.pack`;
}

/**
 * Gives a font the name of its file, `Family-Style.ttf`. It still bears the one of the lightest of its weights: matplotlib keeps the letters of
 * two fonts apart by that name. And what was cut from one of Adobe's may not be called as theirs is.
 *
 * @param {Buffer} font
 * @param {string} file
 */
function renamed(font, file) {
  const [family = "", style = ""] = file.replace(/\.ttf$/, "").split("-");
  const spaced = family.replace(/(?<=[a-z])(?=[A-Z])/g, " ");
  /** @type {[tag: string, bytes: Buffer][]} */
  const tables = [];
  for (let at = 12; at < 12 + 16 * font.readUInt16BE(4); at += 16) {
    const start = font.readUInt32BE(at + 8);
    tables.push([font.toString("latin1", at, at + 4), font.subarray(start, start + font.readUInt32BE(at + 12))]);
  }
  const names = new Map([
    [1, spaced],
    [2, style],
    [4, `${spaced} ${style}`],
    [6, `${family}-${style}`],
  ]);
  const made = tables.map(
    ([tag, bytes]) => /** @type {const} */ ([tag, tag === "name" ? nameTable(bytes, names) : bytes]),
  );
  const head = Buffer.from(font.subarray(0, 12 + 16 * made.length));
  let place = head.length;
  const parts = made.map(([tag, bytes], number) => {
    const padded = Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
    const at = 12 + 16 * number;
    if (tag === "name") head.writeUInt32BE(sumOf(padded), at + 4);
    head.writeUInt32BE(place, at + 8);
    head.writeUInt32BE(bytes.length, at + 12);
    place += padded.length;
    return padded;
  });
  return Buffer.concat([head, ...parts]);
}

/**
 * @param {Buffer} before
 * @param {Map<number, string>} names by their numbers
 */
function nameTable(before, names) {
  const all = new Map(names);
  const texts = before.readUInt16BE(4);
  for (let at = 6; at < 6 + 12 * before.readUInt16BE(2); at += 12) {
    const [platform, encoding, language, id = 0, length = 0, offset = 0] = Array.from({ length: 6 }, (_, word) =>
      before.readUInt16BE(at + 2 * word),
    );
    if (![platform, encoding, language].every((value, word) => value === PLATFORM[word]) || !KEPT_NAMES.has(id))
      continue;
    const text = Buffer.from(before.subarray(texts + offset, texts + offset + length)).swap16();
    all.set(id, text.toString("utf16le"));
  }
  const sorted = [...all]
    .sort(([a], [b]) => a - b)
    .map(([id, text]) => ({ id, bytes: Buffer.from(text, "utf16le").swap16() }));
  const head = Buffer.alloc(6 + 12 * sorted.length);
  head.writeUInt16BE(sorted.length, 2);
  head.writeUInt16BE(head.length, 4);
  let offset = 0;
  for (const [number, { id, bytes }] of sorted.entries()) {
    for (const [word, value] of [...PLATFORM, id, bytes.length, offset].entries()) {
      head.writeUInt16BE(value, 6 + 12 * number + 2 * word);
    }
    offset += bytes.length;
  }
  return Buffer.concat([head, ...sorted.map(({ bytes }) => bytes)]);
}

/** As OpenType counts a table. @param {Buffer} bytes */
function sumOf(bytes) {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 4) sum = (sum + bytes.readUInt32BE(at)) >>> 0;
  return sum;
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
