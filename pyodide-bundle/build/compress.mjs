/**
 * Makes the two stored forms of a served file, brotli and zstd, once for ever: a form is kept under the digest of what it is the
 * form of, and its own digest beside it, so that a damaged copy is seen and made again.
 */

import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { brotliCompress, constants } from "node:zlib";
import { writeWhole } from "./fetch.mjs";
import { sha256 } from "./manifest.mjs";

/** The largest window of ordinary brotli (16 MB); browsers do not read the "large window" kind. */
const BROTLI_WINDOW_BITS = 24;
/**
 * How hard to try, by when a file is needed: minutes of building for what a person waits for. A window of zstd stays under the
 * 8 MB that browsers accept (RFC 9659).
 */
const EFFORTS = {
  first: { brotli: 11, zstd: 19 },
  // Most of what a first visit waits for; brotli's hardest takes twice as long for another three percent.
  memory: { brotli: 10, zstd: 12 },
  later: { brotli: 9, zstd: 12 },
};

/** @typedef {keyof typeof EFFORTS} Effort */

/**
 * @typedef {{br: Buffer, zst: Buffer}} Forms
 */

/** @param {string} cache */
export function createCompressor(cache) {
  const root = join(cache, "forms");
  const zstd = createZstdThreads();

  /**
   * @param {string} digest of the identity bytes
   * @param {Effort} [when]
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
   * @param {Effort} [when]
   * @returns {Promise<Forms>}
   */
  async function compress(bytes, when = "later") {
    const digest = sha256(bytes);
    const kept = stored(digest, when);
    if (kept) return kept;
    const effort = EFFORTS[when];
    const [br, zst] = await Promise.all([brotliAsync(bytes, effort.brotli), zstd(bytes, effort.zstd)]);
    const place = placeOf(digest, when);
    mkdirSync(dirname(place), { recursive: true });
    writeWhole(`${place}.br`, br);
    writeWhole(`${place}.zst`, zst);
    writeWhole(`${place}.json`, JSON.stringify({ br: sha256(br), zst: sha256(zst) }));
    return { br, zst };
  }

  /** @param {string} digest @param {Effort} when */
  function placeOf(digest, when) {
    const { brotli, zstd } = EFFORTS[when];
    return join(root, `br${brotli}.${BROTLI_WINDOW_BITS}-zst${zstd}`, digest);
  }

  return { stored, compress };
}

/** As many threads as there are processors, each started when it is needed and none keeping the process from its end. */
function createZstdThreads() {
  /** @type {Worker[]} */
  const idle = [];
  /** @type {((worker: Worker) => void)[]} */
  const waiting = [];
  let started = 0;

  /** @returns {Promise<Worker>} */
  function take() {
    const worker = idle.pop();
    if (worker) return Promise.resolve(worker);
    if (started === availableParallelism()) return new Promise((resolve) => waiting.push(resolve));
    started += 1;
    return Promise.resolve(new Worker(new URL("zstd-worker.mjs", import.meta.url)));
  }

  /**
   * @param {Buffer} bytes
   * @param {number} level
   * @returns {Promise<Buffer>}
   */
  return async (bytes, level) => {
    const worker = await take();
    worker.ref();
    /** @type {Uint8Array} */
    const zst = await new Promise((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
      worker.postMessage({ bytes, level });
    });
    worker.removeAllListeners("error");
    worker.unref();
    const next = waiting.shift();
    if (next) next(worker);
    else idle.push(worker);
    return Buffer.from(zst);
  };
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
