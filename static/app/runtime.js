// @ts-check
/**
 * The pinned runtime's files as the page fetches them: each once, each checked against the digest that the server's manifest
 * gives, each counted for the progress. What the bytes are for is sandbox.js's and figure-frame.js's.
 *
 * @import {Runtime, RuntimeFile} from "./wire.js"
 */

import { canDigest, digestFromHex, digestOf } from "./digest.js";
import { dropOthers, keep, readKept } from "./runtime-cache.js";

export class IntegrityError extends Error {
  /** @param {string} file */
  constructor(file) {
    super(
      `${file} is not the file this server pinned: its bytes do not match their sha256. ` +
        "Nothing was run. A proxy may change files on their way; reload, or ask whoever runs this server.",
    );
    this.name = "IntegrityError";
  }
}

/**
 * @param {Runtime} manifest
 * @param {string} base path under which the files are served, by digest
 */
export function createRuntimeFiles(manifest, base) {
  const files = new Map(manifest.files.map((file) => [file.name, file]));
  /** @type {Map<string, Promise<ArrayBuffer>>} */
  const fetched = new Map();
  /** Names of what the browser keeps unpacked. @type {Set<string>} */
  const kept = new Set();
  let bytesDone = 0;
  let bytesTotal = 0;
  /** @type {(done: number, total: number) => void} */
  let onProgress = () => {};

  /**
   * @param {string} name
   * @returns {Promise<ArrayBuffer>} the file's bytes; not to be given away, since they serve every later interpreter too
   */
  function get(name) {
    let bytes = fetched.get(name);
    if (!bytes) {
      bytes = load(name).catch((error) => {
        // A later try may go better: a failure is not kept.
        fetched.delete(name);
        throw error;
      });
      fetched.set(name, bytes);
    }
    return bytes;
  }

  /** @param {RuntimeFile} file */
  function urlOf(file) {
    return `${base}/${file.sha256}/${file.name}`;
  }

  /** @param {string} name */
  async function load(name) {
    const file = files.get(name);
    if (!file) throw new Error(`${name} is not part of this runtime`);
    bytesTotal += file.bytes;
    onProgress(bytesDone, bytesTotal);
    try {
      const bytes = await pinned(file);
      bytesDone += file.bytes;
      return bytes;
    } catch (error) {
      bytesTotal -= file.bytes;
      throw error;
    } finally {
      onProgress(bytesDone, bytesTotal);
    }
  }

  /** @param {RuntimeFile} file */
  async function pinned(file) {
    const url = urlOf(file);
    const integrity = digestFromHex(file.sha256);
    const bytes = await readKept(url);
    if (bytes && (await digestOf(bytes)) === integrity) {
      kept.add(file.name);
      return bytes;
    }
    return fetchPinned(url, integrity, file.name);
  }

  /** Has the browser keep these unpacked for the next visit, and nothing else. @param {string[]} names */
  async function keepUnpacked(names) {
    const wanted = names.flatMap((name) => files.get(name) ?? []);
    await dropOthers(new Set(wanted.map(urlOf)));
    for (const file of wanted) {
      if (!kept.has(file.name) && (await keep(urlOf(file), await get(file.name)))) kept.add(file.name);
    }
  }

  return {
    get,
    keepUnpacked,
    /** Lets go of all of them: what is wanted again comes from what the browser keeps. */
    forget: () => fetched.clear(),
    /** Lets go of those that the browser keeps unpacked. */
    forgetKept() {
      for (const name of kept) fetched.delete(name);
    },
    /** @param {string} name @returns {Promise<string>} */
    text: async (name) => new TextDecoder().decode(await get(name)),
    /** @param {(done: number, total: number) => void} listener bytes of all files asked for so far, as unpacked */
    set onProgress(listener) {
      onProgress = listener;
    },
  };
}

/**
 * @param {string} url
 * @param {string} integrity value of an attribute of that name
 * @param {string} name what to call the file when it fails
 */
export async function fetchPinned(url, integrity, name) {
  /** @type {{response: Response, bytes: ArrayBuffer | null}} */
  let fetched;
  try {
    fetched = await fetchOnce(url, integrity, "default").catch(() =>
      // The wrong bytes may be in the browser's own cache, where they would stay for a year: once more, past it.
      fetchOnce(url, integrity, "reload"),
    );
  } catch (cause) {
    // A wrong digest and a dead network look the same here: only a request without a check, thrown away, tells which.
    const plain = await fetch(url, { method: "HEAD", cache: "no-store" }).catch(() => null);
    if (plain?.ok) throw new IntegrityError(name);
    throw new Error(`${name} could not be fetched: the server did not answer. Check the connection and reload.`, {
      cause,
    });
  }
  const { response, bytes } = fetched;
  if (!bytes) throw new Error(`${name} could not be fetched: the server answered ${response.status}. Reload the page.`);
  return bytes;
}

/**
 * @param {string} url
 * @param {string} integrity
 * @param {RequestCache} cache
 */
async function fetchOnce(url, integrity, cache) {
  // A browser checks on the page's own thread, and copies once more to do so: it is asked to only where the page cannot check.
  const response = await fetch(url, canDigest() ? { cache } : { cache, integrity });
  if (!response.ok) return { response, bytes: null };
  const bytes = await response.arrayBuffer();
  if (canDigest() && (await digestOf(bytes)) !== integrity) throw new TypeError("these are not the pinned bytes");
  return { response, bytes };
}
