// Code that a start compiles and code that it does not: each usual chart finds what it calls, and whatever else is called comes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import vm from "node:vm";
import { brotliDecompressSync } from "node:zlib";
import { bundleFolder } from "../../pyodide-bundle/build/manifest.mjs";
import { arrayBuffer, createWorker, startWorker } from "../../pyodide-bundle/build/node-worker.mjs";
import { decodePack } from "../../pyodide-bundle/build/pack.mjs";
import { splitModule, watchCalls } from "../../pyodide-bundle/build/split.mjs";
import { MANY_KINDS_PROGRAM, TYPICAL_PROGRAMS, typicalTable } from "../../pyodide-bundle/build/typical.mjs";

const dist = join(bundleFolder, "dist");
const runtime = JSON.parse(readFileSync(join(dist, "runtime.json"), "utf8"));
const served = (/** @type {string} */ name) => brotliDecompressSync(readFileSync(join(dist, "files", `${name}.br`)));
const { core, base } = runtime;
const { snapshot } = base;
const originals = [
  ["pyodide.asm.wasm", served(core.wasm)],
  ...decodePack(served(base.libraries)).map(({ path, bytes }) => [path, bytes]),
];

/** An interpreter that is restored in Node, and which second modules it has loaded since. */
async function restored() {
  const scope = createWorker(served(core.script).toString("utf8"));
  Object.assign(scope.context, scope.core);
  const code = vm.runInContext("WebAssembly", scope.context);
  /** @type {Set<string>} */
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

test("a usual chart calls nothing that is not there", async () => {
  const interpreter = await restored();
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
