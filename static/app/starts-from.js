// @ts-check
/**
 * Which files a restored interpreter starts from, in the order in which it needs them. What each is for is start-files.js's to say.
 *
 * @import {PinnedFile} from "./pinned.js"
 * @import {SandboxConfig} from "./sandbox.js"
 * @import {Runtime} from "./wire.js"
 */

/** The worker's own script, which belongs to the page's files and not to the runtime's. @param {Pick<SandboxConfig, "sandbox">} config */
export function workerScript({ sandbox }) {
  return { name: "worker.js", ...sandbox.workerScript };
}

/** Of the runtime. @param {Pick<Runtime, "core" | "base">} runtime @returns {string[]} */
export function restoredFrom({ core, base: { snapshot } }) {
  return [
    core.script,
    snapshot.metadata,
    core.wasm,
    snapshot.libraries,
    core.harness,
    snapshot.data,
    ...snapshot.memory,
  ];
}

/** All of them. @param {Pick<SandboxConfig, "sandbox" | "runtime">} config @returns {(string | PinnedFile)[]} */
export function startsFrom(config) {
  return [workerScript(config), ...restoredFrom(config.runtime)];
}
