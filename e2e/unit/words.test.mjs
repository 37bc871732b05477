/** What the page says of numbers, names and long texts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import "./english.mjs";
import { withoutMiddle } from "../../static/app/words.js";

const lines = (/** @type {number} */ from, /** @type {number} */ to) =>
  Array.from({ length: to - from }, (_, index) => `line ${from + index}`);

test("a text of few lines is shown as it is", () => {
  for (const text of ["", "one", "one\n", lines(0, 2000).join("\n"), `${"x".repeat(1e6)}\n`]) {
    assert.equal(withoutMiddle(text), text);
  }
});

test("of a text of many lines the first and the last are shown, and how many are not", () => {
  const text = lines(0, 150_000).join("\n");
  const shown = withoutMiddle(text).split("\n");
  assert.deepEqual(shown, [...lines(0, 1000), "[148,000 lines not shown here]", ...lines(149_000, 150_000)]);
});

test("a line that is still being written counts as one", () => {
  const shown = withoutMiddle(`${lines(0, 2001).join("\n")}\n`).split("\n");
  assert.deepEqual(shown.slice(0, 1000), lines(0, 1000));
  assert.equal(shown[1000], "[2 lines not shown here]");
  assert.deepEqual(shown.slice(1001), [...lines(1002, 2001), ""]);
});
