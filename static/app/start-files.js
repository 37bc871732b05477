// @ts-check
/**
 * What an interpreter starts from: which of the runtime's files, what each is for, and whether it is restored from the memory
 * snapshot or booted without it. Starting it is interpreter.js's, when is sandbox.js's.
 *
 * @import {ToWorker} from "../shared/protocol.js"
 * @import {Runtime} from "./wire.js"
 * @import {FramePlace} from "./interpreter.js"
 * @import {RuntimeFiles} from "./runtime.js"
 *
 * @typedef {object} Start
 * @property {Omit<Extract<ToWorker, {type: "boot"}>, "memoryBytes">} message
 * @property {[role: string, file: string][]} code files by their roles, in the order in which they are needed: what is to be compiled
 * @property {[role: string, file: string][]} others
 * @typedef {{stdlib: ArrayBuffer, pack: ArrayBuffer}} RestFiles
 */

import { sealedFrame } from "./interpreter.js";
import { memoryOf } from "./starts-from.js";

/** After which nobody waits for the frame that holds the machine code. */
const HOLD_MILLISECONDS = 2000;

/**
 * @param {Runtime} runtime
 * @param {RuntimeFiles} files
 * @param {FramePlace} framePlace of the sandbox page
 */
export function createStartFiles(runtime, files, framePlace) {
  const { core, base } = runtime;
  /** Keeps the machine code for the next interpreter. @type {HTMLIFrameElement | null} */
  let keeper = null;
  /** @type {Promise<unknown> | null} */
  let holding = null;

  function restoring() {
    const { metadata, wasm, libraries, standIns, data } = base.snapshot;
    return start([data], memoryOf(base.snapshot), { wasm, standIns, libraries }, { metadata });
  }

  function booting() {
    const packs = [base.libraries, base.snapshot.data, base.rest, base.imported];
    return start(packs, [], { wasm: core.wasm }, { stdlib: core.stdlib });
  }

  /**
   * @param {string[]} packs
   * @param {[role: string, file: string][]} memory of a snapshot, if it is restored from one, and what comes between
   * @param {Record<string, string>} code by roles
   * @param {Record<string, string>} others
   * @returns {Start}
   */
  function start(packs, memory, code, others) {
    const numbered = packs.map((name, number) => /** @type {[string, string]} */ ([`pack-${number}`, name]));
    return {
      message: {
        type: "boot",
        abi: { abi_version: runtime.abi, python: runtime.python },
        modules: Object.keys(runtime.imports),
        packs: packs.length,
        snapshotBytes: memory.reduce((sum, [role, name]) => sum + (role === "memory" ? files.sizeOf(name) : 0), 0),
      },
      code: Object.entries(code),
      others: [...Object.entries(others), ["harness", core.harness], ...numbered, ...memory],
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
    // Given up meanwhile.
    if (!holding) return;
    const frame = sealedFrame(framePlace);
    keeper = frame;
    frame.hidden = true;
    const signs = new MessageChannel();
    const code = new MessageChannel();
    const wanted = [...restoring().code, /** @type {[string, string]} */ (["libraries", base.snapshot.later])];
    let missing = wanted.length;
    const held = new Promise((resolve) => {
      signs.port1.onmessage = ({ data }) => {
        if (data === "held") missing -= 1;
        if (missing === 0) resolve(data);
      };
      setTimeout(resolve, HOLD_MILLISECONDS);
    });
    const ports = [signs.port2, code.port2];
    frame.addEventListener("load", () => frame.contentWindow?.postMessage({ scripts: 0 }, "*", ports), { once: true });
    document.body.append(frame);
    files.hand(wanted, code.port1).catch(() => {});
    await held;
    signs.port1.close();
  }

  return {
    restoring,
    booting,
    rest,
    hold,
    /** Has the browser keep what a restored interpreter starts from, unpacked. */
    keepUnpacked: () => files.keepUnpacked([core.script, core.harness, ...Object.values(base.snapshot).flat()]),
    /** Gives back what is only kept to be quick. */
    forget() {
      keeper?.remove();
      keeper = null;
      holding = null;
    },
  };
}
