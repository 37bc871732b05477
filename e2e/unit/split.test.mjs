// Code that a start compiles and code that it does not: each usual chart finds what it calls, and whatever else is called comes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import vm from "node:vm";
import { brotliDecompressSync } from "node:zlib";
import { encodeStandIns } from "../../pyodide-bundle/build/later.mjs";
import { bundleFolder } from "../../pyodide-bundle/build/manifest.mjs";
import { arrayBuffer, createWorker, startWorker } from "../../pyodide-bundle/build/node-worker.mjs";
import { decodePack } from "../../pyodide-bundle/build/pack.mjs";
import { calledFunctions, splitModule, watchCalls } from "../../pyodide-bundle/build/split.mjs";
import { MANY_KINDS_PROGRAM, TYPICAL_PROGRAMS, typicalTable } from "../../pyodide-bundle/build/typical.mjs";
import { PREAMBLE, Reader, SECTION, section, sectionsOf, unsigned } from "../../pyodide-bundle/build/wasm.mjs";

/** Node's, which its types do not have. @type {any} */
const { Instance, Module, Table, validate } = /** @type {any} */ (globalThis).WebAssembly;

const dist = join(bundleFolder, "dist");
const runtime = JSON.parse(readFileSync(join(dist, "runtime.json"), "utf8"));
const served = (/** @type {string} */ name) => brotliDecompressSync(readFileSync(join(dist, "files", `${name}.br`)));
const { core, base } = runtime;
const { snapshot } = base;

/** An interpreter that is restored in Node, and what second modules it has loaded since: how much each imports. */
async function restored() {
  const scope = createWorker(served(core.script).toString("utf8"));
  Object.assign(scope.context, scope.core);
  const code = vm.runInContext("WebAssembly", scope.context);
  /** @type {Set<number>} */
  const wholes = new Set();
  code.Instance = new Proxy(code.Instance, {
    construct(Instance, [module, imports]) {
      if ("~" in (imports ?? {})) wholes.add(code.Module.imports(module).length);
      return new Instance(module, imports);
    },
  });
  const worker = readFileSync(join(bundleFolder, "../static/sandbox/worker.js"), "utf8");
  const file = (/** @type {string} */ name) => arrayBuffer(served(name));
  const memory = Buffer.concat(snapshot.memory.map(served));
  const roles = {
    ...Object.fromEntries(
      ["metadata", "wasm", "libraries", "later", "uncalled", "standIns"].map((role) => [role, file(snapshot[role])]),
    ),
    harness: file(core.harness),
    "pack-0": file(snapshot.data),
    memory: arrayBuffer(memory),
  };
  const abi = { abi_version: runtime.abi, python: runtime.python };
  const modules = Object.keys(runtime.imports);
  const message = { type: "boot", abi, modules, memoryBytes: 2 ** 32 - 65536, packs: 1, snapshotBytes: memory.length };
  const { tell, ask } = await startWorker(scope.context, worker, message, roles);
  let id = 0;
  return {
    wholes,
    complete: () => tell({ type: "complete", stdlib: file(core.stdlib), pack: file(base.rest) }),
    async open(/** @type {string} */ text) {
      id += 1;
      const files = [{ name: "table.csv", blob: new Blob([text]) }];
      return ask({ type: "open", id, packs: [], files, edits: "{}", frames: null });
    },
    async run(/** @type {string} */ program) {
      id += 1;
      return JSON.parse((await ask({ type: "run", id, program, packs: [] })).json);
    },
  };
}

/** Of a context of its own, where what it does with WebAssembly can be watched. @param {object} WebAssembly */
function wholeCode(WebAssembly) {
  const context = vm.createContext({ WebAssembly, Uint8Array });
  vm.runInContext(readFileSync(join(bundleFolder, "core/whole-code.js"), "utf8"), context);
  return context["createWholeCode"];
}

/** @param {Uint8Array} bytes of a module @returns {Uint8Array[]} its functions' bodies */
function bodiesOf(bytes) {
  const code = sectionsOf(bytes).find(({ id }) => id === SECTION.code);
  const reader = new Reader(bytes, code?.content);
  return reader.list(() => reader.sized());
}

/**
 * A module of three functions without parameters that give a number: `a` counts, `b` adds what `a` and a third one give. The last two are
 * so long that they are not compiled in any case.
 */
function counter() {
  const filling = Array.from({ length: 120 }, () => 0x01);
  const a = [0, 0x23, 0, 0x41, 1, 0x6a, 0x24, 0, 0x23, 0, 0x0b];
  const b = [0, ...filling, 0x10, 0, 0x10, 2, 0x6a, 0x0b];
  const c = [0, ...filling, 0x41, 40, 0x0b];
  return new Uint8Array([
    ...PREAMBLE,
    ...section(SECTION.type, [[0x60, 0, 1, 0x7f]]),
    ...section(SECTION.import, [[1, 0x65, 1, 0x74, 1, 0x70, 0, 1]]),
    ...section(SECTION.function, [[0], [0], [0]]),
    ...section(SECTION.global, [[0x7f, 1, 0x41, 0, 0x0b]]),
    ...section(SECTION.export, [
      [1, 0x61, 0, 0],
      [1, 0x62, 0, 1],
    ]),
    ...section(
      SECTION.code,
      [a, b, c].map((body) => [...unsigned(body.length), ...body]),
    ),
  ]);
}

