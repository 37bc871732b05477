/** A sample of the rows of a file that is too large: whole lines, from all over it, and the header. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleRows } from "../../static/app/sample-rows.js";

const ROWS = 200_000;
const LINES = Array.from({ length: ROWS }, (_, i) => `${i},row ${i}`);

test("a sample has the header and whole lines from the beginning to the end", async () => {
  const file = new Blob([`id,name\n${LINES.join("\n")}\n`]);
  const sample = await sampleRows(file, file.size / 10);
  assert.ok(sample);
  const lines = (await sample.text()).trimEnd().split("\n");
  assert.equal(lines[0], "id,name");
  const ids = lines.slice(1).map((line) => {
    const [id, name] = line.split(",");
    assert.equal(name, `row ${id}`);
    return Number(id);
  });
  assert.deepEqual(ids, [...new Set(ids)]);
  assert.ok(Math.abs(ids.length / ROWS - 0.1) < 0.02, String(ids.length));
  assert.ok((ids[0] ?? 1) === 0 && (ids.at(-1) ?? 0) > 0.95 * ROWS);
});

test("rows over several lines are taken from the beginning, and what has no lines is refused", async () => {
  const long = new Blob([`id,text\n${LINES.map((_, i) => `${i},"a\nb"`).join("\n")}\n`]);
  const sample = await sampleRows(long, 100_000);
  assert.match((await sample?.text()) ?? "", /^id,text\n0,"a\nb"\n/);
  assert.ok((sample?.size ?? 0) < 110_000);
  assert.equal(await sampleRows(new Blob([new Uint8Array(1 << 20)]), 1000), null);
  assert.equal(await sampleRows(new Blob(['[{"a": 1},\n{"a": 2}]']), 10), null);
  assert.equal(await sampleRows(new Blob(["x".repeat(1 << 20)]), 1000), null);
});
