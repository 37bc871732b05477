// @ts-check
/**
 * Restores an interpreter from a memory snapshot: stands behind Pyodide's own two modules in pyodide-core.js (see
 * ../build/core.mjs, which also writes the hooks into Pyodide's linker) and is used by the worker in place of a boot.
 *
 * A snapshot is the memory of an interpreter that has imported everything a chart usually needs. Memory alone does not make it
 * run: it is full of addresses of functions, which are numbers of slots in WebAssembly's table. So the libraries are loaded
 * again, in the recorded order and to the recorded places, without running anything of them; the table's other slots are filled
 * by name; then the memory is laid over it all, or before, where no library lies. Of libraries that a first chart does not call only
 * the data are laid in place; stand-ins in the table load such a one when it is called. And of what is loaded only the functions are
 * there that charts usually call; the others come as a second module when one of them is called (whole-code.js). How the recording is
 * made is ../build/snapshot.mjs's; both must agree with `SnapshotMetadata`, and that they do with one another is what the digest in the
 * manifest says.
 *
 * @import {Snapshot, SnapshotLibrary, SnapshotMetadata, WholeCode} from "./snapshot.js"
 */

/**
 * @param {Snapshot} snapshot
 * @returns {(settings: any) => Promise<any>} for `loadPyodide`'s option `createPyodideModule`
 */
