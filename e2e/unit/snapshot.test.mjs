// The memory snapshot: the same inputs give the same bytes.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { brotliDecompressSync } from "node:zlib";
import { BASE_FILES, BASE_PACKS, buildBase } from "../../pyodide-bundle/build/base.mjs";
import { bundleFolder, readManifest, sha256 } from "../../pyodide-bundle/build/manifest.mjs";
import { decodePack } from "../../pyodide-bundle/build/pack.mjs";

const dist = join(bundleFolder, "dist");
const runtime = JSON.parse(readFileSync(join(dist, "runtime.json"), "utf8"));
const served = (/** @type {string} */ name) => brotliDecompressSync(readFileSync(join(dist, "files", `${name}.br`)));

/** @type {string} */
let folder;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "sandplot-snapshot-"));
});
after(() => rmSync(folder, { recursive: true }));

test("a second build from the same files gives the same snapshot, byte for byte", async () => {
  const { outputs, built } = await buildBase(
    {
      files: BASE_PACKS.flatMap((name) => decodePack(served(name))),
      harness: served("harness.pack"),
      core: served("pyodide-core.js").toString("utf8"),
      worker: readFileSync(join(bundleFolder, "../static/sandbox/worker.js"), "utf8"),
      wasm: served("pyodide.asm.wasm"),
      stdlib: served("stdlib.zip"),
      abi: { abi_version: runtime.abi, python: runtime.python },
      modules: Object.keys(runtime.imports),
      recipe: "a test's",
    },
    folder,
  );
  assert.ok(built, "it was taken, not found");
  for (const [name, bytes] of outputs) {
    const expected = runtime.files.find((/** @type {{name: string}} */ file) => file.name === name);
    assert.equal(sha256(bytes), expected.sha256, name);
  }
  const memory = BASE_FILES.snapshot.memory.map((name) => outputs.get(name) ?? Buffer.alloc(0));
  assert.equal(readManifest().snapshot?.sha256, sha256(Buffer.concat(memory)));
});

test("what is stored is within the memory, in order, and as long as the files", () => {
  const { pages, memoryBytes } = JSON.parse(served(BASE_FILES.snapshot.metadata).toString("utf8"));
  let total = 0;
  for (const runs of [pages.early, pages.late]) {
    let end = 0;
    for (const [offset, length] of runs) {
      assert.ok(offset >= end && length > 0);
      end = offset + length;
      total += length;
    }
    assert.ok(end <= memoryBytes);
  }
  const stored = BASE_FILES.snapshot.memory.map((name) => served(name).length);
  assert.equal(
    stored.reduce((sum, length) => sum + length),
    total,
  );
});

test("where a library lies the memory is laid once that is loaded", () => {
  const { pages, libraries } = JSON.parse(served(BASE_FILES.snapshot.metadata).toString("utf8"));
  /** @param {[number, number][]} runs @param {number} place */
  const holds = (runs, place) => runs.some(([offset, length]) => place >= offset && place < offset + length);
  const stored = libraries.filter((/** @type {{memoryBase: number}} */ { memoryBase }) =>
    [...pages.early, ...pages.late].some((run) => holds([run], memoryBase)),
  );
  assert.ok(stored.length > 30, `${stored.length} libraries have something in the snapshot`);
  for (const { path, memoryBase } of stored) assert.ok(holds(pages.late, memoryBase), path);
});
