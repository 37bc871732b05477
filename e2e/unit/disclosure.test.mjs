/** What each level of privacy lets pass: the whole of it, compared with what may be there. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { disclose } from "../../static/app/disclosure.js";
import { forSandbox, withEdit } from "../../static/app/edits.js";

const COLUMNS = [
  {
    ...{ name: "amount", type: "number", missing: 1, distinct: 900, min: -123.456, max: 987654.321 },
    ...{ quantiles: [10, 20.0001, 30123], samples: ["7312345.25"], unit: "$" },
  },
  { name: "who", type: "text", missing: 0, distinct: 2, top: ["Jane", "John"], samples: ["Jane"], role: "category" },
  {
    name: "born",
    type: "date",
    missing: 0,
    distinct: 9,
    min: "1987-03-14",
    max: "1999-12-31T10:20:30",
    samples: ["1987-03-14"],
  },
  {
    name: "id",
    type: "integer",
    missing: 0,
    distinct: 9,
    min: 81234567,
    max: 81234599,
    quantiles: [1, 2, 3],
    samples: ["81234567"],
    role: "identifier",
  },
  { name: "paid", type: "boolean", missing: 0, distinct: 2, top: ["True", "False"], samples: ["True"] },
  { name: "odd", type: "made up", missing: 0, distinct: 1, min: "a", max: "b", role: "made up" },
];
const PROFILE = { tables: [{ name: "t", file: "t.csv", fingerprint: "0a1b2c3d4e", rows: 900, columns: COLUMNS }] };
const sourceOf = (/** @type {any} */ table, /** @type {number} */ position) => table.columns[position].name;

test("names and types, and nothing that was counted or read", () => {
  assert.deepEqual(disclose(PROFILE, "names", {}, sourceOf), {
    tables: [
      {
        ...{ name: "t", file: "t.csv", fingerprint: "0a1b2c3d4e" },
        columns: [
          { name: "amount", type: "number", unit: "$" },
          { name: "who", type: "text", role: "category" },
          { name: "born", type: "date" },
          { name: "id", type: "integer", role: "identifier" },
          { name: "paid", type: "boolean" },
          { name: "odd", type: "mixed" },
        ],
      },
    ],
  });
});

test("statistics are rounded, and no text column says a cell", () => {
  assert.deepEqual(disclose(PROFILE, "statistics", {}, sourceOf).tables[0]?.columns, [
    {
      ...{ name: "amount", type: "number", missing: 1, distinct: 900, min: -123.5, max: 987700 },
      ...{ quantiles: [10, 20, 30120], unit: "$" },
    },
    { name: "who", type: "text", missing: 0, distinct: 2, role: "category" },
    { name: "born", type: "date", missing: 0, distinct: 9, min: "1987-03", max: "1999-12" },
    { name: "id", type: "integer", missing: 0, distinct: 9, role: "identifier" },
    { name: "paid", type: "boolean", missing: 0, distinct: 2, top: ["True", "False"] },
    { name: "odd", type: "mixed", missing: 0, distinct: 1 },
  ]);
});

test("samples are for a column that the person names, or for all but one", () => {
  const one = withEdit({}, "t", "who", { samples: true, note: " the customer " });
  const [, who, born] = disclose(PROFILE, "names", one, sourceOf).tables[0]?.columns ?? [];
  assert.deepEqual(who, {
    ...{ name: "who", type: "text", missing: 0, distinct: 2, top: ["Jane", "John"], samples: ["Jane"] },
    ...{ role: "category", note: "the customer" },
  });
  assert.deepEqual(born, { name: "born", type: "date" });
  const but = withEdit({}, "t", "who", { samples: false });
  const columns = disclose(PROFILE, "samples", but, sourceOf).tables[0]?.columns ?? [];
  assert.equal(JSON.stringify(columns).includes("Jane"), false);
  assert.deepEqual(columns[2]?.samples, ["1987-03-14"]);
});

test("what is said of a column can be taken back, whatever the column is called", () => {
  const edits = withEdit(withEdit({}, "__proto__", "constructor", { type: "text", note: "n" }), "t", "a", {
    omit: true,
  });
  assert.equal(forSandbox(edits), '{"__proto__":{"constructor":{"type":"text"}},"t":{"a":{"omit":true}}}');
  const back = withEdit(withEdit(edits, "__proto__", "constructor", { type: undefined, note: "" }), "t", "a", {
    omit: undefined,
  });
  assert.equal(forSandbox(back), "{}");
});
