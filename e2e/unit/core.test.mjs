// The pinned Pyodide still has the text that core.mjs replaces, and a changed one is refused.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import vm from "node:vm";
import { buildCore } from "../../pyodide-bundle/build/core.mjs";

const folder = dirname(createRequire(import.meta.url).resolve("pyodide/package.json"));
const asm = readFileSync(join(folder, "pyodide.asm.mjs"), "utf8");
const loader = readFileSync(join(folder, "pyodide.mjs"), "utf8");
const own = "";

test("the pinned Pyodide becomes one classic script", () => {
  const script = new vm.Script(buildCore(asm, loader, own), { filename: "pyodide-core.js" });
  assert.ok(script);
});

test("a Pyodide that is written differently stops the build and says what is missing", () => {
  assert.throws(
    () => buildCore(asm.replace("export default", "export"), loader, own),
    /export default _createPyodideModule/,
  );
  assert.throws(() => buildCore(asm.replace("var growMemory=", "const growMemory="), loader, own), /growMemory/);
  assert.throws(() => buildCore(asm, loader.replace("as loadPyodide", "as load"), own), /as loadPyodide/);
  assert.throws(() => buildCore(asm, loader.replace("Classic web", "Some web"), own), /Classic web workers/);
});
