/**
 * Makes the two stored forms of a served file, brotli and zstd, once for ever: a form is kept under the digest of what it is the
 * form of, and its own digest beside it, so that a damaged copy is seen and made again.
 */

import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import { Zstd } from "@hpcc-js/wasm-zstd";
import { writeWhole } from "./fetch.mjs";
import { sha256 } from "./manifest.mjs";

const BROTLI_QUALITY = 9;
/** The largest window of ordinary brotli (16 MB); browsers do not read the "large window" kind. */
const BROTLI_WINDOW_BITS = 24;
/** Its window stays under the 8 MB that browsers accept (RFC 9659). */
const ZSTD_LEVEL = 12;
const SETTINGS = `br${BROTLI_QUALITY}.${BROTLI_WINDOW_BITS}-zst${ZSTD_LEVEL}`;

/**
 * @typedef {{br: Buffer, zst: Buffer}} Forms
 */

/** @param {string} cache */
export function createCompressor(cache) {
  const folder = join(cache, "forms", SETTINGS);
  mkdirSync(folder, { recursive: true });
  /** @type {Promise<Zstd> | undefined} */
  let zstd;

  /**
   * @param {string} digest of the identity bytes
   * @returns {Forms | null}
   */
  function stored(digest) {
    const place = join(folder, digest);
    if (!existsSync(`${place}.json`)) return null;
    const digests = JSON.parse(readFileSync(`${place}.json`, "utf8"));
    const forms = { br: readIfWhole(`${place}.br`, digests.br), zst: readIfWhole(`${place}.zst`, digests.zst) };
    return forms.br && forms.zst ? { br: forms.br, zst: forms.zst } : null;
  }

  /**
   * @param {Buffer} bytes
   * @returns {Promise<Forms>}
   */
  async function compress(bytes) {
    const digest = sha256(bytes);
    const kept = stored(digest);
    if (kept) return kept;
    // zlib works in its own thread while the main one makes the zstd form.
    const brotli = brotliAsync(bytes);
    zstd ??= Zstd.load();
    const zst = Buffer.from((await zstd).compress(bytes, ZSTD_LEVEL));
    const br = await brotli;
    const place = join(folder, digest);
    writeWhole(`${place}.br`, br);
    writeWhole(`${place}.zst`, zst);
    writeWhole(`${place}.json`, JSON.stringify({ br: sha256(br), zst: sha256(zst) }));
    return { br, zst };
  }

  return { stored, compress };
}

/** @param {Buffer} bytes */
function brotliAsync(bytes) {
  return promisify(brotliCompress)(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: BROTLI_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
}

/**
 * @param {string} place
 * @param {string} digest
 */
function readIfWhole(place, digest) {
  if (!existsSync(place)) return null;
  const bytes = readFileSync(place);
  return sha256(bytes) === digest ? bytes : null;
}
