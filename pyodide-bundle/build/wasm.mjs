/**
 * WebAssembly's binary format, as far as the build reads and writes it: version 2.0, section 5, and the tags of version 3.0. What is
 * made of it is later.mjs's and split.mjs's.
 */

export const SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
  tag: 13,
};
export const KIND = { function: 0, table: 1, memory: 2, global: 3, tag: 4 };
export const FUNCTION_TYPE = 0x60;
export const FUNCTION_REFERENCE = 0x70;
export const OP = {
  unreachable: 0x00,
  if: 0x04,
  end: 0x0b,
  return: 0x0f,
  call: 0x10,
  callIndirect: 0x11,
  tailCall: 0x12,
  localGet: 0x20,
  globalGet: 0x23,
  tableSet: 0x26,
  i32Const: 0x41,
  i64Const: 0x42,
  i32Add: 0x6a,
  refNull: 0xd0,
  refFunc: 0xd2,
};
/** Of a block that gives nothing. */
export const NO_RESULT = 0x40;
export const I32 = 0x7f;
/** `\0asm`, version 1. */
export const PREAMBLE = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** Reads WebAssembly's binary format. */
export class Reader {
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

  /** Bytes after their number: of a function's body, of a name. */
  sized() {
    const length = this.unsigned();
    this.skip(length);
    return this.bytes.subarray(this.at - length, this.at);
  }

  name() {
    return Buffer.from(this.sized()).toString("utf8");
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
    else this.typed(kind);
    return { name, kind, type };
  }

  /**
   * The type of what is no function.
   * @param {number} kind
   * @returns {Uint8Array} its bytes
   */
  typed(kind) {
    const from = this.at;
    if (kind === KIND.global) this.skip(2);
    else if (kind === KIND.tag) {
      this.skip(1);
      this.unsigned();
    } else {
      if (kind === KIND.table) this.skip(1);
      const hasMaximum = (this.byte() & 1) === 1;
      this.unsigned();
      if (hasMaximum) this.unsigned();
    }
    return this.bytes.subarray(from, this.at);
  }

  /** What a global starts with, or where a segment goes. @returns {Uint8Array} its bytes */
  initial() {
    const from = this.at;
    for (;;) {
      const op = this.byte();
      if (op === OP.end) return this.bytes.subarray(from, this.at);
      if (op !== OP.i32Const && op !== OP.i64Const && op !== OP.globalGet && op !== OP.refNull && op !== OP.refFunc)
        throw new Error(`something starts with what is not known here: ${op}`);
      while (this.byte() >= 0x80);
    }
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

/**
 * @param {Uint8Array} bytes of a module
 * @returns {{id: number, from: number, content: number, to: number}[]} its sections: where each begins, what is in it, and where it ends
 */
export function sectionsOf(bytes) {
  const sections = [];
  const reader = new Reader(bytes, PREAMBLE.length);
  while (reader.at < bytes.length) {
    const from = reader.at;
    const id = reader.byte();
    const length = reader.unsigned();
    const content = reader.at;
    reader.skip(length);
    sections.push({ id, from, content, to: reader.at });
  }
  return sections;
}

/** @param {number} id @param {number[][]} entries */
export function section(id, entries) {
  const content = vector(entries);
  return [id, ...unsigned(content.length), ...content];
}

/** @param {number[][]} entries */
export function vector(entries) {
  return [...unsigned(entries.length), ...entries.flat()];
}

/** @param {string} name */
export function text(name) {
  return vector([...Buffer.from(name)].map((byte) => [byte]));
}

/** @param {number} value @returns {number[]} */
export function unsigned(value) {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** @param {number} value @returns {number[]} */
export function signed(value) {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signed(value >>> 7)];
}

/**
 * A section whose entries are too many for a list of bytes.
 * @param {number} id @param {Uint8Array[]} entries
 */
export function largeSection(id, entries) {
  const content = Buffer.concat([Buffer.from(unsigned(entries.length)), ...entries]);
  return Buffer.concat([Buffer.from([id, ...unsigned(content.length)]), content]);
}