globalThis.createRestoredModule = function createRestoredModule({
  metadata,
  memory,
  wasm,
  libraries,
  later,
  uncalled,
  standIns,
  onCode,
  mount,
}) {
  return async (settings) => {
    // Met below, unless what comes before fails first.
    for (const coming of [wasm, libraries, later, uncalled, standIns]) coming.catch(() => {});
    const described = metadata.pages.early.concat(metadata.pages.late).reduce((sum, [, length]) => sum + length, 0);
    if (described !== memory.bytes)
      throw new Error(`the snapshot describes ${described} bytes of memory and holds ${memory.bytes}`);
    /** @type {(error: unknown) => void} */
    let fail = () => {};
    /** @type {Promise<never>} */
    const failure = new Promise((_, reject) => {
      fail = reject;
    });
    const linker = {
      replaying: true,
      symbols: metadata.symbols,
      /** What the main module exports, and what it was given. @type {Record<string, any>} */
      mainExports: {},
      /** @type {WebAssembly.Imports} */
      mainImports: {},
      /** Is told what a library was given, and exports. @type {((imports: WebAssembly.Imports, exports: any) => void) | undefined} */
      onInstance: undefined,
      /** @type {number | undefined} */
      memoryBase: undefined,
      /** Of a library whose slots are kept. @type {number | undefined} */
      tableBase: undefined,
      /** @param {Record<string, any>} exports @param {WebAssembly.Table} table */
      onMain(exports, table) {
        try {
          table.grow(metadata.mainTableLength - table.length);
          for (const [slot, name] of metadata.mainFunctions) {
            if (slot < metadata.mainTableLength) table.set(slot, exports[name]);
          }
        } catch (error) {
          // Pyodide only logs what is thrown here, and would wait for ever.
          fail(error);
          throw error;
        }
      },
    };
    settings.linker = linker;
    settings.noInitialRun = true;
    const module = await Promise.race([createPyodideModule(settings), failure]);
    const { table, imports } = module.linkerState();
    if (!module.growMemory(metadata.memoryBytes)) throw new RangeError("there is no memory for Python");

    // What needs no library is done while libraries are compiled.
    await mount(module);
    const lay = layer(module.HEAPU8, memory.next);
    await lay(metadata.pages.early);
    const whole = createWholeCode(await uncalled);
    whole.begin(0, new Uint8Array(await wasm), linker.mainImports, linker.mainExports);
    const loaded = createLibraries(module, table, linker, await libraries, await later, whole);
    loaded.replay();
    fillTable(module, table, imports, linker, loaded.get);
    new WebAssembly.Instance(await standIns, { env: { table, load: loaded.get, whole: whole.load } });
    await lay(metadata.pages.late);
    onCode(async () => {
      await loaded.compile();
      await whole.compile();
    });
    module.stackRestore(metadata.stackPointer);
    linker.replaying = false;
    module.setTrampoline();
    // It was recorded where WebAssembly could not switch stacks, and Python holds on to that: so nothing shall offer it here.
    Object.defineProperty(module.validSuspender, "value", { get: () => false, set() {} });

    for (const file of metadata.files) reopen(module.FS, file);
    const { API } = module;
    const finalize = API.finalizeBootstrap;
    API.finalizeBootstrap = () => finalize(metadata.references, undefined);
    return module;
  };

  /**
   * @param {any} module
   * @param {WebAssembly.Table} table
   * @param {{replaying: boolean, memoryBase: number | undefined, tableBase: number | undefined,
   *   onInstance: ((imports: WebAssembly.Imports, exports: any) => void) | undefined}} linker
   * @param {Map<string, {code: WebAssembly.Module, bytes: Uint8Array<ArrayBuffer>}>} compiled
   * @param {Map<string, Uint8Array<ArrayBuffer>>} files of those that are compiled when they are called
   * @param {WholeCode} whole
   */
  function createLibraries(module, table, linker, compiled, files, whole) {
    const { libraries } = metadata;
    const numbers = new Map(libraries.map(({ path }, number) => [path.slice(path.lastIndexOf("/") + 1), number]));
    /** What each exports. @type {Map<number, Record<string, any>>} */
    const loaded = new Map();

    /** Every one to its place, in the recorded order. */
    function replay() {
      const opened = new Map(metadata.opened.map((entry) => [entry.path, entry]));
      for (const [number, library] of libraries.entries()) {
        const { path, tableBase, later } = library;
        if (table.length < tableBase) table.grow(tableBase - table.length);
        if (later) layData(library, fileOf(path), later.data);
        else {
          if (table.length !== tableBase)
            throw new Error(`${path} cannot be put where it was: ${table.length}, ${tableBase}`);
          load(number);
        }
        const entry = opened.get(path);
        if (!entry) continue;
        const refcount = entry.references ?? Number.POSITIVE_INFINITY;
        const held = {
          refcount,
          name: path,
          global: false,
          get exports() {
            return get(number);
          },
        };
        module.LDSO.loadedLibsByName[path] = held;
        for (const handle of entry.handles) module.LDSO.loadedLibsByHandle[handle] = held;
      }
    }

    /** @param {string} path */
    function fileOf(path) {
      const file = files.get(path);
      if (!file) throw new Error(`${path} is not among the libraries`);
      return file;
    }

    /** @param {SnapshotLibrary} library @param {Uint8Array} file @param {[from: number, length: number, offset: number][]} data */
    function layData({ memoryBase }, file, data) {
      for (const [from, length, offset] of data) {
        module.HEAPU8.set(file.subarray(from, from + length), memoryBase + offset);
      }
    }

    /** @param {number} number */
    function load(number) {
      const { path, memoryBase, needs } = /** @type {SnapshotLibrary} */ (libraries[number]);
      const { code, bytes } = compiled.get(path) ?? compileNow(fileOf(path));
      const scope = Object.assign({}, ...needs.map((name) => get(numbers.get(name) ?? -1)));
      linker.memoryBase = memoryBase;
      // The main module has the first number.
      linker.onInstance = (imports, own) => whole.begin(number + 1, bytes, imports, own);
      const exports = module.loadWebAssemblyModule(code, { loadAsync: false }, path, scope, 0);
      linker.memoryBase = undefined;
      linker.onInstance = undefined;
      loaded.set(number, exports);
      return exports;
    }

    /**
     * Once Python runs. Loading it makes its memory what it was when it was new, and it has changed since.
     * @param {number} number
     * @param {NonNullable<SnapshotLibrary["later"]>} later
     */
    function loadLate(number, { memorySize }) {
      const { memoryBase, tableBase } = /** @type {SnapshotLibrary} */ (libraries[number]);
      const changed = module.HEAPU8.slice(memoryBase, memoryBase + memorySize);
      linker.replaying = true;
      linker.tableBase = tableBase;
      try {
        const exports = load(number);
        for (const [slot, owner, name] of metadata.libraryFunctions) {
          if (owner === number) table.set(slot, exports[name]);
        }
        return exports;
      } finally {
        // As it was, even where there is no memory left to compile it: the next call tries again.
        linker.memoryBase = undefined;
        linker.onInstance = undefined;
        linker.tableBase = undefined;
        linker.replaying = false;
        module.HEAPU8.set(changed, memoryBase);
      }
    }

    /**
     * @param {number} number
     * @returns {Record<string, any>} what it exports
     */
    function get(number) {
      const later = libraries[number]?.later;
      return loaded.get(number) ?? (later ? loadLate(number, later) : load(number));
    }

    /** One after the other, since a program may want the next one. */
    async function compile() {
      for (const [number, { path, later }] of libraries.entries()) {
        if (!later || loaded.has(number)) continue;
        const bytes = fileOf(path);
        compiled.set(path, { code: await WebAssembly.compile(bytes), bytes });
      }
    }

    /** @param {Uint8Array<ArrayBuffer>} bytes */
    function compileNow(bytes) {
      return { code: new WebAssembly.Module(bytes), bytes };
    }

    return { replay, get, compile };
  }

  /**
   * @param {any} module
   * @param {WebAssembly.Table} table
   * @param {Record<string, any>} imports
   * @param {{mainExports: Record<string, any>}} linker
   * @param {(library: number) => Record<string, any>} exportsOf
   */
  function fillTable(module, table, imports, { mainExports }, exportsOf) {
    if (table.length < metadata.tableLength) table.grow(metadata.tableLength - table.length);
    for (const [slot, name] of metadata.mainFunctions) {
      if (slot >= metadata.mainTableLength) table.set(slot, mainExports[name]);
    }
    for (const [slot, library, name] of metadata.libraryFunctions) {
      if (!metadata.libraries[library]?.later) table.set(slot, exportsOf(library)[name]);
    }
    /** Many are the same one: each that is made costs a WebAssembly module. @type {Map<string, Function>} */
    const made = new Map();
    for (const [slot, name, signature] of metadata.importedFunctions) {
      const key = `${name} ${signature}`;
      const wrapped = made.get(key) ?? module.convertJsFunctionToWasm(imports[name], signature);
      made.set(key, wrapped);
      table.set(slot, wrapped);
    }
  }

  /**
   * @param {Uint8Array} heap
   * @param {() => Promise<ArrayBuffer>} next gives the next piece of the memory
   * @returns {(pages: SnapshotMetadata["pages"]["early"]) => Promise<void>} puts the next of it in these places
   */
  function layer(heap, next) {
    /** Of a piece. */
    let rest = new Uint8Array(0);
    return async (pages) => {
      for (let [offset, left] of pages) {
        while (left > 0) {
          if (rest.length === 0) rest = new Uint8Array(await next());
          const part = rest.subarray(0, left);
          heap.set(part, offset);
          offset += part.length;
          left -= part.length;
          rest = rest.subarray(part.length);
          // Given back now, and not when somebody looks for what nobody needs any more.
          if (rest.length === 0) rest.buffer.transfer?.(0);
        }
      }
    };
  }

  /**
   * @param {any} FS
   * @param {SnapshotMetadata["files"][number]} file
   */
  function reopen(FS, { descriptor, path, flags, position }) {
    const stream = FS.open(path, flags);
    if (stream.fd !== descriptor) {
      FS.dupStream(stream, descriptor);
      FS.closeStream(stream.fd);
    }
    FS.getStream(descriptor).position = position;
  }
};
