/**
 * What WebAssembly asks for from outside: functions of Emscripten's script and of other libraries, and where those lie.
 */

/** @import { Files } from "./unpack.mjs" */

/** Node's, which its types do not have. */
const { Module } = /** @type {any} */ (globalThis).WebAssembly;

/**
 * @param {Uint8Array} code
 * @returns {string[]}
 */
export function importsOf(code) {
  return Module.imports(new Module(code)).map((/** @type {{name: string}} */ { name }) => name);
}

/**
 * @param {Files} files of a package
 * @returns {string[]} of all its libraries, sorted
 */
export function importsOfAll(files) {
  const names = files.filter(({ path }) => path.endsWith(".so")).flatMap(({ bytes }) => importsOf(bytes));
  return [...new Set(names)].sort();
}
