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

/** After which nobody waits for the frame that holds the machine code. */
const HOLD_MILLISECONDS = 2000;

/**
 * @param {Runtime} runtime
 * @param {ReturnType<typeof createRuntimeFiles>} files
 * @param {string} frameUrl of the sandbox page
 */
export function createStartFiles(runtime, files, frameUrl) {
  const { core, base } = runtime;
  /** Keeps the machine code for the next interpreter. @type {HTMLIFrameElement | null} */
  let keeper = null;
  /** @type {Promise<unknown> | null} */
  let holding = null;

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

  /**
   * Has what was compiled held for as long as the page lives: called while an interpreter that compiled it is there. Resolves when it
   * is held, or does not seem to get there.
   * @param {number} [after] milliseconds before it begins, if it has not yet
   * @returns {Promise<unknown>}
   */
  function hold(after = 0) {
    holding ??= holdCompiled(after).catch(() => {});
    return holding;
  }

  /** @param {number} after */
  async function holdCompiled(after) {
    await new Promise((resolve) => setTimeout(resolve, after));
    const [wasm, libraries] = await Promise.all([files.get(core.wasm), files.get(base.snapshot.libraries)]);
    // Given up meanwhile.
    if (!holding) return;
    const code = [wasm.slice(0), ...contentsOf(libraries)];
    const frame = sealedFrame(frameUrl);
    keeper = frame;
    frame.hidden = true;
    const { port1, port2 } = new MessageChannel();
    const held = new Promise((resolve) => {
      port1.onmessage = resolve;
      setTimeout(resolve, HOLD_MILLISECONDS);
    });
    frame.addEventListener("load", () => frame.contentWindow?.postMessage({ keep: code }, "*", [port2, ...code]), {
      once: true,
    });
    document.body.append(frame);
    await held;
    port1.close();
  }

  return {
    restoring,
    booting,
    rest,
    hold,
    /** Has the browser keep what a restored interpreter starts from, unpacked. */
    keepUnpacked: () =>
      files.keepUnpacked([core.script, core.wasm, core.harness, ...Object.values(base.snapshot).flat()]),
    /** Gives back what is only kept to be quick. */
    forget() {
      keeper?.remove();
      keeper = null;
      holding = null;
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
