// The pinned Pyodide still has the text that core.mjs and shake.mjs replace, a changed one is refused, and what is left out is what
// nobody asks for.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import vm from "node:vm";
import { buildCore } from "../../pyodide-bundle/build/core.mjs";
import { importsOf, importsOfAll } from "../../pyodide-bundle/build/imports.mjs";

const folder = dirname(createRequire(import.meta.url).resolve("pyodide/package.json"));
const asm = readFileSync(join(folder, "pyodide.asm.mjs"), "utf8");
const loader = readFileSync(join(folder, "pyodide.mjs"), "utf8");
const wasm = readFileSync(join(folder, "pyodide.asm.wasm"));
const own = "module.growMemory(1); module.LDSO;";
const imports = new Set(importsOf(wasm));

test("the pinned Pyodide becomes one classic script of half the size", async () => {
  const text = await buildCore({ asm, loader, own }, imports, []);
  assert.ok(new vm.Script(text, { filename: "pyodide-core.js" }));
  assert.ok(text.length < asm.length / 2, `${text.length} characters of ${asm.length}`);
});

test("what WebAssembly imports stays, what only a canvas has refuses, and nothing else is offered", async () => {
  const text = await buildCore({ asm, loader, own }, imports, []);
  const [, inside = ""] = /wasmImports=\{([^{}]*)\}/.exec(text) ?? [];
  const offers = new Map(inside.split(",").map((entry) => /** @type {[string, string]} */ (entry.split(":"))));
  const script = new Set([...asm.matchAll(/wasmImports=\{([^{}]*)\}/g)].flatMap(([, list = ""]) => list.match(/\w+/g)));
  const wanted = [...imports].filter((name) => script.has(name));
  assert.ok(wanted.length > 400, `${wanted.length} imports are functions of the script`);
  for (const name of wanted) assert.ok(offers.has(name), `${name} is not offered`);
  assert.equal(offers.size, wanted.length);
  assert.match(offers.get("emscripten_glClear") ?? "", /^refuseOpenGl_vi$/);
  assert.ok(!offers.has("SDL_Init"));
  assert.ok(!text.includes("function _SDL_OpenAudio"));
});

test("a library that asks for more gets it", async () => {
  const text = await buildCore({ asm, loader, own }, new Set([...imports, "SDL_Init"]), []);
  assert.match(text, /SDL_Init:_SDL_Init/);
  assert.match(text, /_SDL_Init\.sig="i[pi]"/);
});

test("what a script of ours reads of the module is shown to it", async () => {
  const without = await buildCore({ asm, loader, own }, imports, []);
  assert.match(without, /Module\["growMemory"\]=growMemory/);
  assert.doesNotMatch(without, /Module\["_PyList_New"\]/);
  const withList = await buildCore({ asm, loader, own }, imports, ["python._module._PyList_New(0)"]);
  assert.match(withList, /Module\["_PyList_New"\]=/);
});

test("a package's imports are those of all its libraries", () => {
  const files = [
    { path: "a/one.so", bytes: moduleThatImports("first") },
    { path: "b.so", bytes: moduleThatImports("second") },
    { path: "c.py", bytes: new Uint8Array([1]) },
  ];
  assert.deepEqual(importsOfAll(files), ["first", "second"]);
});

test("a Pyodide that is written differently stops the build and says what is missing", async () => {
  const build = (/** @type {string} */ asm, /** @type {string} */ script = loader) =>
    buildCore({ asm, loader: script, own }, imports, []);
  await assert.rejects(build(asm.replace("export default", "export")), /one function that is exported/);
  await assert.rejects(build(asm.replace("var growMemory=", "const growMemory=")), /growMemory/);
  await assert.rejects(build(asm.replace("wasmImports={", "offers={")), /what it offers to WebAssembly/);
  await assert.rejects(
    build(asm.replace("function assignWasmExports(", "function assign(")),
    /what WebAssembly exports/,
  );
  await assert.rejects(build(asm.replace(";return moduleRtn", ";return")), /the end of its function/);
  await assert.rejects(build(asm, loader.replace("as loadPyodide", "as load")), /as loadPyodide/);
  await assert.rejects(build(asm, loader.replace("Classic web", "Some web")), /Classic web workers/);
});

/** @param {string} name of a function of `env` that takes and gives nothing */
function moduleThatImports(name) {
  const text = new TextEncoder().encode(name);
  const entry = [3, ...new TextEncoder().encode("env"), text.length, ...text, 0, 0];
  const types = [1, 4, 1, 0x60, 0, 0];
  return Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...types, 2, entry.length + 1, 1, ...entry]);
}
