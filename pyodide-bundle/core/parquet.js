// @ts-check
/**
 * Reads a Parquet file into columns of plain bytes, which Python makes a frame of without knowing the format. It runs inside the
 * sandbox's worker: the bytes are a stranger's, and the reader is no part of Python.
 *
 * Built into parquet.js as one classic script, together with hyparquet; a page that meets no Parquet file never fetches it.
 *
 * @typedef {{name: string, kind: string, unit?: "date"}} Column
 * @typedef {{column: Column, bytes: Uint8Array, kinds?: string}} Encoded `kinds`: JSON of the texts that the bytes count
 */

import { parquetMetadataAsync, parquetRead, parquetSchema } from "hyparquet";
import { compressors } from "hyparquet-compressors";

/** A file may announce what it does not hold. */
const MOST_ROWS = 50_000_000;

/**
 * @param {ArrayBuffer} bytes
 * @returns {AsyncGenerator<Encoded>} one for each column, so that no two have to be held at once
 */
export async function* readColumns(bytes) {
  const file = {
    byteLength: bytes.byteLength,
    slice: (/** @type {number} */ from, /** @type {number} */ to) => bytes.slice(from, to),
  };
  const metadata = await parquetMetadataAsync(file);
  const rows = Number(metadata.num_rows);
  if (!(rows >= 0 && rows <= MOST_ROWS)) throw new Error(`it announces ${rows} rows`);
  for (const { element } of parquetSchema(metadata).children) {
    /** @type {ArrayLike<unknown>[]} */
    const chunks = [];
    await parquetRead({
      file,
      metadata,
      compressors,
      columns: [element.name],
      onChunk: ({ columnData }) => chunks.push(columnData),
    });
    // What is emitted without being awaited has been emitted by now: one turn later than what was waited for.
    await null;
    yield encode(element.name, chunks, rows);
  }
}

/** @type {[new (length: number) => {set(chunk: any, at: number): void, buffer: ArrayBufferLike}, string][]} */
const TYPED = [
  [Int32Array, "int32"],
  [Float64Array, "float64"],
  [Float32Array, "float32"],
  [BigInt64Array, "int64"],
  [BigUint64Array, "uint64"],
  [Uint32Array, "uint32"],
  [Int16Array, "int16"],
  [Uint16Array, "uint16"],
  [Int8Array, "int8"],
];

/**
 * @param {string} name
 * @param {ArrayLike<any>[]} chunks
 * @param {number} rows
 * @returns {Encoded}
 */
function encode(name, chunks, rows) {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  if (length !== rows) throw new Error(`column ${name} has ${length} values for ${rows} rows`);
  const typed = TYPED.find(([kind]) => chunks.length > 0 && chunks.every((chunk) => chunk instanceof kind));
  if (typed) {
    const [Kind, kind] = typed;
    const all = new Kind(length);
    let at = 0;
    for (const chunk of chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return { column: { name, kind }, bytes: new Uint8Array(all.buffer) };
  }
  const types = typesOf(chunks);
  const only = (/** @type {string[]} */ ...known) => types.size > 0 && [...types].every((type) => known.includes(type));
  if (only("string")) return encodeTexts(name, chunks, length);
  if (only("boolean")) {
    const held = each(chunks, new Int8Array(length), (value) => (value === null ? -1 : Number(value)));
    return { column: { name, kind: "boolean" }, bytes: new Uint8Array(held.buffer) };
  }
  if (only("date")) return { column: { name, kind: "float64", unit: "date" }, bytes: bytesOf(numbers(chunks, length)) };
  if (only("number", "bigint")) {
    const held = numbers(chunks, length);
    if (!held.every(Number.isSafeInteger)) return { column: { name, kind: "float64" }, bytes: bytesOf(held) };
    const whole = BigInt64Array.from(held, BigInt);
    return { column: { name, kind: "int64" }, bytes: bytesOf(whole) };
  }
  const json = JSON.stringify([...values(chunks)], plain);
  return { column: { name, kind: "json" }, bytes: new TextEncoder().encode(json) };
}

/** @param {ArrayLike<any>[]} chunks */
function* values(chunks) {
  for (const chunk of chunks) for (let i = 0; i < chunk.length; i++) yield chunk[i] ?? null;
}

/** @param {ArrayLike<any>[]} chunks */
function typesOf(chunks) {
  /** @type {Set<string>} */
  const types = new Set();
  for (const value of values(chunks)) {
    if (value !== null) types.add(value instanceof Date ? "date" : typeof value);
  }
  return types;
}

/**
 * @template {Int8Array | Int32Array | Float64Array} T
 * @param {ArrayLike<any>[]} chunks
 * @param {T} target
 * @param {(value: any) => number} convert
 */
function each(chunks, target, convert) {
  let at = 0;
  for (const value of values(chunks)) target[at++] = convert(value);
  return target;
}

/**
 * @param {ArrayLike<any>[]} chunks
 * @param {number} length
 */
function numbers(chunks, length) {
  return each(chunks, new Float64Array(length), (value) => (value === null ? Number.NaN : Number(value)));
}

/** @param {ArrayBufferView} values */
function bytesOf(values) {
  return new Uint8Array(values.buffer);
}

/**
 * @param {string} name
 * @param {ArrayLike<any>[]} chunks
 * @param {number} length
 * @returns {Encoded}
 */
function encodeTexts(name, chunks, length) {
  /** @type {Map<string, number>} */
  const codes = new Map();
  const held = each(chunks, new Int32Array(length), (value) => {
    if (value === null) return -1;
    const known = codes.get(value);
    if (known !== undefined) return known;
    codes.set(value, codes.size);
    return codes.size - 1;
  });
  return {
    column: { name, kind: "kinds" },
    bytes: new Uint8Array(held.buffer),
    kinds: JSON.stringify([...codes.keys()]),
  };
}

/** What JSON has no word for. @param {string} _key @param {any} value */
function plain(_key, value) {
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (ArrayBuffer.isView(value)) return [.../** @type {any} */ (value)];
  return value;
}
