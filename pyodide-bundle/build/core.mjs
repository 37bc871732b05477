/**
 * Turns Pyodide's two ES modules into one classic script with four globals: `loadPyodide`, `createPyodideModule`,
 * `createRestoredModule` of ../core/restore.js, which restores an interpreter from a memory snapshot, and `capFiles` of
 * ../core/files-cap.js, which bounds what a program writes into files.
 *
 * Browsers refuse module workers made from a blob in an opaque-origin frame, and the sandbox has no other kind of worker: so the
 * module syntax has to go. And a snapshot can only be taken and restored if the dynamic linker says what it does and lets itself
 * be led: the hooks for that are written into it here, and without `Module.linker` it works as it always did. Only text is
 * replaced, and every replacement must match exactly as often as it is said to: a new Pyodide that is written differently stops
 * the build here instead of failing in somebody's browser. What nobody uses is left out by shake.mjs.
 */

import { shake } from "./shake.mjs";

/** Stands in for `import.meta.url`: a blob: address is no base for a URL, and nothing is ever fetched from this one. */
const MODULE_URL = "https://pyodide.invalid/pyodide.asm.mjs";

/**
 * What `Module.linker` may hold, for ../build/snapshot.mjs (records) and ../core/restore.js (replays), is said there. Each entry is
 * what it is for, the text, and what takes its place.
 *
 * @type {[string, string, string][]}
 */
const LINKER_HOOKS = [
  [
    "a replayed library lies where it lay",
    "var getMemory=size=>{",
    "var getMemory=size=>{var given=Module.linker?.memoryBase;if(given!==undefined)return given;",
  ],
  [
    "record each library's place in memory and table, or have it where its slots are kept",
    "var tableBase=metadata.tableSize?wasmTable.length:0;",
    "var tableBase=Module.linker?.tableBase??(metadata.tableSize?wasmTable.length:0);Module.linker?.onLibrary?.(libName,memoryBase,tableBase,metadata);",
  ],
  [
    "which takes no new slots",
    "if(metadata.tableSize){wasmTable.grow(metadata.tableSize)}",
    "if(metadata.tableSize&&Module.linker?.tableBase===undefined){wasmTable.grow(metadata.tableSize)}",
  ],
  ["the snapshot holds relocated data", "if(applyRelocs){", "if(applyRelocs&&!Module.linker?.replaying){"],
  [
    "and what constructors made",
    "if(init){if(runtimeInitialized){init()}",
    "if(init&&!Module.linker?.replaying){if(runtimeInitialized){init()}",
  ],
  [
    "a library's symbols have their saved values",
    "updateGOT(moduleExports);if(!flags.allowUndefined){",
    "if(!Module.linker?.replaying)updateGOT(moduleExports);if(!flags.allowUndefined&&!Module.linker?.replaying){",
  ],
  [
    "so do the main module's",
    "updateGOT(origExports);",
    "if(Module.linker)Module.linker.mainExports=origExports;if(Module.linker?.replaying){Module.linker.onMain(origExports,wasmTable)}else updateGOT(origExports);",
  ],
  [
    "record which function was put where",
    "functionsInTableMap.set(func,ret);return ret};",
    "functionsInTableMap.set(func,ret);Module.linker?.onFunction?.(ret,func,sig);return ret};",
  ],
  [
    "nothing is undefined while libraries are replayed",
    "var reportUndefinedSymbols=()=>{",
    "var reportUndefinedSymbols=()=>{if(Module.linker?.replaying)return;",
  ],
  [
    "a symbol begins with its saved value",
    'rtn=GOT[symName]=new WebAssembly.Global({value:"i32",mutable:true},-1)',
    'rtn=GOT[symName]=new WebAssembly.Global({value:"i32",mutable:true},Module.linker?.symbols?.[symName]??-1)',
  ],
  [
    "and counts as defined from then on",
    "var existingEntry=GOT[symName]&&GOT[symName].value!=-1;",
    "var existingEntry=GOT[symName]&&GOT[symName].value!=-1||Module.linker?.symbols?.[symName]!==undefined;",
  ],
  [
    "what the main module is given, the second half of its code is given too",
    "var info=getWasmImports();",
    "var info=getWasmImports();if(Module.linker)Module.linker.mainImports=info;",
  ],
  [
    "and a library's",
    "var instance=new WebAssembly.Instance(module,info);",
    "var instance=new WebAssembly.Instance(module,info);Module.linker?.onInstance?.(info,instance.exports);",
  ],
  [
    "libraries are replayed one by one, in the recorded order",
    "for(var needed of metadata.neededDynlibs){",
    "if(!Module.linker?.replaying)for(var needed of metadata.neededDynlibs){",
  ],
  [
    "memory is filled up to its size, not beyond, when free memory is cleared",
    "var growMemory=size=>{",
    "var growMemory=size=>{if(Module.linker?.memoryIsFixed)return;",
  ],
  [
    "CPython's call trampoline depends on the engine: it is set after the memory was restored, and not recorded",
    "addOnPreRun(function setEmscriptenTrampoline(){",
    'addOnPreRun(()=>{if(!Module.linker)Module["setTrampoline"]()});(Module["setTrampoline"]=function(){',
  ],
  [
    "and put where there is room, without a look through all of the table whether it is there already: no other function is it",
    "return addFunction(trampolineInstance.exports.trampoline_call)",
    "const slot=getEmptyTableSlot();setWasmTableEntry(slot,trampolineInstance.exports.trampoline_call);return slot",
  ],
  [
    "the linker's own tables",
    'Module["LDSO"]=LDSO;',
    'Module["LDSO"]=LDSO;Module["linkerState"]=()=>({symbols:GOT,imports:wasmImports,table:wasmTable,free:freeTableIndexes});',
  ],
];

