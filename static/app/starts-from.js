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
  const { metadata, libraries, data, memory } = base.snapshot;
  return [workerScript(config), core.script, metadata, core.wasm, libraries, core.harness, data, ...memory];
}
