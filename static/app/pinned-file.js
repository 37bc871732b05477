// @ts-check
/**
 * Where a file of the runtime is, and which bytes it has to have: what runtime-worker.js is told.
 *
 * @import {PinnedFile} from "./pinned.js"
 * @import {RuntimeSource} from "./runtime.js"
 */

import { digestFromHex } from "./digest.js";

/** @param {RuntimeSource} source @param {string} name in the manifest @returns {PinnedFile} */
export function pinnedFile({ runtime, runtimeBase, packed }, name) {
  const found = runtime.files.find((file) => file.name === name);
  if (!found) throw new Error(`${name} is not part of this runtime`);
  const blob = packed?.get(name);
  const url = `${runtimeBase}/${found.sha256}/${name}`;
  const { pieces } = found;
  return { name, url, integrity: digestFromHex(found.sha256), ...(pieces && { pieces }), ...(blob && { blob }) };
}
