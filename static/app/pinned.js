// @ts-check
/**
 * Fetches files whose digests are known, and gives out no others; and how runtime.js asks runtime-worker.js for them. Where the
 * digests come from is the caller's to know.
 *
 * @typedef {{name: string, url: string, integrity: string, blob?: Blob}} PinnedFile `integrity`: value of an
 *   attribute of that name; `blob`: its bytes, where the document holds them, compressed if the type says so
 * @typedef {{type: "get", id: number, file: PinnedFile}
 *   | {type: "hand", id: number, files: [role: string, file: PinnedFile][]}
 *   | {type: "fetch" | "keep", files: PinnedFile[]}} ToRuntimeWorker `hand` comes with the port on which the files go out, by their roles
 * @typedef {{type: "arrived" | "lost", name: string}
 *   | {type: "done", id: number, bytes: ArrayBuffer | null}
 *   | {type: "failed", id: number, message: string, wrong: string | null}} FromRuntimeWorker `wrong`: the file that is not the pinned
 *   one
 */

import { canDigest, digestOf } from "./digest.js";

export class IntegrityError extends Error {
  /** @param {string} file */
  constructor(file) {
    super(
      `${file} is not the file this server pinned: its bytes do not match their sha256. ` +
        "Nothing was run. A proxy may change files on their way; reload, or ask whoever runs this server.",
    );
    this.name = "IntegrityError";
    this.file = file;
  }
}

const COMPRESSED = "application/gzip";

/** @param {ArrayBuffer} bytes */
export function compressed(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Response(stream, { headers: { "Content-Type": COMPRESSED } }).blob();
}

/** @param {PinnedFile} file */
export function obtainPinned({ blob, url, integrity, name }) {
  return blob ? unpackPinned(blob, integrity, name) : fetchPinned(url, integrity, name);
}

/** @param {Blob} blob @param {string} integrity @param {string} name */
async function unpackPinned(blob, integrity, name) {
  const isCompressed = blob.type === COMPRESSED;
  const stream = isCompressed ? blob.stream().pipeThrough(new DecompressionStream("gzip")) : blob.stream();
  const bytes = await new Response(stream).arrayBuffer().catch(() => null);
  // Where a page can make no digests, these bytes are as good as the digest: both stand in the same document.
  if (!bytes || (canDigest() && (await digestOf(bytes)) !== integrity)) throw new IntegrityError(name);
  return bytes;
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
