// @ts-check
/**
 * What an interpreter starts from: which of the runtime's files, in which order they are fetched, and whether it is restored from
 * the memory snapshot or booted without it. Starting it is interpreter.js's, when is sandbox.js's.
 *
 * @import {ToWorker} from "../shared/protocol.js"
 * @import {Runtime} from "./wire.js"
 * @import {createRuntimeFiles} from "./runtime.js"
 *
 * @typedef {Omit<Extract<ToWorker, {type: "boot"}>, "type" | "memoryBytes">} StartFiles buffers that may be given away
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
  const always = {
    abi: { abi_version: runtime.abi, python: runtime.python },
    modules: Object.keys(runtime.imports),
  };
  /** Keeps the machine code for the next interpreter. @type {HTMLIFrameElement | null} */
  let keeper = null;

  /** Its own copy, since what is sent to an interpreter is given away. @param {string} name */
  const copyOf = async (name) => (await files.get(name)).slice(0);

  /** @param {string[]} names */
  const packsOf = (names) => Promise.all(names.map(async (name) => ({ name, bytes: await copyOf(name) })));

  /** @returns {Promise<StartFiles>} */
  async function restoring() {
    const { data, ...names } = base.snapshot;
    const [wasm, harness, metadata, memory, libraries, packs] = await Promise.all([
      copyOf(core.wasm),
      copyOf(core.harness),
      copyOf(names.metadata),
      copyOf(names.memory),
      copyOf(names.libraries),
      packsOf([data]),
    ]);
    await keep();
    return { ...always, wasm, harness, packs, snapshot: { metadata, memory, libraries } };
  }

  /** @returns {Promise<StartFiles>} */
  async function booting() {
    const [wasm, harness, stdlib, packs] = await Promise.all([
      copyOf(core.wasm),
      copyOf(core.harness),
      copyOf(core.stdlib),
      packsOf([base.snapshot.libraries, base.snapshot.data, base.rest, base.imported]),
    ]);
    await keep();
    return { ...always, wasm, harness, stdlib, packs };
  }

  /** @returns {Promise<RestFiles>} what a restored interpreter can begin without */
  async function rest() {
    const [stdlib, pack] = await Promise.all([copyOf(core.stdlib), copyOf(base.rest)]);
    return { stdlib, pack };
  }

  async function keep() {
    if (keeper) return;
    const [wasm, libraries] = await Promise.all([files.get(core.wasm), files.get(base.snapshot.libraries)]);
    keeper ??= keepCompiled(frameUrl, wasm, libraries);
  }

  return {
    restoring,
    booting,
    rest,
    /** Gives back what is only kept to be quick. */
    forget() {
      keeper?.remove();
      keeper = null;
    },
  };
}

/**
 * Has the main module and the libraries compiled and kept, in a frame that runs nothing (see sandbox/frame.js).
 * Measured in Chromium: the second boot of a page takes half as long as without. Where an engine shares nothing it costs little.
 * @param {string} url of the sandbox page
 * @param {ArrayBuffer} wasm
 * @param {ArrayBuffer} libraries a pack of WebAssembly
 */
function keepCompiled(url, wasm, libraries) {
  const keep = [new Uint8Array(wasm), ...contentsOf(libraries)];
  const frame = sealedFrame(url);
  frame.hidden = true;
  frame.addEventListener("load", () => frame.contentWindow?.postMessage({ keep }, "*"), { once: true });
  document.body.append(frame);
  return frame;
}

/** @param {ArrayBuffer} pack see `contents` in sandbox/worker.js */
function contentsOf(pack) {
  const indexLength = new DataView(pack).getUint32(0, true);
  /** @type {[string, number][]} */
  const index = JSON.parse(new TextDecoder().decode(new Uint8Array(pack, 4, indexLength)));
  let offset = 4 + indexLength;
  return index.map(([, length]) => {
    offset += length;
    // Its own copy: a view would take the whole pack along.
    return new Uint8Array(pack.slice(offset - length, offset));
  });
}
