/** What ../build/snapshot.mjs writes and restore.js reads. */

/** An interpreter, but for the bytes of its memory. */
export interface SnapshotMetadata {
  /** Bytes of the whole memory. */
  memoryBytes: number;
  /**
   * What of it differs from the memory of an interpreter whose libraries were only loaded again. The bytes lie end to end in the
   * snapshot's memory files: first those of places that loading a library leaves alone, then the others.
   */
  pages: { early: [offset: number, length: number][]; late: [offset: number, length: number][] };
  stackPointer: number;
  /** Slots of WebAssembly's table. */
  tableLength: number;
  /** Slots of it before the first library came. */
  mainTableLength: number;
  /** In the order in which they were loaded. */
  libraries: SnapshotLibrary[];
  /** Libraries as Python holds them. References that are null never end. */
  opened: { path: string; references: number | null; handles: number[] }[];
  /** Of the dynamic linker, by name: addresses, and slots of functions. */
  symbols: Record<string, number>;
  mainFunctions: [slot: number, name: string][];
  libraryFunctions: [slot: number, library: number, name: string][];
  importedFunctions: [slot: number, name: string, signature: string][];
  /** References to JavaScript's objects, in Pyodide's own form. */
  references: { hiwireKeys: (object | null)[]; immortalKeys: string[] };
  /** That were open. */
  files: { descriptor: number; path: string; flags: number; position: number }[];
  /** Files that can follow later, under site-packages, with their lengths in bytes. */
  absent?: [path: string, length: number][];
}

export interface SnapshotLibrary {
  path: string;
  memoryBase: number;
  tableBase: number;
  /** Names of files among them. */
  needs: string[];
  /**
   * Of one that is compiled when something of it is called: how many bytes of memory are its own, where in its file its data lie, and
   * where they go from `memoryBase`. In the table stand-ins stand for its functions until then.
   */
  later?: { memorySize: number; data: [from: number, length: number, offset: number][] };
}

/** What whole-code.js makes. */
export interface WholeCode {
  begin(number: number, bytes: Uint8Array, imports: WebAssembly.Imports, exports: WebAssembly.Exports): void;
  load(number: number): void;
  compile(): Promise<void>;
}

export interface Snapshot {
  metadata: SnapshotMetadata;
  /** `next` gives the next piece of it, however long, when it is there. */
  memory: { bytes: number; next: () => Promise<ArrayBuffer> };
  /** Python's own module, which was compiled. */
  wasm: Promise<ArrayBuffer>;
  /** Those of `metadata.libraries` that are compiled from the start, by their paths. */
  libraries: Promise<Map<string, { code: WebAssembly.Module; bytes: Uint8Array<ArrayBuffer> }>>;
  /** The others' files, by their paths. */
  later: Promise<Map<string, Uint8Array<ArrayBuffer>>>;
  /** Second halves of all these, see ../build/split.mjs: of Python's own module 0, of the libraries from 1 on. */
  uncalled: Promise<Map<number, Uint8Array<ArrayBuffer>>>;
  /** What stands in for what is not there: see ../build/later.mjs. */
  standIns: Promise<WebAssembly.Module>;
  /** Is given what compiles all that no program has called yet. */
  onCode(compile: () => Promise<void>): void;
  /** Puts the files in place, those that were open among them. It finds neither libraries nor memory. */
  // biome-ignore lint/suspicious/noExplicitAny: Emscripten's module has no types.
  mount(module: any): Promise<void>;
}