/**
 * @param {object} sources
 * @param {string} sources.asm text of `pyodide.asm.mjs`
 * @param {string} sources.loader text of `pyodide.mjs`
 * @param {string} sources.own text of the scripts of ../core that the worker uses with them
 * @param {Set<string>} imports what the runtime's WebAssembly imports
 * @param {string[]} readers texts of whatever else uses Emscripten's module
 * @returns {Promise<string>} a classic script
 */
export async function buildCore(sources, imports, readers) {
  let asm = sources.asm.trim();
  for (const [, from, to] of LINKER_HOOKS) asm = replaceExactly(asm, from, to, 1);
  asm = replaceExactly(asm, "import.meta.url", JSON.stringify(MODULE_URL), 3);
  // A list of what lies in site-packages, for Pyodide's own loader of packages, which is not used here: it takes a walk through all files.
  asm = replaceExactly(asm, ",API.package_loader.init_loaded_packages()", "", 1);
  const [opening = "", head = ""] = /^async function _createPyodideModule(\([^()]*\)\{)/.exec(asm) ?? [];
  const closing = "}export default _createPyodideModule;";
  if (!opening || !asm.endsWith(closing))
    throw new Error("Pyodide's module is not one function that is exported: this Pyodide needs a new core.mjs");
  const body = asm.slice(opening.length, -closing.length);
  const shaken = await shake(body, { imports, readers: [sources.loader, sources.own, ...readers] });

  let loader = replaceExactly(sources.loader, "//# sourceMappingURL=pyodide.mjs.map", "", 1);
  loader = replaceMatch(loader, /export\{(\w+) as loadPyodide,\s*(\w+) as version\};/g, (_, name) => `return ${name};`);
  // It finds out by calling what throws; a debugger that listens to errors then has V8 read all of this script once more.
  loader = replaceMatch(
    loader,
    /if\(\w+&&\w+\(\)\)throw new Error\("Classic web workers are not supported"\);/g,
    () => "",
  );

  return [
    // Modules are strict; classic scripts are not unless they say so. In brackets, so that V8 reads the one function that all of it is
    // once, and not once more when it is called.
    `const createPyodideModule = (() => { "use strict";\nreturn (async function create${head}${shaken}});\n})();`,
    `const loadPyodide = (() => { "use strict";\n${loader}\n})();`,
    sources.own,
  ].join("\n");
}

/**
 * @param {string} text
 * @param {RegExp} pattern must match once
 * @param {(match: string, group: string) => string} replacement
 */
function replaceMatch(text, pattern, replacement) {
  const count = [...text.matchAll(pattern)].length;
  if (count !== 1)
    throw new Error(
      `Pyodide's text matches ${pattern} ${count} times, expected once: this Pyodide needs a new core.mjs`,
    );
  return text.replace(pattern, replacement);
}

/**
 * @param {string} text
 * @param {string} from
 * @param {string} to
 * @param {number} times
 */
function replaceExactly(text, from, to, times) {
  const parts = text.split(from);
  if (parts.length !== times + 1) {
    throw new Error(
      `Pyodide's text holds ${JSON.stringify(from)} ${parts.length - 1} times, expected ${times}: this Pyodide needs a new core.mjs`,
    );
  }
  return parts.join(to);
}
