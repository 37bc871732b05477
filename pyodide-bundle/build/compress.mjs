/**
 * Makes the two stored forms of a served file, brotli and zstd, once for ever: a form is kept under the digest of what it is the
 * form of, and its own digest beside it, so that a damaged copy is seen and made again.
 */

import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import { Zstd } from "@hpcc-js/wasm-zstd";
import { writeWhole } from "./fetch.mjs";
import { sha256 } from "./manifest.mjs";

/** The largest window of ordinary brotli (16 MB); browsers do not read the "large window" kind. */
const BROTLI_WINDOW_BITS = 24;
/**
 * How hard to try, by when a file is needed: minutes of building for what a person waits for. A window of zstd stays under the
 * 8 MB that browsers accept (RFC 9659).
 */
const EFFORTS = { first: { brotli: 11, zstd: 19 }, later: { brotli: 9, zstd: 12 } };
/** Beyond this size (bytes) brotli's hardest takes minutes, and zstd's comes out as small. */
const HARDEST_BROTLI_BYTES = 32e6;

/**
 * @typedef {{br: Buffer, zst: Buffer}} Forms
 */

/** @param {string} cache */
export function createCompressor(cache) {
  const root = join(cache, "forms");
  /** @type {Promise<Zstd> | undefined} */
  let zstd;

  /**
   * @param {string} digest of the identity bytes
   * @param {keyof typeof EFFORTS} [when]
   * @returns {Forms | null}
   */
  function stored(digest, when = "later") {
    const place = placeOf(digest, when);
    if (!existsSync(`${place}.json`)) return null;
    const digests = JSON.parse(readFileSync(`${place}.json`, "utf8"));
    const forms = { br: readIfWhole(`${place}.br`, digests.br), zst: readIfWhole(`${place}.zst`, digests.zst) };
    return forms.br && forms.zst ? { br: forms.br, zst: forms.zst } : null;
  }

  /**
   * @param {Buffer} bytes
   * @param {keyof typeof EFFORTS} [when]
   * @returns {Promise<Forms>}
   */
  async function compress(bytes, when = "later") {
    const digest = sha256(bytes);
    const kept = stored(digest, when);
    if (kept) return kept;
    const effort = EFFORTS[when];
    // zlib works in its own thread while the main one makes the zstd form.
    const brotli = brotliAsync(bytes, bytes.length > HARDEST_BROTLI_BYTES ? EFFORTS.later.brotli : effort.brotli);
    zstd ??= Zstd.load();
    const zst = Buffer.from((await zstd).compress(bytes, effort.zstd));
    const br = await brotli;
    const place = placeOf(digest, when);
    mkdirSync(dirname(place), { recursive: true });
    writeWhole(`${place}.br`, br);
    writeWhole(`${place}.zst`, zst);
    writeWhole(`${place}.json`, JSON.stringify({ br: sha256(br), zst: sha256(zst) }));
    return { br, zst };
  }

  /** @param {string} digest @param {keyof typeof EFFORTS} when */
  function placeOf(digest, when) {
    const { brotli, zstd } = EFFORTS[when];
    return join(root, `br${brotli}.${BROTLI_WINDOW_BITS}-zst${zstd}`, digest);
  }

  return { stored, compress };
}

/** @param {Buffer} bytes @param {number} quality */
function brotliAsync(bytes, quality) {
  return promisify(brotliCompress)(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: quality,
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
