/**
 * Takes the memory snapshot that ../core/restore.js restores: boots the sandbox's own worker script, with the very files that are
 * served, in a JavaScript context of Node's that looks like a browser's worker, and writes down its memory and what it refers to.
 *
 * The same inputs give the same bytes: the context has its own clock and its own random numbers, which are the same each time,
 * and free memory and unused stack are cleared. Nothing that depends on the engine gets into it, so that what Node recorded every
 * browser can restore; what does depend on it (CPython's call trampoline) is set after restoring.
 */

import vm from "node:vm";
import { describeLibrary, encodeStandIns } from "./later.mjs";
import { decodePack, encodePack } from "./pack.mjs";

/** @import { SnapshotMetadata } from "../core/snapshot.js" */

/** Memory is compared and stored in pages of this size, in bytes. */
const PAGE = 4096;
/** Equal pages between two that differ are stored along: fewer runs, and hardly more bytes. */
const LARGEST_GAP = 2;

/**
 * @typedef {object} SnapshotInputs
 * @property {string} core text of pyodide-core.js
 * @property {string} worker text of the sandbox's worker
 * @property {{type: "boot", abi: object, modules: string[], memoryBytes: number}} boot what every start is told
 * @property {{wasm: ArrayBuffer, stdlib: ArrayBuffer, harness: ArrayBuffer, packs: ArrayBuffer[]}} files
 * @property {(paths: string[]) => import("./unpack.mjs").Files} libraries by their paths as Python knows them
 */

/**
 * @param {SnapshotInputs} inputs
 * @returns {Promise<{metadata: SnapshotMetadata, memory: Buffer, standIns: Buffer, imported: string[], modules: string[]}>}
 *   `imported`: the files of the modules that are in it; `modules`: their top-level names
 */
export async function takeSnapshot(inputs) {
  const { module, recorder } = await record(inputs);
  clearFreeMemory(module, recorder.linker);
  const { metadata, memory } = describeState(module, recorder);
  const { imported, modules } = describeImports(module);
  const { sizes } = recorder;
  const standIns = putOff(inputs, metadata, sizes, () => true);
  const again = await replay(inputs, metadata, standIns);
  const holdsLibrary = (/** @type {number} */ page) => recorder.libraryPages.has(page);
  metadata.pages = {
    early: differingPages(memory, again, (page) => !holdsLibrary(page)),
    late: differingPages(memory, again, holdsLibrary),
  };
  const runs = [...metadata.pages.early, ...metadata.pages.late];
  const pages = Buffer.concat(runs.map(([offset, length]) => memory.subarray(offset, offset + length)));
  // Where they lie is the same for those that are loaded at once.
  const called = await libraryCalls(inputs, metadata, standIns, pages);
  return {
    metadata,
    memory: pages,
    standIns: putOff(inputs, metadata, sizes, (path) => !called.has(path)),
    imported,
    modules,
  };
}

/**
 * Notes which libraries are compiled when they are called: those of these that can be, and that no other needs.
 *
 * @param {SnapshotInputs} inputs
 * @param {SnapshotMetadata} metadata
 * @param {Recorder["sizes"]} sizes
 * @param {(path: string) => boolean} isMeant
 * @returns {Buffer} what stands in for them
 */
function putOff(inputs, metadata, sizes, isMeant) {
  const { libraries, libraryFunctions } = metadata;
  const needed = new Set(libraries.flatMap(({ needs }) => needs));
  const files = inputs.libraries(libraries.map(({ path }) => path));
  /** @type {import("./later.mjs").StandIn[]} */
  const standIns = [];
  for (const [number, library] of libraries.entries()) {
    const { path, tableBase } = library;
    delete library.later;
    const file = files[number];
    if (!file || !isMeant(path) || needed.has(path.slice(path.lastIndexOf("/") + 1))) continue;
    const described = describeLibrary(file.bytes);
    if (!described) continue;
    library.later = { memorySize: sizes.get(path) ?? 0, data: described.data };
    for (const [offset, types] of described.slots) {
      for (const [at, type] of types.entries()) standIns.push({ slot: tableBase + offset + at, library: number, type });
    }
    for (const [slot, owner, name] of libraryFunctions) {
      if (owner !== number) continue;
      const type = described.exported.get(name);
      if (type === undefined) throw new Error(`${path} has no function ${name}`);
      standIns.push({ slot, library: number, type });
    }
  }
  return encodeStandIns(standIns);
}

