// The difference of two programs: it holds both, and no shorter one does.
import assert from "node:assert/strict";
import { test } from "node:test";
import { countChanges, diffLines } from "../../static/app/line-diff.js";

/** @param {ReturnType<typeof diffLines>} lines @param {string} without */
const side = (lines, without) => lines.filter(({ sign }) => sign !== without).map(({ text }) => text);
const shown = (/** @type {string} */ before, /** @type {string} */ after) =>
  diffLines(before, after).map(({ sign, text }) => sign + text);

test("what is kept, added and removed, in the order of the programs", () => {
  assert.deepEqual(shown("a\nb\nc\nd\n", "a\nB\nc\ne\nd"), [" a", "-b", "+B", " c", "+e", " d"]);
  assert.deepEqual(shown("", "a\n"), ["+a"]);
  assert.deepEqual(shown("a\r\n", "a"), [" a"]);
  assert.deepEqual(shown("", ""), []);
  assert.deepEqual(countChanges(diffLines("a\nb", "b\nc\nd")), { added: 2, removed: 1 });
});

test("both programs can be read out of it, and lines that stay are as many as can", () => {
  let seed = 7;
  const random = (/** @type {number} */ below) => {
    seed = (seed * 48271) % 2147483647;
    return seed % below;
  };
  const program = () => Array.from({ length: random(12) }, () => "abc"[random(3)] ?? "");
  for (let turn = 0; turn < 500; turn += 1) {
    const [before, after] = [program(), program()];
    const lines = diffLines(before.join("\n"), after.join("\n"));
    assert.deepEqual(side(lines, "+"), before);
    assert.deepEqual(side(lines, "-"), after);
    assert.equal(lines.filter(({ sign }) => sign === " ").length, longestCommon(before, after));
  }
});

test("programs too long for a table count as changed between what they share at both ends", () => {
  const many = (/** @type {string} */ word) => Array.from({ length: 3000 }, (_, line) => `${word}${line}`);
  const lines = diffLines(["first", ...many("a"), "last"].join("\n"), ["first", ...many("b"), "last"].join("\n"));
  assert.deepEqual(countChanges(lines), { added: 3000, removed: 3000 });
  assert.deepEqual([lines[0]?.sign, lines.at(-1)?.sign], [" ", " "]);
});

/** @param {string[]} a @param {string[]} b @returns {number} */
function longestCommon(a, b) {
  const [first, ...rest] = a;
  if (first === undefined || b.length === 0) return 0;
  const at = b.indexOf(first);
  const without = longestCommon(rest, b);
  return at < 0 ? without : Math.max(without, 1 + longestCommon(rest, b.slice(at + 1)));
}
