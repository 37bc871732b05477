// @ts-check
/**
 * What the server wrote into the page for it: the runtime, the sandbox's addresses, limits, samples and, on a chart's page, the
 * chart. It comes from our own server in the same response, so its shape is the declared one and not checked again.
 *
 * @import {SandboxConfig} from "./sandbox.js"
 * @import {Answer, PageData as WirePageData, Profile} from "./wire.js"
 *
 * @typedef {Omit<Answer, "profile"> & {profile: Profile | null}} Chart `model` is null where a person wrote the program
 * @typedef {Omit<WirePageData, "chart" | "runtime"> & {runtime: SandboxConfig["runtime"], chart: Chart | null}} PageData
 */

/** Read once for all scripts of the page. @type {PageData | undefined} */
let pageData;

/** @returns {PageData} */
export function readPageData() {
  pageData ??= JSON.parse(document.getElementById("page-data")?.textContent ?? "");
  return /** @type {PageData} */ (pageData);
}
