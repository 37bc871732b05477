// @ts-check
/**
 * Fetches files whose digests are known, and gives out no others; and how runtime.js asks runtime-worker.js for them. Where the
 * digests come from is the caller's to know.
 *
 * @import {RuntimePieces} from "./wire.js"
 *
 * @typedef {{name: string, url: string, integrity: string, pieces?: RuntimePieces, blob?: Blob}} PinnedFile `integrity`: value of an
 *   attribute of that name; `pieces`: of a file that is put in place piece by piece; `blob`: its bytes, where the document holds
 *   them, compressed if the type says so
 * @typedef {{type: "get", id: number, file: PinnedFile}
 *   | {type: "hand", id: number, files: [role: string, file: PinnedFile][]}
 *   | {type: "ahead" | "fetch" | "keep", files: PinnedFile[]}} ToRuntimeWorker `hand` comes with the port on which the files go out, by their roles
 * @typedef {{type: "arrived" | "lost", name: string}
 *   | {type: "done", id: number, bytes: ArrayBuffer | null}
 *   | {type: "failed", id: number, message: string, fault: Fault | null}} FromRuntimeWorker
 * @typedef {{file: string, reason: "wrong" | "silent" | "refused", status: number}} Fault `status`: of the answer, where there was one
 */

import { canDigest, digestOf } from "./digest.js";

/** Told in words where a person reads it; here nobody knows their language. */
export class PinnedError extends Error {
  /** @param {Fault} fault @param {ErrorOptions} [options] */
  constructor(fault, options) {
    super(`${fault.file}: ${fault.reason}`, options);
    this.name = "PinnedError";
    this.fault = fault;
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
  if (!bytes || (canDigest() && (await digestOf(bytes)) !== integrity)) {
    throw new PinnedError({ file: name, reason: "wrong", status: 0 });
  }
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
    if (plain?.ok) throw new PinnedError({ file: name, reason: "wrong", status: 0 });
    throw new PinnedError({ file: name, reason: "silent", status: 0 }, { cause });
  }
  const { response, bytes } = fetched;
  if (!bytes) throw new PinnedError({ file: name, reason: "refused", status: response.status });
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
