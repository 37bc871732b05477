// @ts-check
/**
 * What an interpreter starts from: which of the runtime's files, what each is for, and whether it is restored from the memory
 * snapshot or booted without it. Starting it is interpreter.js's, when is sandbox.js's.
 *
 * @import {ToWorker} from "../shared/protocol.js"
 * @import {Runtime} from "./wire.js"
 * @import {createRuntimeFiles} from "./runtime.js"
 *
 * @typedef {object} Start
 * @property {Omit<Extract<ToWorker, {type: "boot"}>, "memoryBytes">} message
 * @property {Map<string, Promise<ArrayBuffer>>} files on their way, by their roles; those that take longest to use come first
 * @typedef {{stdlib: ArrayBuffer, pack: ArrayBuffer}} RestFiles
 */

import { sealedFrame } from "./interpreter.js";

/**
 * @param {Runtime} runtime
 * @param {ReturnType<typeof createRuntimeFiles>} files
 * @param {string} frameUrl of the sandbox page
 */
export function createStartFiles(runtime, files, frameUrl) {
  const { core, base } = runtime;
  /** Keeps the machine code for the next interpreter. @type {HTMLIFrameElement | null} */
  let keeper = null;

  function restoring() {
    const { metadata, libraries, data, memory } = base.snapshot;
    return start([data], memory, { metadata, wasm: core.wasm, libraries });
  }

  function booting() {
    const packs = [base.snapshot.libraries, base.snapshot.data, base.rest, base.imported];
    return start(packs, [], { wasm: core.wasm, stdlib: core.stdlib });
  }

  /**
   * @param {string[]} packs
   * @param {string[]} memory
   * @param {Record<string, string>} roles
   * @returns {Start}
   */
  function start(packs, memory, roles) {
    /** @type {Record<string, string>} */
    const named = { ...roles, harness: core.harness };
    for (const [number, name] of packs.entries()) named[`pack-${number}`] = name;
    for (const [number, name] of memory.entries()) named[`memory-${number}`] = name;
    const coming = new Map(Object.entries(named).map(([role, name]) => [role, files.get(name)]));
    // Each is met where it is waited for; that another failed first is no news.
    for (const file of coming.values()) file.catch(() => {});
    return {
      message: {
        type: "boot",
        abi: { abi_version: runtime.abi, python: runtime.python },
        modules: Object.keys(runtime.imports),
        packs: packs.length,
        memory: memory.length,
      },
      files: coming,
    };
  }

  /** @returns {Promise<RestFiles>} what a restored interpreter can begin without */
  async function rest() {
    const [stdlib, pack] = await Promise.all([files.get(core.stdlib), files.get(base.rest)]);
    return { stdlib, pack };
  }

  /** Has what was compiled kept for as long as the page lives: called while an interpreter that compiled it is there. */
  async function keep() {
    const [wasm, libraries] = await Promise.all([files.get(core.wasm), files.get(base.snapshot.libraries)]);
    if (keeper) return;
    const kept = [wasm, ...contentsOf(libraries)];
    const frame = sealedFrame(frameUrl);
    keeper = frame;
    frame.hidden = true;
    frame.addEventListener("load", () => frame.contentWindow?.postMessage({ keep: kept }, "*"), { once: true });
    document.body.append(frame);
  }

  return {
    restoring,
    booting,
    rest,
    keep,
    /** Gives back what is only kept to be quick. */
    forget() {
      keeper?.remove();
      keeper = null;
    },
  };
}

/** @param {ArrayBuffer} pack see `contents` in sandbox/worker.js */
function contentsOf(pack) {
  const indexLength = new DataView(pack).getUint32(0, true);
  /** @type {[string, number][]} */
  const index = JSON.parse(new TextDecoder().decode(new Uint8Array(pack, 4, indexLength)));
  let offset = 4 + indexLength;
  return index.map(([, length]) => {
    offset += length;
    return pack.slice(offset - length, offset);
  });
}
