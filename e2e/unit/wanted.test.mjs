// Which file is taken for the one that a chart waits for.
import assert from "node:assert/strict";
import { test } from "node:test";
import "./english.mjs";
import { matchWanted } from "../../static/app/tables.js";

/** @type {[string, string[], string[], string[]][]} what it is, given, wanted, the names under which they open */
const CASES = [
  ["a renamed one", ["money (1).csv"], ["money.csv"], ["money.csv"]],
  ["one of another kind", ["nested.json"], ["money.csv"], ["nested.json"]],
  ["one that is packed otherwise", ["money.csv.gz"], ["money.json.gz"], ["money.csv.gz"]],
  ["one packed alike", ["copy.csv.gz"], ["money.CSV.GZ"], ["money.CSV.GZ"]],
  ["nothing is waited for", ["other.csv"], [], ["other.csv"]],
  ["one of two", ["b.csv", "other.csv"], ["a.csv", "b.csv"], ["b.csv", "a.csv"]],
  ["two of which one is of another kind", ["x.csv", "y.json"], ["a.csv", "b.csv"], ["x.csv", "y.json"]],
];
for (const [what, given, wanted, names] of CASES) {
  test(`wanted: ${what}`, () => {
    const { tables, note } = matchWanted(
      given.map((name) => ({ name, blob: new Blob([]) })),
      wanted,
    );
    assert.deepEqual(
      tables.map(({ name }) => name),
      names,
    );
    assert.equal(note !== null, names.join() !== given.join());
  });
}
