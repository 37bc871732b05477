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
  /** In the order in which they were loaded. `needs` are names of files among them. */
  libraries: { path: string; memoryBase: number; tableBase: number; needs: string[] }[];
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

export interface Snapshot {
  metadata: SnapshotMetadata;
  /** `next` gives the next piece of it, however long, when it is there. */
  memory: { bytes: number; next: () => Promise<ArrayBuffer> };
  /** `metadata.libraries`, compiled, in that order. */
  libraries: Promise<WebAssembly.Module[]>;
  /** Puts the files in place, those that were open among them. It finds neither libraries nor memory. */
  // biome-ignore lint/suspicious/noExplicitAny: Emscripten's module has no types.
  mount(module: any): Promise<void>;
}