/**
 * @typedef {{libraries: SnapshotMetadata["libraries"], sizes: Map<string, number>, libraryPages: Set<number>,
 *   functions: [number, Function, string][], linker: any}} Recorder
 *   `sizes`: how much memory is each library's own, by paths;
 *   `libraryPages`: offsets of pages of memory that hold something of a library, which is written when that is loaded
 */

/**
 * @param {SnapshotInputs} inputs
 * @returns {Promise<{module: any, recorder: Recorder}>}
 */
async function record({ core, worker, boot, files }) {
  /** @type {Recorder} */
  const recorder = { libraries: [], sizes: new Map(), libraryPages: new Set(), functions: [], linker: {} };
  Object.assign(recorder.linker, {
    /** @type {(path: string, memoryBase: number, tableBase: number, dylink: any) => void} */
    onLibrary(path, memoryBase, tableBase, { neededDynlibs, memorySize }) {
      const end = memoryBase + memorySize;
      for (let page = memoryBase - (memoryBase % PAGE); page < end; page += PAGE) recorder.libraryPages.add(page);
      recorder.sizes.set(path, memorySize);
      recorder.libraries.push({ path, memoryBase, tableBase, needs: [...neededDynlibs] });
    },
    /** @type {(slot: number, given: Function, signature: string) => void} */
    onFunction(slot, given, signature) {
      recorder.functions.push([slot, given, signature]);
    },
  });
  const { context, core: original } = createWorker(core);
  /** @type {any} */
  let module;
  context["createPyodideModule"] = async (/** @type {any} */ settings) => {
    module = await original.createPyodideModule(Object.assign(settings, { linker: recorder.linker }));
    return module;
  };
  context["loadPyodide"] = (/** @type {object} */ options) => original.loadPyodide({ ...options, _makeSnapshot: true });
  await converse(context, worker, { ...boot, packs: files.packs.length, snapshotBytes: 0 }, rolesOf(files));
  return { module, recorder };
}

/**
 * The memory of an interpreter whose libraries are in place again and nothing else: what a snapshot need not repeat.
 *
 * @param {SnapshotInputs} inputs
 * @param {SnapshotMetadata} metadata
 * @param {Buffer} standIns
 * @returns {Promise<Buffer>}
 */
function replay(inputs, metadata, standIns) {
  const { core, worker, boot, files } = inputs;
  const { context, core: original } = createWorker(core);
  Object.assign(context, original);
  /** @type {any} */
  let replayed;
  return new Promise((resolve, reject) => {
    context["createRestoredModule"] = (/** @type {any} */ snapshot) =>
      original.createRestoredModule({
        ...snapshot,
        async mount(/** @type {any} */ module) {
          replayed = module;
        },
        memory: {
          ...snapshot.memory,
          next() {
            resolve(Buffer.from(replayed.HEAPU8));
            throw new Error("seen enough");
          },
        },
      });
    // One page that is asked for when the libraries are there.
    const pages = { early: [], late: /** @type {[number, number][]} */ ([[0, PAGE]]) };
    const roles = restoredRoles(inputs, { ...metadata, pages }, standIns);
    converse(context, worker, { ...boot, packs: files.packs.length, snapshotBytes: PAGE }, roles).catch(reject);
  });
}

/**
 * Which libraries a first chart calls: of an interpreter that is restored with all of them put off.
 *
 * @param {SnapshotInputs} inputs
 * @param {SnapshotMetadata} metadata
 * @param {Buffer} standIns
 * @param {Buffer} pages of its memory
 * @returns {Promise<Set<string>>} their paths
 */
async function libraryCalls(inputs, metadata, standIns, pages) {
  const { core, worker, boot, files } = inputs;
  const { context, core: original } = createWorker(core);
  Object.assign(context, original);
  /** @type {Set<string>} */
  const called = new Set();
  context["createRestoredModule"] = (/** @type {any} */ snapshot) => {
    /** @type {Promise<Map<string, Uint8Array>>} */
    const later = snapshot.later;
    return original.createRestoredModule({
      ...snapshot,
      later: later.then((all) => {
        const paths = new Map([...all].map(([path, bytes]) => [bytes, path]));
        const code = vm.runInContext("WebAssembly", context);
        code.Module = new Proxy(code.Module, {
          construct(Module, [bytes]) {
            const path = paths.get(bytes);
            if (path !== undefined) called.add(path);
            return new Module(bytes);
          },
        });
        return all;
      }),
    });
  };
  const roles = { ...restoredRoles(inputs, metadata, standIns), memory: arrayBuffer(pages) };
  const message = { ...boot, packs: files.packs.length, snapshotBytes: pages.length };
  await converse(context, worker, message, roles, [{ type: "warm" }, { type: "adjust", id: 1, edits: "{}" }]);
  return called;
}

