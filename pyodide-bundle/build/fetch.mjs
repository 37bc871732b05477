/**
 * Brings the pinned inputs here: from the cache if its bytes are still right, else from the first source that answers. Every byte
 * is checked against its sha256 before anything else sees it, and a file appears in the cache only whole and right.
 */

import { createHash } from "node:crypto";
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { BuildFailure, WrongBytes } from "./failure.mjs";
import { sha256 } from "./manifest.mjs";
import { downloadWithPip } from "./pip.mjs";

/** @import { Input, Source } from "./manifest.mjs" */
/** @import { Progress } from "./progress.mjs" */

/**
 * @typedef {object} FetchOptions
 * @property {Input[]} inputs everything that may be asked for
 * @property {string} cache
 * @property {string} nodeModules
 * @property {string} distribution URL of the distribution, ending in a slash
 * @property {Progress} progress
 * @property {typeof downloadWithPip} [pip]
 * @property {number} [connectMilliseconds] how long the distribution may take to answer before it counts as unreachable
 * @property {number} [stallMilliseconds] how long it may then be silent
 */

/** @param {FetchOptions} options */
export function createFetcher(options) {
  const { cache, nodeModules, distribution, progress } = options;
  const { pip = downloadWithPip, connectMilliseconds = 5000, stallMilliseconds = 30_000 } = options;
  const byName = new Map(options.inputs.map((input) => [input.name, input]));
  const whole = join(cache, "inputs");
  const partial = join(cache, "partial");
  mkdirSync(whole, { recursive: true });
  mkdirSync(partial, { recursive: true });

  /** @type {Map<string, Promise<Buffer>>} */
  const asked = new Map();
  /** @type {Promise<unknown>} pip runs one at a time: two at once write into the same cache of its own */
  let pipQueue = Promise.resolve();
  /** @type {string | null} why the distribution is not asked again in this run */
  let unreachable = null;

  /**
   * @param {string} name
   * @returns {Promise<Buffer>}
   */
  function obtain(name) {
    const input = byName.get(name);
    if (!input) throw new Error(`${name} is not in the manifest`);
    let answer = asked.get(name);
    if (!answer) {
      answer = obtainOnce(input);
      asked.set(name, answer);
    }
    return answer;
  }

  /** @param {Input} input */
  async function obtainOnce(input) {
    const place = join(whole, input.sha256);
    const cached = readCached(input, place);
    if (cached) {
      progress.finish(input.name, input.bytes, "cached");
      return cached;
    }
    const reasons = [];
    for (const source of input.sources) {
      try {
        const bytes = await fromSource(input, source);
        check(input, originOf(source), bytes);
        writeWhole(place, bytes);
        rmSync(join(partial, input.sha256), { force: true });
        progress.finish(input.name, input.bytes, originOf(source));
        return bytes;
      } catch (error) {
        // Only a source that has nothing to give is passed over; wrong bytes and faults of ours stop the build.
        if (!(error instanceof SourceSilent)) throw error;
        reasons.push(`  ${originOf(source)}: ${error.message}`);
      }
    }
    throw new BuildFailure([`${input.name}: no source has it`, ...reasons].join("\n"));
  }

  /**
   * @param {Input} input
   * @param {string} place
   */
  function readCached(input, place) {
    if (!existsSync(place)) return null;
    const bytes = readFileSync(place);
    if (bytes.length === input.bytes && sha256(bytes) === input.sha256) return bytes;
    progress.say(`${input.name}: the cached copy is damaged, fetching it again`);
    rmSync(place);
    return null;
  }

  /**
   * @param {Input} input
   * @param {Source} source
   * @returns {Promise<Buffer>}
   */
  async function fromSource(input, source) {
    if ("npm" in source) return fromNpm(source);
    if ("distribution" in source) return fromDistribution(input, source.distribution);
    if ("archive" in source) return fromArchive(source);
    return fromPip(input, source.pip);
  }

  /** @param {{npm: string, path: string}} source */
  function fromNpm({ npm, path }) {
    const place = join(nodeModules, npm, path);
    if (!existsSync(place)) throw new BuildFailure(`${npm} is not installed: run \`npm ci\``);
    return readFileSync(place);
  }

  /** @param {{archive: string, member: string}} source */
  async function fromArchive({ archive, member }) {
    const container = byName.get(archive);
    if (container && !asked.has(archive)) progress.expect(container.bytes);
    const found = unzipSync(await obtain(archive), { filter: (entry) => entry.name === member })[member];
    if (!found) throw new SourceSilent(`holds no ${member}`);
    return Buffer.from(found);
  }

  /**
   * @param {Input} input
   * @param {string} requirement
   */
  function fromPip(input, requirement) {
    const turn = pipQueue.then(() => pip(requirement, input.name, { folder: partial, onBytes: progress.advance }));
    pipQueue = turn.catch(() => undefined);
    return turn;
  }

  /**
   * Goes on where an earlier run was cut off: what arrived stays under the digest it should have, and the server is asked for the
   * rest.
   *
   * @param {Input} input
   * @param {string} path
   */
  async function fromDistribution(input, path) {
    if (unreachable !== null) throw new SourceSilent(unreachable);
    const url = new URL(path, distribution);
    const place = join(partial, input.sha256);
    let start = existsSync(place) ? statSync(place).size : 0;
    if (start >= input.bytes) {
      rmSync(place);
      start = 0;
    }
    const abort = new AbortController();
    let timer = setTimeout(() => abort.abort(new Error("no answer in time")), connectMilliseconds);
    let response;
    try {
      const headers = start > 0 ? { range: `bytes=${start}-` } : {};
      response = await fetch(url, { headers, signal: abort.signal });
    } catch (error) {
      // Several files may be under way: the first one to find out says so.
      if (unreachable === null) {
        unreachable = `unreachable (${reasonOf(error)})`;
        progress.say(`${url.host} is ${unreachable}: using the other sources`);
      }
      throw new SourceSilent(unreachable);
    } finally {
      clearTimeout(timer);
    }
    if (!response.ok || !response.body) {
      abort.abort();
      throw new SourceSilent(`answered ${response.status}`);
    }
    const resumed = response.status === 206 && start > 0;
    const hash = createHash("sha256");
    if (resumed) for await (const chunk of createReadStream(place)) hash.update(chunk);
    if (resumed) progress.advance(start);
    const file = await open(place, resumed ? "a" : "w");
    let received = resumed ? start : 0;
    try {
      const stalled = () => abort.abort(new Error(`silent for ${stallMilliseconds / 1000} s`));
      timer = setTimeout(stalled, stallMilliseconds);
      for await (const chunk of response.body) {
        clearTimeout(timer);
        timer = setTimeout(stalled, stallMilliseconds);
        await file.write(chunk);
        hash.update(chunk);
        received += chunk.length;
        progress.advance(chunk.length);
        if (received > input.bytes) break;
      }
    } catch (error) {
      throw new SourceSilent(`broke off after ${received} of ${input.bytes} bytes (${reasonOf(error)})`);
    } finally {
      clearTimeout(timer);
      abort.abort();
      await file.close();
    }
    const bytes = readFileSync(place);
    rmSync(place);
    const digest = hash.digest("hex");
    if (digest !== input.sha256) throw new WrongBytes(input.name, url.href, input, { sha256: digest, bytes: received });
    return bytes;
  }

  return { obtain };
}

/** A source that has nothing to give now; the next one is asked. */
class SourceSilent extends Error {}

/**
 * @param {Input} input
 * @param {string} origin
 * @param {Buffer} bytes
 */
function check(input, origin, bytes) {
  const digest = sha256(bytes);
  if (digest !== input.sha256) throw new WrongBytes(input.name, origin, input, { sha256: digest, bytes: bytes.length });
}

/** @param {Source} source */
function originOf(source) {
  if ("npm" in source) return `npm ${source.npm}`;
  if ("distribution" in source) return "the Pyodide distribution";
  if ("archive" in source) return source.archive;
  return `pip ${source.pip}`;
}

/** @param {unknown} error */
function reasonOf(error) {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}

/**
 * Under a name of its own first: whoever looks at `place` sees either nothing or all of it, even after a kill in the middle.
 *
 * @param {string} place
 * @param {Uint8Array | string} bytes
 */
export function writeWhole(place, bytes) {
  const draft = `${place}.${process.pid}.draft`;
  writeFileSync(draft, bytes);
  renameSync(draft, place);
}
