// What the editor offers at a place of a program, and the small pieces of text under it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { offersAt } from "../../static/app/completions.js";
import { sentenceOf } from "../../static/app/format.js";
import { topStatements } from "../../static/app/statements.js";
import { changedSpan } from "../../static/app/text-change.js";
import "./english.mjs";

const column = (/** @type {string} */ name, type = "number") => ({ name, type, missing: 0, distinct: 3 });
const table = (/** @type {string} */ name, /** @type {any[]} */ ...columns) => ({
  name,
  file: `${name}.csv`,
  fingerprint: "",
  rows: 3,
  columns,
});
const profile = {
  tables: [
    table("sales", column("region", "text"), column("net amount"), column("count")),
    table("people", column("region", "text")),
  ],
};

/** @param {string} line @param {any} [given] */
function labels(line, given = profile) {
  return offersAt(line, given)?.offers.map(({ label }) => label) ?? null;
}

test("inside a string there are the columns, each once, with the tables that have it", () => {
  assert.deepEqual(labels('df["'), ["region", "net amount", "count"]);
  assert.deepEqual(labels("px.bar(df, x='re"), ["region", "net amount", "count"]);
  const offers = offersAt('df["', profile)?.offers ?? [];
  assert.equal(offers[0]?.detail, "text · sales, people");
  assert.equal(offersAt('df["net a', profile)?.length, 5);
});

test("and the tables where a table is named", () => {
  assert.deepEqual(labels('tables["'), ["sales", "people"]);
  assert.deepEqual(labels('print("a", tables["sa'), ["sales", "people"]);
});

test("behind a dot there is what its owner can do", () => {
  assert.ok(labels("plt.")?.includes("scatter"));
  assert.ok(labels("sns.ba")?.includes("barplot"));
  assert.deepEqual(labels("df.plot.")?.slice(0, 2), ["area", "bar"]);
  const frame = labels("df.gr") ?? [];
  assert.ok(frame.includes("groupby") && frame.includes("region"));
  assert.ok(!frame.includes("net amount"), "which is no name");
  assert.equal(frame.filter((label) => label === "count").length, 1);
  assert.ok(labels('df["a"].me')?.includes("mean"));
  assert.equal(labels("x = 1."), null);
});

test("elsewhere there are names and keywords, the tables only if there are any", () => {
  assert.deepEqual(labels("d")?.slice(0, 2), ["df", "tables"]);
  assert.ok(!labels("d", null)?.includes("df"));
  assert.ok(labels("    fo")?.includes("for"));
});

test("nothing is offered in a comment, and in a string only where there are tables", () => {
  assert.equal(labels("x = 1  # df"), null);
  assert.equal(labels("# df["), null);
  assert.equal(labels('plt.title("', null), null);
  assert.ok(labels('x = "# no comment"; d')?.includes("df"));
  assert.ok(labels('x = "it\\"s" + d')?.includes("df"));
});

test("a change is the smallest span that differs", () => {
  assert.deepEqual(changedSpan("abc", "abXc"), { from: 2, to: 2, insert: "X" });
  assert.deepEqual(changedSpan("aaa", "aa"), { from: 2, to: 3, insert: "" });
  assert.deepEqual(changedSpan("", "new"), { from: 0, to: 0, insert: "new" });
  assert.equal(changedSpan("same", "same"), null);
  for (const [before, after] of [
    ["abab", "ab"],
    ["ab", "abab"],
    ["aXbXc", "aXc"],
    ["x\ny", "x\n\ny"],
  ]) {
    const change = changedSpan(String(before), String(after));
    assert.ok(change);
    assert.equal(`${before?.slice(0, change.from)}${change.insert}${before?.slice(change.to)}`, after);
  }
});

test("statements keep together what brackets, strings, blocks and a backslash hold together", () => {
  const program = `"""About
this"""
import pandas as pd  # (
x = [1,

     2]
if x:
    pass

else:
    y = """
z = 1
"""
a = 1 + \\
  2

print("(")
`;
  assert.deepEqual(
    topStatements(program).map(({ text }) => text.split("\n")[0]),
    ['"""About', "import pandas as pd  # (", "x = [1,", "if x:", "a = 1 + \\", 'print("(")'],
  );
  assert.deepEqual(topStatements("# only\n\n"), []);
});

test("what the formatter cannot read is said by its line", () => {
  // A letter of two bytes is one sign.
  const sentence = sentenceOf("Expected an expression at byte range 12..13", "é = 1\nb = 2\nx = = 3\n");
  assert.match(sentence, /^Line 2 is no Python yet.*\(Expected an expression\)/);
  assert.match(sentenceOf("something else", "x"), /cannot read this program.*\(something else\)/);
});