/**
 * @param {SnapshotInputs} inputs
 * @param {SnapshotMetadata} metadata
 * @param {Buffer} standIns
 * @returns {Record<string, ArrayBuffer>} what a restored interpreter is handed, but for its memory
 */
function restoredRoles({ files, libraries }, metadata, standIns) {
  const pack = (/** @type {boolean} */ isLater) => arrayBuffer(encodePack(libraries(libraryPaths(metadata, isLater))));
  return {
    ...rolesOf(files),
    metadata: arrayBuffer(Buffer.from(JSON.stringify(metadata))),
    libraries: pack(false),
    later: pack(true),
    standIns: arrayBuffer(standIns),
  };
}

/**
 * A global scope like a browser's worker, with pyodide-core.js run in it, whose globals are given back and may be set.
 *
 * @param {string} core
 */
function createWorker(core) {
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
 * @param {SnapshotInputs["files"]} files
 * @returns {Record<string, ArrayBuffer>}
 */
function rolesOf({ packs, ...files }) {
  return { ...files, ...Object.fromEntries(packs.map((pack, number) => [`pack-${number}`, pack])) };
}

/**
 * Starts the worker's script, tells it to boot, hands it the files and waits until it is ready, and has given its one answer to what it
 * is told then.
 *
 * @param {vm.Context} context
 * @param {string} worker
 * @param {object} message
 * @param {Record<string, ArrayBuffer>} files
 * @param {object[]} [more]
 */
function converse(context, worker, message, files, more = []) {
  vm.runInContext(worker, context, { filename: "worker.js" });
  return new Promise((resolve, reject) => {
    /** @type {{onmessage: (event: {data: object}) => void}} */
    const start = { onmessage() {} };
    const port = {
      /** @type {(event: {data: object}) => void} */
      onmessage() {},
      /** @param {{type: string, message?: string}} answer */
      postMessage(answer) {
        if (answer.type === "ready") {
          for (const data of more) port.onmessage({ data });
          if (more.length === 0) resolve(undefined);
        } else if (answer.type === "opened") resolve(undefined);
        else if (answer.type !== "phase") reject(new Error(`the worker said ${JSON.stringify(answer)}`));
      },
    };
    context["onmessage"]({ ports: [port, start] });
    port.onmessage({ data: message });
    for (const [role, bytes] of Object.entries(files)) start.onmessage({ data: { type: "file", role, bytes } });
    codeOf(context, files).then((code) => {
      for (const data of code) start.onmessage({ data });
    }, reject);
  });
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
 * Takes all memory that is free, clears it and gives it back; then the stack below its top. Python here has no allocator of its
 * own above the C library's.
 *
 * @param {any} module
 * @param {{memoryIsFixed?: boolean}} linker
 */
function clearFreeMemory(module, linker) {
  linker.memoryIsFixed = true;
  const taken = [];
  for (let size = 32 << 20; size >= 8; size >>= 1) {
    for (let place = module._malloc(size); place; place = module._malloc(size)) {
      module.HEAPU8.fill(0, place, place + size);
      taken.push(place);
    }
  }
  for (const place of taken) module._free(place);
  linker.memoryIsFixed = false;
  // The lowest bytes hold Emscripten's mark for an overrun; just under the top may lie what this very call needs.
  module.HEAPU8.fill(0, module._emscripten_stack_get_end() + 64, module.stackSave() - 256);
}

/**
 * @param {any} module
 * @param {Recorder} recorder
 * @returns {{metadata: SnapshotMetadata, memory: Buffer}}
 */
function describeState(module, recorder) {
  const { symbols, imports, table, free } = module.linkerState();
  if (free.length > 0) throw new Error("the table has free slots, which a snapshot does not keep");
  const numberOf = new Map(recorder.libraries.map(({ path }, number) => [path, number]));
  /** @type {Map<Function, {main?: string, library?: [number, string], imported?: string}>} */
  const origin = new Map();
  /** @type {(functions: Record<string, unknown>, say: (name: string) => object) => void} */
  const learn = (functions, say) => {
    for (const [name, value] of Object.entries(functions)) {
      if (typeof value === "function" && !origin.has(value)) origin.set(value, say(name));
    }
  };
  learn(recorder.linker.mainExports, (name) => ({ main: name }));
  const opened = [];
  const handles = Object.entries(module.LDSO.loadedLibsByHandle);
  for (const [path, library] of Object.entries(module.LDSO.loadedLibsByName)) {
    const number = numberOf.get(path);
    if (number === undefined) continue;
    if (library.global) throw new Error(`${path} was opened for all libraries, which a snapshot does not keep`);
    learn(library.exports, (name) => ({ library: [number, name] }));
    opened.push({
      path,
      references: library.refcount === Number.POSITIVE_INFINITY ? null : library.refcount,
      handles: handles.filter(([, other]) => other === library).map(([handle]) => Number(handle)),
    });
  }
  learn(imports, (name) => ({ imported: name }));

  /** @type {SnapshotMetadata} */
  const metadata = {
    memoryBytes: module.HEAPU8.length,
    pages: { early: [], late: [] },
    stackPointer: module.stackSave(),
    tableLength: table.length,
    mainTableLength: recorder.libraries[0]?.tableBase ?? table.length,
    libraries: recorder.libraries,
    opened,
    symbols: {},
    mainFunctions: [],
    libraryFunctions: [],
    importedFunctions: [],
    references: module.API.serializeHiwireState(() => {
      throw new Error("Python holds a JavaScript object that a snapshot cannot keep");
    }),
    files: module.FS.streams
      .filter((/** @type {any} */ stream) => stream && stream.fd > 2)
      .map((/** @type {any} */ stream) => ({
        descriptor: stream.fd,
        path: stream.path,
        flags: stream.flags,
        position: stream.position,
      })),
  };
  for (const [name, { value }] of Object.entries(symbols)) if (value !== -1) metadata.symbols[name] = value;
  for (const [slot, given, signature] of recorder.functions) {
    const { main, library, imported } = origin.get(given) ?? {};
    if (main !== undefined) metadata.mainFunctions.push([slot, main]);
    else if (library) metadata.libraryFunctions.push([slot, ...library]);
    else if (imported !== undefined) metadata.importedFunctions.push([slot, imported, signature]);
    else throw new Error(`slot ${slot} of the table holds ${given.name || "a function"} that nothing exports`);
  }
  return { metadata, memory: Buffer.from(module.HEAPU8) };
}

const DESCRIBE_IMPORTS = `
import json, sys
_modules = dict(sys.modules)
json.dumps({
    "imported": sorted({file for module in _modules.values() if (file := getattr(module, "__file__", None))}),
    "modules": sorted({name.partition(".")[0] for name in _modules} | set(sys.builtin_module_names)),
})
`;

/** @param {any} module @returns {{imported: string[], modules: string[]}} */
function describeImports(module) {
  return JSON.parse(module.API.public_api.runPython(DESCRIBE_IMPORTS));
}

/**
 * @param {Buffer} memory
 * @param {Buffer} other
 * @param {(offset: number) => boolean} isMeant
 * @returns {[number, number][]}
 */
function differingPages(memory, other, isMeant) {
  /** @type {[number, number][]} */
  const runs = [];
  for (let offset = 0; offset < memory.length; offset += PAGE) {
    if (!isMeant(offset) || memory.compare(other, offset, offset + PAGE, offset, offset + PAGE) === 0) continue;
    const last = runs.at(-1);
    if (last && offset - (last[0] + last[1]) <= LARGEST_GAP * PAGE) last[1] = offset + PAGE - last[0];
    else runs.push([offset, PAGE]);
  }
  return runs;
}

/**
 * @param {SnapshotMetadata} metadata
 * @param {boolean} isLater
 * @returns {string[]} paths of the libraries that are compiled when they are called, or of the others
 */
export function libraryPaths({ libraries }, isLater) {
  return libraries.filter(({ later }) => Boolean(later) === isLater).map(({ path }) => path);
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
