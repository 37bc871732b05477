/**
 * Libraries that are compiled when something of them is called. A snapshot holds some sixty, of which a first chart calls a few; but
 * all stand in WebAssembly's table, since memory is full of their slots. In place of the others stands one small module of stand-ins: a
 * function of the same type for each slot, which has the library put in its place and then calls what is in the slot. What a library
 * writes into memory when it is loaded is laid there from its file.
 *
 * This says what is in a library that it takes for that, and writes the stand-ins; who waits for a call is ../build/snapshot.mjs's to
 * find out, and loading them ../core/restore.js's. The format is that of WebAssembly 2.0, section 5.
 */

const SECTION = { type: 1, import: 2, function: 3, export: 7, element: 9, code: 10, data: 11 };
const KIND = { function: 0, table: 1, memory: 2, global: 3, tag: 4 };
const FUNCTION_TYPE = 0x60;
const FUNCTION_REFERENCE = 0x70;
const OP = { end: 0x0b, call: 0x10, callIndirect: 0x11, localGet: 0x20, globalGet: 0x23, i32Const: 0x41, i32Add: 0x6a };
const I32 = 0x7f;
/** `\0asm`, version 1. */
const PREAMBLE = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

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
  const reader = new Reader(bytes);
  /** @type {Map<number, Reader>} */
  const sections = new Map();
  reader.at = PREAMBLE.length;
  while (reader.at < bytes.length) {
    const id = reader.byte();
    const length = reader.unsigned();
    sections.set(id, new Reader(bytes, reader.at));
    reader.skip(length);
  }
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
 * A module that imports `env.table` and `env.load`, a function that is given a library's number, and puts a stand-in into each slot.
 *
 * @param {StandIn[]} standIns
 * @returns {Buffer}
 */
export function encodeStandIns(standIns) {
  const sorted = [...standIns].sort((a, b) => a.slot - b.slot);
  const loads = String.fromCharCode(FUNCTION_TYPE, 1, I32, 0);
  const types = [...new Set([loads, ...sorted.map(({ type }) => type)])];
  const numberOf = new Map(types.map((type, number) => [type, number]));
  /** Runs of slots that follow one another. @type {{slot: number, functions: number[]}[]} */
  const runs = [];
  for (const [number, { slot }] of sorted.entries()) {
    const last = runs.at(-1);
    // After the one function that is imported.
    if (last && last.slot + last.functions.length === slot) last.functions.push(number + 1);
    else runs.push({ slot, functions: [number + 1] });
  }
  const bodies = sorted.map(({ slot, library, type }) => {
    const locals = Array.from({ length: type.charCodeAt(1) }, (_, local) => [OP.localGet, ...unsigned(local)]).flat();
    const load = [OP.i32Const, ...signed(library), OP.call, 0];
    const call = [OP.i32Const, ...signed(slot), OP.callIndirect, ...unsigned(numberOf.get(type) ?? 0), 0];
    const body = [0, ...load, ...locals, ...call, OP.end];
    return [...unsigned(body.length), ...body];
  });
  const imports = [
    [...text("env"), ...text("table"), KIND.table, FUNCTION_REFERENCE, 0, 0],
    [...text("env"), ...text("load"), KIND.function, 0],
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

/** Reads WebAssembly's binary format. */
class Reader {
  /** @param {Uint8Array} bytes @param {number} [at] */
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  byte() {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw new Error("the file ends early");
    this.at += 1;
    return byte;
  }

  unsigned() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  signed() {
    let value = 0;
    for (let shift = 0; ; ) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      shift += 7;
      if (byte < 0x80) return shift < 32 && byte & 0x40 ? value | (-1 << shift) : value;
    }
  }

  /** @template T @param {() => T} read @returns {T[]} */
  list(read) {
    return Array.from({ length: this.unsigned() }, read);
  }

  /** @param {number} length */
  skip(length) {
    this.at += length;
  }

  name() {
    const length = this.unsigned();
    this.skip(length);
    return Buffer.from(this.bytes.subarray(this.at - length, this.at)).toString("utf8");
  }

  /** Of a function: its bytes, as text. */
  functionType() {
    const from = this.at;
    if (this.byte() !== FUNCTION_TYPE) throw new Error("a type is not that of a function");
    // Parameters, then results, a byte each.
    for (const _ of [0, 1]) this.skip(this.unsigned());
    return String.fromCharCode(...this.bytes.subarray(from, this.at));
  }

  /** @returns {{name: string, kind: number, type: number}} `type` of a function */
  imported() {
    this.name();
    const name = this.name();
    const kind = this.byte();
    let type = 0;
    if (kind === KIND.function) type = this.unsigned();
    else if (kind === KIND.global) this.at += 2;
    else if (kind === KIND.tag) {
      this.at += 1;
      this.unsigned();
    } else {
      if (kind === KIND.table) this.at += 1;
      const hasMaximum = (this.byte() & 1) === 1;
      this.unsigned();
      if (hasMaximum) this.unsigned();
    }
    return { name, kind, type };
  }

  /** @returns {{name: string, kind: number, number: number}} */
  exported() {
    const name = this.name();
    const kind = this.byte();
    return { name, kind, number: this.unsigned() };
  }

  /**
   * Where a segment goes: so far from the place that is given to the library.
   * @param {string[]} globals names of those that are imported
   * @param {string} base
   * @returns {number}
   */
  place(globals, base) {
    let isFromBase = false;
    let offset = 0;
    for (;;) {
      const op = this.byte();
      if (op === OP.end) break;
      if (op === OP.globalGet && globals[this.unsigned()] === base) isFromBase = true;
      else if (op === OP.i32Const) offset = this.signed();
      else if (op !== OP.i32Add) throw new Error(`a segment goes to no place that ${base} gives`);
    }
    if (!isFromBase) throw new Error(`a segment goes to a place that ${base} does not give`);
    return offset;
  }
}

/** @param {number} id @param {number[][]} entries */
function section(id, entries) {
  const content = vector(entries);
  return [id, ...unsigned(content.length), ...content];
}

/** @param {number[][]} entries */
function vector(entries) {
  return [...unsigned(entries.length), ...entries.flat()];
}

/** @param {string} name */
function text(name) {
  return vector([...Buffer.from(name)].map((byte) => [byte]));
}

/** @param {number} value @returns {number[]} */
function unsigned(value) {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** @param {number} value @returns {number[]} */
function signed(value) {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signed(value >>> 7)];
}
