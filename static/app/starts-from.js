// @ts-check
/**
 * Which files a restored interpreter starts from, in the order in which it needs them. What each is for is start-files.js's to say.
 *
 * @import {PinnedFile} from "./pinned.js"
 * @import {SandboxConfig} from "./sandbox.js"
 */

/** The worker's own script, which belongs to the page's files and not to the runtime's. @param {Pick<SandboxConfig, "sandbox">} config */
export function workerScript({ sandbox }) {
  return { name: "worker.js", ...sandbox.workerScript };
}

/** @param {Pick<SandboxConfig, "sandbox" | "runtime">} config @returns {(string | PinnedFile)[]} names in the manifest, and the script */
export function startsFrom(config) {
  const { core, base } = config.runtime;
  const { metadata, wasm, libraries, standIns, data } = base.snapshot;
  const code = [wasm, standIns, libraries];
  return [
    workerScript(config),
    core.script,
    ...code,
    metadata,
    core.harness,
    data,
    ...memoryOf(base.snapshot).map(([, name]) => name),
  ];
}

/**
 * The snapshot's memory, and the code that is compiled later: of that only the libraries' data are laid, once most of the memory is.
 * @param {import("./wire.js").RuntimeSnapshot} snapshot
 * @returns {[role: string, file: string][]}
 */
export function memoryOf({ memory, later, uncalled }) {
  const parts = memory.map((name) => /** @type {[string, string]} */ (["memory", name]));
  return [...parts.slice(0, -1), ["later", later], ["uncalled", uncalled], ...parts.slice(-1)];
}
