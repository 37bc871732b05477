// What counts as a failure although the program ended well.
import assert from "node:assert/strict";
import { test } from "node:test";
import { flawOf } from "../../static/app/flaws.js";

const svg = (/** @type {boolean} */ blank) => ({
  kind: "svg",
  svg: "",
  png: null,
  width: 1,
  height: 1,
  facts: { blank },
});
const table = { kind: "table", columns: ["a"], rows: [["1"]], totalRows: 1, facts: {} };

test("a run without a chart and without a word is a failure", () => {
  assert.equal(flawOf({ figures: [], value: null, stdout: " \n" })?.type, "NothingDrawn");
  assert.equal(flawOf({ figures: [], value: "42", stdout: "" }), null);
  assert.equal(flawOf({ figures: [], value: null, stdout: "42" }), null);
});

test("an empty chart is a failure, one that shows something is none", () => {
  assert.equal(flawOf({ figures: [svg(true)], value: null, stdout: "" })?.type, "EmptyChart");
  assert.equal(flawOf({ figures: [svg(true), table], value: null, stdout: "" })?.type, "EmptyChart");
  assert.equal(flawOf({ figures: [svg(true), svg(false)], value: null, stdout: "" }), null);
  assert.equal(flawOf({ figures: [table], value: null, stdout: "" }), null);
});
