/**
 * Libraries that are compiled when something of them is called. A snapshot holds some sixty, of which a first chart calls a few; but
 * all stand in WebAssembly's table, since memory is full of their slots. In place of the others stands one small module of stand-ins: a
 * function of the same type for each slot, which has the library put in its place and then calls what is in the slot. What a library
 * writes into memory when it is loaded is laid there from its file.
 *
 * This says what is in a library that it takes for that, and writes the stand-ins; who waits for a call is ../build/snapshot.mjs's to
 * find out, and loading them ../core/restore.js's.
 */

import {
  FUNCTION_REFERENCE,
  FUNCTION_TYPE,
  I32,
  KIND,
  OP,
  PREAMBLE,
  Reader,
  SECTION,
  section,
  sectionsOf,
  signed,
  text,
  unsigned,
  vector,
} from "./wasm.mjs";

/**
 * @typedef {object} Library
 * @property {[offset: number, types: string[]][]} slots runs of functions that it puts into the table, from its place there, and the
 *   types they have: bytes as text
 * @property {Map<string, string>} exported types of the functions that it exports
 * @property {[from: number, length: number, offset: number][]} data where in the file its data lie, and where they go from its place in
 *   memory
 */

/**
 * @param {Uint8Array} bytes of a library
 * @returns {Library | null} `null` for one whose data are laid by code of its own. All have a function that is run when they are loaded:
 *   the linker's, which clears what of their memory has no data and sets their own globals
 */
export function describeLibrary(bytes) {
  const sections = new Map(sectionsOf(bytes).map(({ id, content }) => [id, new Reader(bytes, content)]));
  /** @template T @param {number} id @param {(section: Reader) => T} read @returns {T[]} */
  const list = (id, read) => {
    const section = sections.get(id);
    return section ? section.list(() => read(section)) : [];
  };

  const types = list(SECTION.type, (section) => section.functionType());
  /** @type {(string | undefined)[]} */
  const functions = [];
  /** @type {string[]} */
  const globals = [];
  for (const { name, kind, type } of list(SECTION.import, (section) => section.imported())) {
    if (kind === KIND.function) functions.push(types[type]);
    if (kind === KIND.global) globals.push(name);
  }
  for (const type of list(SECTION.function, (section) => section.unsigned())) functions.push(types[type]);
  const typeOf = (/** @type {number} */ number) => {
    const type = functions[number];
    if (type === undefined) throw new Error(`there is no function ${number}`);
    return type;
  };
  /** @type {Map<string, string>} */
  const exported = new Map();
  for (const { name, kind, number } of list(SECTION.export, (section) => section.exported())) {
    if (kind === KIND.function) exported.set(name, typeOf(number));
  }
  const slots = list(SECTION.element, (section) => {
    if (section.unsigned() !== 0) throw new Error("a segment of elements is of an unknown kind");
    const offset = section.place(globals, "__table_base");
    return /** @type {[number, string[]]} */ ([offset, section.list(() => typeOf(section.unsigned()))]);
  });
  const segments = list(SECTION.data, (section) => {
    const kind = section.unsigned();
    if (kind > 1) throw new Error("a segment of data is of an unknown kind");
    const offset = kind === 0 ? section.place(globals, "__memory_base") : 0;
    const length = section.unsigned();
    const from = section.at;
    section.skip(length);
    return { kind, from, length, offset };
  });
  if (segments.some(({ kind }) => kind === 1)) return null;
  return { slots, exported, data: segments.map(({ from, length, offset }) => [from, length, offset]) };
}

/**
 * @typedef {{slot: number, library: number, type: string}} StandIn
 */

/**
 * A module that imports `env.table`, `env.load`, a function that is given a library's number, and `env.whole`, one that is given a split
 * module's, and puts a stand-in into each slot, and `whole` into its own.
 *
 * @param {StandIn[]} standIns
 * @param {number} whole the slot of that
 * @returns {Buffer}
 */
export function encodeStandIns(standIns, whole) {
  const sorted = [...standIns].sort((a, b) => a.slot - b.slot);
  const loads = String.fromCharCode(FUNCTION_TYPE, 1, I32, 0);
  const types = [...new Set([loads, ...sorted.map(({ type }) => type)])];
  const numberOf = new Map(types.map((type, number) => [type, number]));
  /** Runs of slots that follow one another. @type {{slot: number, functions: number[]}[]} */
  const runs = [];
  const imported = ["load", "whole"];
  for (const [number, { slot }] of sorted.entries()) {
    const last = runs.at(-1);
    if (last && last.slot + last.functions.length === slot) last.functions.push(imported.length + number);
    else runs.push({ slot, functions: [imported.length + number] });
  }
  runs.push({ slot: whole, functions: [imported.indexOf("whole")] });
  const bodies = sorted.map(({ slot, library, type }) => {
    const locals = Array.from({ length: type.charCodeAt(1) }, (_, local) => [OP.localGet, ...unsigned(local)]).flat();
    const load = [OP.i32Const, ...signed(library), OP.call, 0];
    const call = [OP.i32Const, ...signed(slot), OP.callIndirect, ...unsigned(numberOf.get(type) ?? 0), 0];
    const body = [0, ...load, ...locals, ...call, OP.end];
    return [...unsigned(body.length), ...body];
  });
  const imports = [
    [...text("env"), ...text("table"), KIND.table, FUNCTION_REFERENCE, 0, 0],
    ...imported.map((name) => [...text("env"), ...text(name), KIND.function, 0]),
  ];
  return Buffer.from([
    ...PREAMBLE,
    ...section(
      SECTION.type,
      types.map((type) => [...type].map((byte) => byte.charCodeAt(0))),
    ),
    ...section(SECTION.import, imports),
    ...section(
      SECTION.function,
      sorted.map(({ type }) => unsigned(numberOf.get(type) ?? 0)),
    ),
    ...section(
      SECTION.element,
      runs.map(({ slot, functions }) => [0, OP.i32Const, ...signed(slot), OP.end, ...vector(functions.map(unsigned))]),
    ),
    ...section(SECTION.code, bodies),
  ]);
}
