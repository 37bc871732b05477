// @ts-check
/**
 * Has a program formatted. The formatter is fetched and started when it is first wanted; it runs in a worker (format-worker.js), and
 * what it says of a program that is no Python becomes a sentence here.
 *
 * @import {FromFormatWorker, ToFormatWorker} from "./format-worker.js"
 */

import { t } from "./language.js";
import { startWorker } from "./own-workers.js";
import { FORMATTER_WASM } from "./vendor.js";

/** A program that takes longer is not worth it. */
const MOST_MILLISECONDS = 20_000;

/** @typedef {{program: string} | {problem: string}} Formatted */

export function createFormatter() {
  /** @type {Worker | undefined} */
  let worker;
  let lastId = 0;

  /** @param {string} program @returns {Promise<Formatted>} */
  return async function format(program) {
    try {
      const wasm = worker ? null : await fetchBytes(FORMATTER_WASM);
      worker ??= startWorker("format");
      const { formatted, problem } = await ask(worker, { id: ++lastId, program, wasm });
      return formatted === null ? { problem: sentenceOf(problem, program) } : { program: asSilent(program, formatted) };
    } catch (error) {
      // Whatever it was, the next try begins anew.
      worker?.terminate();
      worker = undefined;
      console.warn(`The formatter failed: ${error}`);
      return { problem: t("format.failed") };
    }
  };
}

/** @param {Worker} worker @param {ToFormatWorker} message @returns {Promise<FromFormatWorker>} */
function ask(worker, message) {
  return new Promise((resolve, reject) => {
    const clock = setTimeout(() => reject(new Error("it took too long")), MOST_MILLISECONDS);
    worker.addEventListener("error", () => reject(new Error("the browser did not start it")), { once: true });
    worker.addEventListener("message", function listen({ data }) {
      if (data.id !== message.id) return;
      clearTimeout(clock);
      worker.removeEventListener("message", listen);
      resolve(data);
    });
    worker.postMessage(message, message.wasm ? [message.wasm] : []);
  });
}

/** @param {string} address */
async function fetchBytes(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return response.arrayBuffer();
}

/** As in a notebook, a semicolon at the very end says that the last value is not wanted. @param {string} program @param {string} formatted */
function asSilent(program, formatted) {
  return program.trimEnd().endsWith(";") && !formatted.trimEnd().endsWith(";")
    ? `${formatted.trimEnd()};\n`
    : formatted;
}

/**
 * The formatter counts bytes, a person lines.
 * @param {string} problem such as "Expected an expression at byte range 4..5"
 * @param {string} program
 */
export function sentenceOf(problem, program) {
  const [, what = problem, start] = /^(.*?) at byte range (\d+)\.\.\d+$/s.exec(problem) ?? [];
  if (start === undefined) return t("format.refused", { problem: what });
  const before = new TextDecoder().decode(new TextEncoder().encode(program).subarray(0, Number(start)));
  return t("format.not_python", { line: String(before.split("\n").length), problem: what });
}
