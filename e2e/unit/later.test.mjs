// Libraries that are compiled when something of them is called: what is read of a library, and what stands in for it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { brotliDecompressSync } from "node:zlib";
import { describeLibrary, encodeStandIns } from "../../pyodide-bundle/build/later.mjs";
import { bundleFolder } from "../../pyodide-bundle/build/manifest.mjs";
import { decodePack } from "../../pyodide-bundle/build/pack.mjs";

/** Node's, which its types do not have. @type {any} */
const { Global, Instance, Memory, Module, Table, Tag } = /** @type {any} */ (globalThis).WebAssembly;

const I32 = "\x7f";
const F64 = "\x7c";
/** @param {string} parameters @param {string} results */
const type = (parameters, results) =>
  `\x60${String.fromCharCode(parameters.length)}${parameters}${String.fromCharCode(results.length)}${results}`;

/** A module with one function that adds a number to what it is given, exported as `f`. @param {number} number */
function adder(number) {
  const bytes = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 6, 1, 0x60, 1, 0x7f, 1, 0x7f, 3, 2, 1, 0, 7, 5, 1, 1, 0x66, 0, 0];
  const body = [0, 0x20, 0, 0x41, number, 0x6a, 0x0b];
  const code = [10, body.length + 2, 1, body.length, ...body];
  return new Instance(new Module(new Uint8Array([...bytes, ...code]))).exports.f;
}

const served = (/** @type {string} */ name) =>
  brotliDecompressSync(readFileSync(join(bundleFolder, "dist/files", `${name}.br`)));
const metadata = JSON.parse(served("snapshot.json").toString("utf8"));
const eager = decodePack(served("start-libraries.pack"));
const later = decodePack(served("later-libraries.pack"));

test("a stand-in has its library loaded, and calls what is in its slot then", () => {
  const table = new Table({ initial: 200, element: "anyfunc" });
  /** @type {number[]} */
  const loads = [];
  const standIns = encodeStandIns(
    [
      { slot: 130, library: 70, type: type(I32, I32) },
      { slot: 3, library: 5, type: type(I32, I32) },
      { slot: 131, library: 70, type: type(I32 + F64, F64) },
    ],
    140,
  );
  const load = (/** @type {number} */ library) => {
    loads.push(library);
    if (library === 70) table.set(130, adder(7));
    else table.set(3, adder(3));
  };
  /** @type {number[]} */
  const halves = [];
  const whole = (/** @type {number} */ number) => halves.push(number);
  new Instance(new Module(standIns), { env: { table, load, whole } });
  assert.deepEqual(loads, [], "nothing is loaded that nobody calls");
  assert.equal(table.get(130)(1), 8);
  assert.equal(table.get(130)(2), 9);
  assert.equal(table.get(3)(1), 4);
  assert.deepEqual(loads, [70, 5]);
  assert.throws(() => table.get(131)(1, 2), "what was not replaced calls itself, and ends by the engine's limit");
  assert.equal(table.get(4), null);
  table.get(140)(9);
  assert.deepEqual(halves, [9]);
});

test("most of the snapshot's libraries are put off, and nobody needs one of those", () => {
  const put = metadata.libraries.filter((/** @type {object} */ library) => "later" in library);
  assert.equal(put.length, later.length);
  assert.equal(metadata.libraries.length, later.length + eager.length);
  assert.ok(later.length > 2 * eager.length, `${later.length} of ${metadata.libraries.length}`);
  const needed = metadata.libraries.flatMap((/** @type {{needs: string[]}} */ { needs }) => needs);
  for (const { path } of later) assert.ok(!needed.includes(path.split("/").at(-1)), path);
});

test("what is read of a library is what its loading does to table and memory", () => {
  const [memoryBase, tableBase] = [1 << 16, 20];
  let functions = 0;
  for (const { path, bytes } of [...eager, ...later]) {
    const described = describeLibrary(bytes);
    assert.ok(described, path);
    const memory = new Memory({ initial: 64 });
    const table = new Table({ initial: 8000, element: "anyfunc" });
    const module = new Module(bytes);
    const place = (/** @type {number} */ value) => new Global({ value: "i32", mutable: false }, value);
    /** @type {Record<string, unknown>} */
    const given = {
      memory,
      __indirect_function_table: table,
      __memory_base: place(memoryBase),
      __table_base: place(tableBase),
    };
    const of = {
      function: () => () => 0,
      global: () => new Global({ value: "i32", mutable: true }, 0),
      tag: () => new Tag({ parameters: ["i32"] }),
    };
    /** @type {Record<string, Record<string, unknown>>} */
    const imports = {};
    for (const { module: from, name, kind } of Module.imports(module)) {
      imports[from] ??= {};
      imports[from][name] = given[name] ?? of[/** @type {keyof typeof of} */ (kind)]();
    }
    const { exports } = new Instance(module, imports);
    const expected = new Uint8Array(memory.buffer.byteLength);
    for (const [from, length, offset] of described.data) {
      expected.set(bytes.subarray(from, from + length), memoryBase + offset);
    }
    assert.ok(Buffer.from(memory.buffer).equals(Buffer.from(expected)), `${path}: memory`);
    const slots = new Set(
      described.slots.flatMap(([offset, types]) => types.map((_, number) => tableBase + offset + number)),
    );
    functions += slots.size;
    for (let slot = 0; slot < table.length; slot += 1) {
      assert.equal(table.get(slot) !== null, slots.has(slot), `${path}: slot ${slot}`);
    }
    const exported = Object.entries(exports).filter(([, value]) => typeof value === "function");
    assert.deepEqual([...described.exported.keys()].sort(), exported.map(([name]) => name).sort(), path);
  }
  assert.ok(functions > 5000, `${functions} functions`);
});
