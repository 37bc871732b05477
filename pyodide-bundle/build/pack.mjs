/**
 * The two containers of the bundle. A pack is what site-packages is mounted from: a list of names and lengths, then the contents end
 * to end, so that the sandbox can mount every file as a view into one buffer without copying. A stored zip is what Python itself
 * reads its standard library from.
 */

import { zipSync } from "fflate";

/** @import { Files } from "./unpack.mjs" */

const PREFIX_BYTES = 4;

/**
 * u32 little-endian N, N bytes of JSON `[[path, length], ...]`, then the contents in that order.
 *
 * @param {Files} files
 * @returns {Buffer}
 */
export function encodePack(files) {
  const names = Buffer.from(JSON.stringify(files.map(({ path, bytes }) => [path, bytes.length])));
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32LE(names.length);
  return Buffer.concat([prefix, names, ...files.map(({ bytes }) => bytes)]);
}

/**
 * @param {Buffer} pack
 * @returns {Files}
 */
export function decodePack(pack) {
  let offset = PREFIX_BYTES + pack.readUInt32LE(0);
  /** @type {[string, number][]} */
  const names = JSON.parse(pack.subarray(PREFIX_BYTES, offset).toString("utf8"));
  const files = names.map(([path, length]) => {
    const bytes = pack.subarray(offset, offset + length);
    offset += length;
    return { path, bytes };
  });
  if (offset !== pack.length) throw new Error(`a pack of ${pack.length} bytes whose list says ${offset}`);
  return files;
}

/**
 * Stored, not deflated: it travels compressed as a whole, and Python reads its modules out of it at every start.
 *
 * @param {Files} files
 */
export function storedZip(files) {
  const entries = Object.fromEntries(files.map(({ path, bytes }) => [path, bytes]));
  // A zip holds local time without a zone: the same fields wherever it is built.
  return Buffer.from(zipSync(entries, { level: 0, mtime: new Date(1980, 0, 1) }));
}