test("which functions of a module were called", () => {
  const table = new Table({ initial: 20, element: "anyfunc" });
  const { exports } = new Instance(new Module(watchCalls(counter())), { e: { t: table } });
  assert.deepEqual(calledFunctions(exports), []);
  assert.equal(exports.a(), 1);
  assert.deepEqual(calledFunctions(exports), [0]);
  assert.equal(exports.b(), 42);
  assert.deepEqual(calledFunctions(exports), [0, 1, 2]);
});

test("a function of the second half has that loaded, once, and both halves count on", () => {
  const table = new Table({ initial: 20, element: "anyfunc" });
  const { start, rest, slots } = splitModule(counter(), [0], { firstSlot: 11, loader: 10, number: 7 });
  assert.equal(slots, 1, "nobody of the first half calls the third function");
  const whole = wholeCode(/** @type {any} */ (globalThis).WebAssembly)(new Map([[7, rest]]));
  /** @type {number[]} */
  const loads = [];
  const load = (/** @type {number} */ number) => {
    loads.push(number);
    whole.load(number);
  };
  new Instance(new Module(encodeStandIns([], 10)), { env: { table, load() {}, whole: load } });
  const imports = { e: { t: table } };
  const { exports } = new Instance(new Module(start), imports);
  whole.begin(7, start, imports, exports);
  assert.equal(exports.a(), 1);
  assert.deepEqual(loads, []);
  assert.equal(exports.b(), 42);
  assert.equal(exports.a(), 3);
  assert.equal(exports.b(), 44);
  assert.deepEqual(loads, [7]);
});

test("put together again, the halves of each module have every function of the original, byte for byte", async () => {
  /** @type {Uint8Array[]} */
  const compiled = [];
  const create = wholeCode({ compile: async (/** @type {Uint8Array} */ bytes) => compiled.push(bytes) });
  const rests = new Map(decodePack(served(snapshot.uncalled)).map(({ path, bytes }) => [Number(path), bytes]));
  const libraries = new Map(decodePack(served(base.libraries)).map(({ path, bytes }) => [path, bytes]));
  const starts = [snapshot.libraries, snapshot.later].flatMap((name) => decodePack(served(name)));
  const { libraries: numbered } = JSON.parse(served(snapshot.metadata).toString("utf8"));
  const pairs = [[0, served(snapshot.wasm), served(core.wasm)]];
  for (const { path, bytes } of starts) {
    const number = numbered.findIndex((/** @type {{path: string}} */ library) => library.path.endsWith(`/${path}`));
    pairs.push([number + 1, bytes, libraries.get(path)]);
  }
  assert.ok(rests.size > 40, `${rests.size} modules are in halves`);
  let [code, first] = [0, 0];
  for (const [number, start, original] of pairs) {
    if (!rests.has(number)) {
      assert.ok(start.equals(original), `${number} is whole`);
      continue;
    }
    const whole = create(rests);
    whole.begin(number, start, {}, { "~whole": { value: 0 } });
    await whole.compile();
    const bytes = Buffer.from(compiled.pop() ?? []);
    assert.ok(validate(bytes), `${number} is valid`);
    const [expected, received] = [bodiesOf(original), bodiesOf(bytes)];
    assert.equal(received.length, expected.length);
    for (const [at, body] of expected.entries())
      assert.ok(Buffer.from(body).equals(received[at] ?? new Uint8Array()), `${number}: ${at}`);
    code += Buffer.concat(expected).length;
    first += Buffer.concat(bodiesOf(start)).length;
  }
  assert.ok(first < code / 3, `${first} bytes of code of ${code} are compiled at first`);
});

test("a usual chart calls nothing that is not there", async () => {
  const interpreter = await restored();
  interpreter.complete();
  await interpreter.open(typicalTable());
  for (const program of [MANY_KINDS_PROGRAM, ...TYPICAL_PROGRAMS]) {
    const { error } = await interpreter.run(program);
    assert.equal(error, null, program);
  }
  assert.deepEqual([...interpreter.wholes], []);
});

test("what is called beyond that comes, of Python and of its libraries, and computes what it should", async () => {
  const interpreter = await restored();
  interpreter.complete();
  const { value, error } = await interpreter.run(
    "import cmath, numpy as np\n[cmath.acosh(2).real, np.linalg.eigvals(np.array([[2.0, 1], [1, 3]])).sum(), float(np.fft.fft([1, 2]).real[1])]",
  );
  assert.equal(error, null);
  assert.match(value, /^\[1\.31695789692\d+, .*5\.0.*, -1\.0\]$/);
  assert.ok(interpreter.wholes.size > 1, `${interpreter.wholes.size} were loaded`);
});
