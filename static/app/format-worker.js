// @ts-check
/**
 * Formats programs, as a worker of the page's own with a policy of its own: the formatter is WebAssembly, which the page may not run.
 * It is handed everything and connects to nothing. Who asks for it, and in which words it answers, is format.js's.
 *
 * @typedef {{id: number, program: string, wasm: ArrayBuffer | null}} ToFormatWorker `wasm`: the formatter, with the first program
 * `problem`: what is no Python, and at which byte of the program it begins.
 * @typedef {{id: number, formatted: string | null, problem: string}} FromFormatWorker
 */

import { loadFormatter } from "./vendor.js";

/** @type {ReturnType<typeof start> | undefined} */
let starting;

/** @param {ArrayBuffer} wasm */
async function start(wasm) {
  const { init, format } = await loadFormatter();
  await init(wasm);
  return format;
}

/** @param {MessageEvent<ToFormatWorker>} event */
self.onmessage = async ({ data: { id, program, wasm } }) => {
  /** @param {Omit<FromFormatWorker, "id">} answer */
  const tell = (answer) => postMessage({ id, ...answer });
  try {
    starting ??= start(wasm ?? new ArrayBuffer(0));
    const format = await starting;
    tell({ formatted: format(program, "program.py", { line_width: 100 }), problem: "" });
  } catch (error) {
    tell({ formatted: null, problem: String(error) });
  }
};
