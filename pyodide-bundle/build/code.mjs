/**
 * Arranges the code of a snapshot by when a browser compiles it: Python's own module and the libraries that a first chart calls at the
 * start, of both the functions only that are usually called (split.mjs); other libraries when something of them is called (later.mjs);
 * all other functions when one of those is. What a restored interpreter needs to know of it is written into the metadata.
 */

import { describeLibrary, encodeStandIns } from "./later.mjs";
import { splitModule } from "./split.mjs";

/** @import { SnapshotMetadata } from "../core/snapshot.js" */
/** @import { Files } from "./unpack.mjs" */

/**
 * @typedef {object} Calls
 * @property {string[]} first paths of the libraries that a first chart calls
 * @property {[path: string, functions: number[]][]} usual which functions charts usually call, by numbers among those that a module
 *   defines; Python's own has no path
 *
 * @typedef {object} Code
 * @property {Buffer} wasm Python's own module, as it is compiled at the start
 * @property {Files} libraries that are compiled at the start
 * @property {Files} later those that are when something of them is called
 * @property {Files} uncalled the rest of all these, by the numbers by which it is asked for
 * @property {Buffer} standIns what stands in the table for what is not there yet
 */

/**
 * @param {Buffer} wasm Python's own module
 * @param {Files} files the libraries, in the metadata's order
 * @param {SnapshotMetadata} recorded
 * @param {Record<string, number>} sizes how much memory is each library's own, by paths
 * @param {Calls} calls
 * @returns {{metadata: SnapshotMetadata, code: Code}}
 */
export function arrangeCode(wasm, files, recorded, sizes, calls) {
  const usual = new Map(calls.usual);
  const first = new Set(calls.first);
  const needed = new Set(recorded.libraries.flatMap(({ needs }) => needs));
  /** @type {Files} */
  const uncalled = [];
  /** The slot of what has a second module put in its place; those of its functions follow. */
  const whole = recorded.tableLength;
  let tableLength = whole + 1;
  /** @template {Uint8Array} T @param {string} path @param {T} bytes @param {number} number @returns {T | Buffer} */
  const split = (path, bytes, number) => {
    const called = usual.get(path);
    if (!called) return bytes;
    const { start, rest, slots } = splitModule(bytes, called, { firstSlot: tableLength, loader: whole, number });
    tableLength += slots;
    uncalled.push({ path: String(number), bytes: rest });
    return start;
  };
  const main = split("", wasm, 0);

  /** @type {import("./later.mjs").StandIn[]} */
  const standIns = [];
  /** @type {{libraries: Files, later: Files}} */
  const sorted = { libraries: [], later: [] };
  const libraries = recorded.libraries.map((library, number) => {
    const { path, tableBase } = library;
    const file = files[number];
    if (!file) throw new Error(`${path} is not there`);
    const begun = { path: file.path, bytes: split(path, file.bytes, number + 1) };
    const described =
      first.has(path) || needed.has(path.slice(path.lastIndexOf("/") + 1)) ? null : describeLibrary(begun.bytes);
    if (!described) {
      sorted.libraries.push(begun);
      return library;
    }
    sorted.later.push(begun);
    for (const [offset, types] of described.slots) {
      for (const [at, type] of types.entries()) standIns.push({ slot: tableBase + offset + at, library: number, type });
    }
    for (const [slot, owner, name] of recorded.libraryFunctions) {
      if (owner !== number) continue;
      const type = described.exported.get(name);
      if (type === undefined) throw new Error(`${path} has no function ${name}`);
      standIns.push({ slot, library: number, type });
    }
    return { ...library, later: { memorySize: sizes[path] ?? 0, data: described.data } };
  });
  return {
    metadata: { ...recorded, libraries, tableLength },
    code: { wasm: main, ...sorted, uncalled, standIns: encodeStandIns(standIns, whole) },
  };
}
