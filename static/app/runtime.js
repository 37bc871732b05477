// @ts-check
/**
 * The pinned runtime's files as the page knows them: which there are, where they come from and how far they are. They are fetched,
 * checked against the digests in the server's manifest and held by runtime-worker.js. What the bytes are for is start-files.js's,
 * sandbox.js's and figure-frame.js's.
 *
 * @import {Fault, FromRuntimeWorker, PinnedFile, ToRuntimeWorker} from "./pinned.js"
 * @import {Runtime} from "./wire.js"
 */

import { t } from "./language.js";
import { startWorker } from "./own-workers.js";
import { pinnedFile } from "./pinned-file.js";

/**
 * @typedef {ReturnType<typeof createRuntimeFiles>} RuntimeFiles
 *
 * @typedef {object} RuntimeSource where a document gets the runtime from
 * @property {Runtime} runtime
 * @property {string} runtimeBase address under which the files are served, by digest
 * @property {Map<string, Blob>} [packed] files that the document itself holds, compressed
 * @property {() => Worker} [startRuntimeWorker] where runtime-worker.js has no address
 */

/** One for a page. @type {WeakMap<Runtime, RuntimeFiles>} */
const known = new WeakMap();

/**
 * @param {RuntimeSource} source
 * @returns {RuntimeFiles}
 */
export function runtimeFiles(source) {
  let files = known.get(source.runtime);
  if (!files) {
    files = createRuntimeFiles(source);
    known.set(source.runtime, files);
  }
  return files;
}

/** @param {RuntimeSource} source */
function createRuntimeFiles(source) {
  const { startRuntimeWorker = () => startWorker("runtime") } = source;
  const sizes = new Map(source.runtime.files.map(({ name, bytes }) => [name, bytes]));
  /** Names of files on their way, and of those that have come. @type {Set<string>} */
  const coming = new Set();
  /** @type {Set<string>} */
  const there = new Set();
  /** @type {Map<number, {resolve: (bytes: ArrayBuffer | null) => void, reject: (error: Error) => void}>} */
  const waiting = new Map();
  /** @type {Worker | undefined} */
  let worker;
  let nextId = 1;
  let bytesDone = 0;
  let bytesTotal = 0;
  /** @type {(done: number, total: number) => void} */
  let onProgress = () => {};

  const sizeOf = (/** @type {string} */ name) => sizes.get(name) ?? 0;

  function theWorker() {
    if (!worker) {
      worker = startRuntimeWorker();
      worker.onmessage = ({ data }) => receive(data);
      worker.onerror = () => end(t("runtime.no_worker"));
    }
    return worker;
  }

  /** With all that it holds. @param {string} why what those are told who wait for it */
  function end(why) {
    worker?.terminate();
    worker = undefined;
    for (const { reject } of waiting.values()) reject(new Error(why));
    waiting.clear();
    coming.clear();
    there.clear();
    bytesTotal = bytesDone;
  }

  /** @param {FromRuntimeWorker} message */
  function receive(message) {
    switch (message.type) {
      case "arrived":
        // What is read once more, since it was let go of, is no news.
        if (!coming.delete(message.name)) return;
        there.add(message.name);
        bytesDone += sizeOf(message.name);
        return onProgress(bytesDone, bytesTotal);
      case "lost":
        there.delete(message.name);
        if (!coming.delete(message.name)) return;
        bytesTotal -= sizeOf(message.name);
        return onProgress(bytesDone, bytesTotal);
      case "done":
        waiting.get(message.id)?.resolve(message.bytes);
        return void waiting.delete(message.id);
      case "failed": {
        const { fault } = message;
        waiting.get(message.id)?.reject(fault === null ? new Error(message.message) : inWords(fault));
        waiting.delete(message.id);
      }
    }
  }

  /**
   * @param {(id: number) => ToRuntimeWorker} message
   * @param {Transferable[]} [transfer]
   * @returns {Promise<ArrayBuffer | null>}
   */
  function ask(message, transfer = []) {
    const id = nextId++;
    const answer = new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
    theWorker().postMessage(message(id), transfer);
    return answer;
  }

  /** @param {string | PinnedFile} file a name in the manifest, or a file that is not in it @returns {PinnedFile} */
  const pinned = (file) => (typeof file === "string" ? pinnedFile(source, file) : file);

  /** @param {string | PinnedFile} file */
  function counted(file) {
    const found = pinned(file);
    if (!coming.has(found.name) && !there.has(found.name)) {
      coming.add(found.name);
      bytesTotal += sizeOf(found.name);
      onProgress(bytesDone, bytesTotal);
    }
    return found;
  }

  /** @param {string} name @returns {Promise<ArrayBuffer>} the file's bytes, a copy that is the caller's own */
  async function get(name) {
    const file = counted(name);
    const bytes = await ask((id) => ({ type: "get", id, file }));
    return bytes ?? new ArrayBuffer(0);
  }

  return {
    get,
    /** In bytes, unpacked. @param {string} name */
    sizeOf,
    /** Whether it has been asked for before. @param {string} name */
    has: (name) => coming.has(name) || there.has(name),
    /** @param {string} name @returns {Promise<string>} */
    text: async (name) => new TextDecoder().decode(await get(name)),
    /**
     * Sends files to whoever listens at the other end of a port, each when it is there.
     * @param {[role: string, file: string | PinnedFile][]} wanted in the order in which they are needed
     * @param {MessagePort} port
     * @returns {Promise<unknown>} settled when all are sent
     */
    async hand(wanted, port) {
      const files = wanted.map(([role, file]) => /** @type {[string, PinnedFile]} */ ([role, counted(file)]));
      return ask((id) => ({ type: "hand", id, files }), [port]);
    },
    /** Has those fetched that are not there yet. @param {string[]} names */
    fetchAhead(names) {
      const wanted = names.filter((name) => !coming.has(name) && !there.has(name));
      if (wanted.length > 0) theWorker().postMessage({ type: "fetch", files: wanted.map(counted) });
    },
    /** Has the browser keep these unpacked for the next visit, and nothing else. @param {string[]} names */
    keepUnpacked(names) {
      theWorker().postMessage({ type: "keep", files: names.map(pinned) });
    },
    /** Lets go of all of them: what is wanted again comes from what the browser keeps. */
    forget: () => end(t("runtime.let_go")),
    /** @param {(done: number, total: number) => void} listener bytes of all files asked for so far, as unpacked */
    set onProgress(listener) {
      onProgress = listener;
    },
  };
}

/** @param {Fault} fault */
function inWords({ file, reason, status }) {
  const error = new Error(t(`runtime.${reason}`, { file, status: String(status) }));
  // By which interpreter.js tells it from an accident.
  if (reason === "wrong") error.name = "IntegrityError";
  return error;
}
