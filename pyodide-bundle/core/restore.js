// @ts-check
/**
 * Restores an interpreter from a memory snapshot: stands behind Pyodide's own two modules in pyodide-core.js (see
 * ../build/core.mjs, which also writes the hooks into Pyodide's linker) and is used by the worker in place of a boot.
 *
 * A snapshot is the memory of an interpreter that has imported everything a chart usually needs. Memory alone does not make it
 * run: it is full of addresses of functions, which are numbers of slots in WebAssembly's table. So the libraries are loaded
 * again, in the recorded order and to the recorded places, without running anything of them; the table's other slots are filled
 * by name; then the memory is laid over it all, or before, where no library lies. How the recording is made is
 * ../build/snapshot.mjs's; both must agree with `SnapshotMetadata`, and that they do with one another is what the digest in the
 * manifest says.
 *
 * @import {Snapshot, SnapshotMetadata} from "./snapshot.js"
 */

/**
 * @param {Snapshot} snapshot
 * @returns {(settings: any) => Promise<any>} for `loadPyodide`'s option `createPyodideModule`
 */
globalThis.createRestoredModule = function createRestoredModule({ metadata, memory, libraries, mount }) {
  return async (settings) => {
    // Met below, unless what comes before fails first.
    libraries.catch(() => {});
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
      /** @type {Record<string, any>} */
      mainExports: {},
      /** @type {number | undefined} */
      memoryBase: undefined,
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
    const loaded = replayLibraries(module, table, linker, await libraries);
    fillTable(module, table, imports, linker, loaded);
    await lay(metadata.pages.late);
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
   * @param {{memoryBase: number | undefined}} linker
   * @param {WebAssembly.Module[]} compiled
   * @returns {Record<string, any>[]} what each library exports
   */
  function replayLibraries(module, table, linker, compiled) {
    /** @type {Map<string, Record<string, any>>} */
    const byName = new Map();
    const opened = new Map(metadata.opened.map((entry) => [entry.path, entry]));
    return metadata.libraries.map(({ path, memoryBase, tableBase, needs }, number) => {
      if (table.length < tableBase) table.grow(tableBase - table.length);
      if (table.length !== tableBase)
        throw new Error(`${path} cannot be put where it was: ${table.length}, ${tableBase}`);
      linker.memoryBase = memoryBase;
      const scope = Object.assign({}, ...needs.map((name) => byName.get(name)));
      const exports = module.loadWebAssemblyModule(compiled[number], { loadAsync: false }, path, scope, 0);
      linker.memoryBase = undefined;
      byName.set(path.slice(path.lastIndexOf("/") + 1), exports);
      const entry = opened.get(path);
      if (entry) {
        const library = { refcount: entry.references ?? Number.POSITIVE_INFINITY, name: path, exports, global: false };
        module.LDSO.loadedLibsByName[path] = library;
        for (const handle of entry.handles) module.LDSO.loadedLibsByHandle[handle] = library;
      }
      return exports;
    });
  }

  /**
   * @param {any} module
   * @param {WebAssembly.Table} table
   * @param {Record<string, any>} imports
   * @param {{mainExports: Record<string, any>}} linker
   * @param {Record<string, any>[]} loaded
   */
  function fillTable(module, table, imports, { mainExports }, loaded) {
    if (table.length < metadata.tableLength) table.grow(metadata.tableLength - table.length);
    for (const [slot, name] of metadata.mainFunctions) {
      if (slot >= metadata.mainTableLength) table.set(slot, mainExports[name]);
    }
    for (const [slot, library, name] of metadata.libraryFunctions) table.set(slot, loaded[library]?.[name]);
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
