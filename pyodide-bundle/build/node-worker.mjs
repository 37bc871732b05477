/**
 * The sandbox's own worker script in a JavaScript context of Node's that looks like a browser's worker, for the build to start Python in
 * and to talk to. What it is started for is snapshot.mjs's and calls.mjs's to say.
 *
 * Its clock counts the questions and its random numbers are none, so that the same inputs give the same memory.
 */

import vm from "node:vm";
import { decodePack } from "./pack.mjs";

/**
 * A global scope like a browser's worker, with pyodide-core.js run in it, whose globals are given back and may be set.
 *
 * @param {string} core
 */
export function createWorker(core) {
  const context = createScope();
  /** @type {Record<string, any>} */
  const globals = vm.runInContext(
    `(() => {${core}\nreturn { loadPyodide, createPyodideModule, createRestoredModule };})()`,
    context,
    { filename: "pyodide-core.js" },
  );
  return { context, core: /** @type {any} */ (globals) };
}

/**
 * The files as the worker knows them.
 *
 * @param {import("./snapshot.mjs").SnapshotInputs["files"]} files
 * @returns {Record<string, ArrayBuffer>}
 */
export function rolesOf({ packs, ...files }) {
  return { ...files, ...Object.fromEntries(packs.map((pack, number) => [`pack-${number}`, pack])) };
}

/**
 * @typedef {object} Worker that is ready
 * @property {(message: object) => void} tell
 * @property {(message: object) => Promise<any>} ask resolves with its answer; one question at a time
 */

/** What it says beside its answers. */
const ASIDE = ["phase", "progress", "output"];
const FAILURES = ["crashed", "refused", "needs"];

/**
 * Starts the worker's script, tells it to boot, hands it the files and waits until it is ready.
 *
 * @param {vm.Context} context
 * @param {string} worker
 * @param {object} message
 * @param {Record<string, ArrayBuffer>} files
 * @returns {Promise<Worker>}
 */
export async function startWorker(context, worker, message, files) {
  vm.runInContext(worker, context, { filename: "worker.js" });
  /** @type {{onmessage: (event: {data: object}) => void}} */
  const start = { onmessage() {} };
  let answer = (/** @type {{type: string}} */ _) => {};
  let fail = (/** @type {Error} */ _) => {};
  const port = {
    /** @type {(event: {data: object}) => void} */
    onmessage() {},
    /** @param {{type: string}} said */
    postMessage(said) {
      if (FAILURES.includes(said.type)) fail(new Error(`the worker said ${JSON.stringify(said)}`));
      else if (!ASIDE.includes(said.type)) answer(said);
    },
  };
  const tell = (/** @type {object} */ data) => port.onmessage({ data });
  /** @type {Worker["ask"]} */
  const ask = (data) =>
    new Promise((resolve, reject) => {
      answer = resolve;
      fail = reject;
      tell(data);
    });
  context["onmessage"]({ ports: [port, start] });
  const ready = ask(message);
  for (const [role, bytes] of Object.entries(files)) start.onmessage({ data: { type: "file", role, bytes } });
  codeOf(context, files).then(
    (code) => {
      for (const data of code) start.onmessage({ data });
    },
    (error) => fail(error),
  );
  await ready;
  return { tell, ask };
}

/**
 * What the frame around the worker would have compiled of the files.
 *
 * @param {vm.Context} context
 * @param {Record<string, ArrayBuffer>} files
 */
async function codeOf(context, { wasm, standIns, libraries }) {
  const compile = vm.runInContext("(bytes) => WebAssembly.compile(bytes)", context);
  const modules = (/** @type {import("./unpack.mjs").Files} */ list) =>
    Promise.all(list.map(async ({ path, bytes }) => [path, await compile(bytes)]));
  const one = (/** @type {ArrayBuffer | undefined} */ bytes) =>
    bytes ? [{ path: "", bytes: Buffer.from(bytes) }] : [];
  return [
    { type: "code", role: "wasm", modules: await modules(one(wasm)) },
    { type: "code", role: "standIns", modules: await modules(one(standIns)) },
    { type: "code", role: "libraries", modules: await modules(libraries ? decodePack(Buffer.from(libraries)) : []) },
  ];
}

/**
 * A global scope with what Pyodide and the worker use of a browser's, with a clock that counts the questions and random numbers
 * that are none.
 */
function createScope() {
  let milliseconds = Date.UTC(2000, 0, 1);
  let random = 1;
  const scope = vm.createContext({
    console,
    Blob,
    TextDecoder,
    TextEncoder,
    URL,
    Request,
    Response,
    Headers,
    AbortController,
    AbortSignal,
    setTimeout,
    clearTimeout,
    setInterval,
    clearInterval,
    queueMicrotask,
    // Nobody is waited for.
    postMessage() {},
    structuredClone,
    atob,
    btoa,
    location: new URL("https://pyodide.invalid/"),
    navigator: { userAgent: "Chrome", language: "en-US", hardwareConcurrency: 1 },
    performance: {
      now: () => {
        milliseconds += 1 / 64;
        return milliseconds - Date.UTC(2000, 0, 1);
      },
      timeOrigin: Date.UTC(2000, 0, 1),
    },
    crypto: {
      /** @template {ArrayBufferView} T @param {T} view */
      getRandomValues(view) {
        const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
        for (let index = 0; index < bytes.length; index++) {
          random = (Math.imul(random, 1103515245) + 12345) >>> 0;
          bytes[index] = random >>> 16;
        }
        return view;
      },
    },
    readTime: () => {
      milliseconds += 1 / 64;
      return Math.floor(milliseconds);
    },
  });
  vm.runInContext(
    `{
      globalThis.self = globalThis;
      globalThis.WorkerGlobalScope = class { static [Symbol.hasInstance]() { return true; } };
      const read = globalThis.readTime;
      delete globalThis.readTime;
      globalThis.Date = class extends Date {
        constructor(...given) { super(...(given.length ? given : [read()])); }
        static now() { return read(); }
      };
      Math.random = () => 0.5;
      WebAssembly.instantiateStreaming = async (response, imports) =>
        WebAssembly.instantiate(await (await response).arrayBuffer(), imports);
    }`,
    scope,
  );
  return scope;
}

/**
 * The bytes as a browser is handed them, in a buffer of their own.
 *
 * @param {Buffer} bytes
 * @returns {ArrayBuffer}
 */
export function arrayBuffer(bytes) {
  const copy = new ArrayBuffer(bytes.length);
  new Uint8Array(copy).set(bytes);
  return copy;
}
