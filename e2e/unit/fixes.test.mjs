// Which names of a program are put right, and that a sandbox cannot have anything else changed.
import assert from "node:assert/strict";
import { test } from "node:test";
import "./english.mjs";
import { describeFixes, withFixes } from "../../static/app/fixes.js";

/** @type {any} */
const profile = { tables: [{ columns: [{ name: "unit price" }, { name: 'a "b"' }] }] };
const program = "x = 1\ndf['Unit_Price'], df[\"Unit_Price\"]";
const first = { line: 2, start: 3, end: 15, from: "Unit_Price", to: "unit price" };
const second = { ...first, start: 21, end: 33 };

test("literals become the column's name, whatever their quotes", () => {
  assert.equal(withFixes(program, [first, second], profile), 'x = 1\ndf["unit price"], df["unit price"]');
  const quotes = { line: 1, start: 3, end: 8, from: "A_B", to: 'a "b"' };
  assert.equal(withFixes('df["A_B"]', [quotes], profile), 'df["a \\"b\\""]');
  assert.match(describeFixes([first, second]), /: “Unit_Price” is now “unit price”\.$/);
});

test("anything else is not done", () => {
  for (const fix of [
    { ...first, to: "os.system" },
    { ...first, to: "unit price", from: "Unit" },
    { ...first, line: 9 },
    { ...first, line: 0 },
    { ...first, start: 0 },
    { ...first, from: "1", to: "unit price" },
    { ...first, from: "unit price" },
  ]) {
    assert.equal(withFixes(program, [second, fix], profile), null, JSON.stringify(fix));
  }
  assert.equal(withFixes(program, [first], null), null);
  assert.equal(withFixes(program, [], profile), null);
});
