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

  /** @param {string} name */
  const copyOf = async (name) => (await files.get(name)).slice(0);

  /** @returns {Promise<StartFiles>} */
  async function restoring() {
    const names = base.snapshot;
    const [wasm, harness, metadata, memory, libraries, data] = await Promise.all(
      [core.wasm, core.harness, names.metadata, names.memory, names.libraries, names.data].map((name) =>
        files.get(name),
      ),
    );
    keep(wasm, libraries);
    return {
      ...always,
      wasm: copy(wasm),
      harness: copy(harness),
      packs: [{ name: names.data, bytes: copy(data) }],
      snapshot: { metadata: copy(metadata), memory: copy(memory), libraries: copy(libraries) },
    };
  }

  /** @returns {Promise<StartFiles>} */
  async function booting() {
    const packs = [base.snapshot.libraries, base.snapshot.data, base.rest, base.imported];
    const [wasm, harness, stdlib, ...bytes] = await Promise.all(
      [core.wasm, core.harness, core.stdlib, ...packs].map((name) => files.get(name)),
    );
    keep(wasm, bytes[0]);
    return {
      ...always,
      wasm: copy(wasm),
      harness: copy(harness),
      stdlib: copy(stdlib),
      packs: packs.map((name, number) => ({ name, bytes: copy(bytes[number]) })),
    };
  }

  /** @returns {Promise<RestFiles>} what a restored interpreter can begin without */
  async function rest() {
    const [stdlib, pack] = await Promise.all([copyOf(core.stdlib), copyOf(base.rest)]);
    return { stdlib, pack };
  }

  /**
   * @param {ArrayBuffer | undefined} wasm
   * @param {ArrayBuffer | undefined} libraries
   */
  function keep(wasm, libraries) {
    if (wasm && libraries) keeper ??= keepCompiled(frameUrl, [wasm, libraries]);
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

/** @param {ArrayBuffer | undefined} bytes */
function copy(bytes) {
  if (!bytes) throw new Error("a file of the runtime is missing");
  return bytes.slice(0);
}

/**
 * Has the main module and the libraries of these packs compiled and kept, in a frame that runs nothing (see sandbox/frame.js).
 * Measured in Chromium: the second boot of a page takes half as long as without. Where an engine shares nothing it costs little.
 * @param {string} url of the sandbox page
 * @param {ArrayBuffer[]} files WebAssembly, or packs that hold some
 */
function keepCompiled(url, files) {
  const keep = files.flatMap((bytes) => (isWasm(new Uint8Array(bytes)) ? [new Uint8Array(bytes)] : librariesIn(bytes)));
  const frame = sealedFrame(url);
  frame.hidden = true;
  frame.addEventListener("load", () => frame.contentWindow?.postMessage({ keep }, "*"), { once: true });
  document.body.append(frame);
  return frame;
}

/** @param {ArrayBuffer} pack see `mount` in sandbox/worker.js */
function librariesIn(pack) {
  const indexLength = new DataView(pack).getUint32(0, true);
  /** @type {[string, number][]} */
  const index = JSON.parse(new TextDecoder().decode(new Uint8Array(pack, 4, indexLength)));
  let offset = 4 + indexLength;
  return index.flatMap(([path, length]) => {
    const bytes = new Uint8Array(pack, offset, length);
    offset += length;
    // Its own copy: a view would take the whole pack along.
    return path.endsWith(".so") && isWasm(bytes) ? [bytes.slice()] : [];
  });
}

/** @param {Uint8Array} bytes */
function isWasm(bytes) {
  return bytes[0] === 0 && bytes[1] === 0x61 && bytes[2] === 0x73 && bytes[3] === 0x6d;
}
