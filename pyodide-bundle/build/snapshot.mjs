/**
 * Takes the memory snapshot that ../core/restore.js restores: boots the sandbox's own worker script, with the very files that are
 * served, in a JavaScript context of Node's that looks like a browser's worker, and writes down its memory and what it refers to.
 *
 * The same inputs give the same bytes: the context has its own clock and its own random numbers, which are the same each time,
 * and free memory and unused stack are cleared. Nothing that depends on the engine gets into it, so that what Node recorded every
 * browser can restore; what does depend on it (CPython's call trampoline) is set after restoring.
 */

import { watchInterpreter } from "./calls.mjs";
import { arrangeCode } from "./code.mjs";
import { arrayBuffer, createWorker, rolesOf, startWorker } from "./node-worker.mjs";
import { encodePack } from "./pack.mjs";
import { watchCalls } from "./split.mjs";

/** @import { SnapshotMetadata } from "../core/snapshot.js" */
/** @import { Calls } from "./code.mjs" */

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
 * @typedef {object} Taken
 * @property {SnapshotMetadata} metadata what is known of it before its code is arranged, see code.mjs
 * @property {Buffer} memory
 * @property {Record<string, number>} sizes how much memory is each library's own, by paths
 * @property {Calls} calls
 * @property {string[]} imported the files of the modules that are in it
 * @property {string[]} modules their top-level names
 */

/**
 * @param {SnapshotInputs} inputs
 * @returns {Promise<Taken>}
 */
export async function takeSnapshot(inputs) {
  const { module, recorder } = await record(inputs);
  clearFreeMemory(module, recorder.linker);
  const { metadata, memory } = describeState(module, recorder);
  const { imported, modules } = describeImports(module);
  const sizes = Object.fromEntries(recorder.sizes);
  const again = await replay(inputs, metadata, sizes);
  const holdsLibrary = (/** @type {number} */ page) => recorder.libraryPages.has(page);
  metadata.pages = {
    early: differingPages(memory, again, (page) => !holdsLibrary(page)),
    late: differingPages(memory, again, holdsLibrary),
  };
  const runs = [...metadata.pages.early, ...metadata.pages.late];
  const pages = Buffer.concat(runs.map(([offset, length]) => memory.subarray(offset, offset + length)));
  const calls = await watchCharts(inputs, metadata, sizes, pages);
  return { metadata, memory: pages, sizes, calls, imported, modules };
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
  await startWorker(context, worker, { ...boot, packs: files.packs.length, snapshotBytes: 0 }, rolesOf(files));
  return { module, recorder };
}

/**
 * The memory of an interpreter whose libraries are in place again and nothing else: what a snapshot need not repeat.
 *
 * @param {SnapshotInputs} inputs
 * @param {SnapshotMetadata} metadata
 * @param {Taken["sizes"]} sizes
 * @returns {Promise<Buffer>}
 */
function replay(inputs, metadata, sizes) {
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
    const roles = restoredRoles(inputs, { ...metadata, pages }, sizes);
    startWorker(context, worker, { ...boot, packs: files.packs.length, snapshotBytes: PAGE }, roles).catch(reject);
  });
}

/**
 * @param {SnapshotInputs} inputs
 * @param {SnapshotMetadata} metadata
 * @param {Taken["sizes"]} sizes
 * @param {Buffer} pages of its memory
 * @returns {Promise<Calls>}
 */
async function watchCharts(inputs, metadata, sizes, pages) {
  const { core, worker, boot, files } = inputs;
  const scope = createWorker(core);
  Object.assign(scope.context, scope.core);
  const draw = watchInterpreter(scope);
  const roles = {
    ...restoredRoles(inputs, metadata, sizes),
    wasm: arrayBuffer(watchCalls(new Uint8Array(files.wasm))),
    memory: arrayBuffer(pages),
  };
  const message = { ...boot, packs: files.packs.length, snapshotBytes: pages.length };
  return draw(await startWorker(scope.context, worker, message, roles), files.stdlib);
}

/**
 * What a restored interpreter is handed, but for its memory: one that compiles no library before it is called, and all of each.
 *
 * @param {SnapshotInputs} inputs
 * @param {SnapshotMetadata} recorded
 * @param {Taken["sizes"]} sizes
 * @returns {Record<string, ArrayBuffer>}
 */
function restoredRoles({ files, libraries }, recorded, sizes) {
  const all = libraries(recorded.libraries.map(({ path }) => path));
  const { metadata, code } = arrangeCode(Buffer.from(files.wasm), all, recorded, sizes, { first: [], usual: [] });
  return {
    ...rolesOf(files),
    metadata: arrayBuffer(Buffer.from(JSON.stringify(metadata))),
    libraries: arrayBuffer(encodePack(code.libraries)),
    later: arrayBuffer(encodePack(code.later)),
    uncalled: arrayBuffer(encodePack(code.uncalled)),
    standIns: arrayBuffer(code.standIns),
  };
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
