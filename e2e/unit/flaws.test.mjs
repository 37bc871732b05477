// What counts as a failure although the program ended well.
import assert from "node:assert/strict";
import { test } from "node:test";
import { missingFrom } from "../../static/app/asked.js";
import { flawOf, NOTHING_SEEN } from "../../static/app/flaws.js";
import "./english.mjs";

/** @param {object} facts @param {object[]} tables @returns {any} */
const svg = (facts, tables = []) => ({ kind: "svg", svg: "", png: null, width: 1, height: 1, facts, tables });
/** @type {any} */
const table = { kind: "table", columns: ["a"], rows: [["1"]], totalRows: 1, facts: {} };
const asked = { question: "", program: "", profile: null };

/** @param {any[]} figures */
const flawOfCharts = (...figures) => flawOf({ figures, value: null, stdout: "" }, asked);

test("a run without a chart and without a word is a failure", () => {
  assert.equal(flawOf({ figures: [], value: null, stdout: " \n" }, asked)?.error.type, "NothingDrawn");
  assert.equal(flawOf({ figures: [], value: "42", stdout: "" }, asked), null);
  assert.equal(flawOf({ figures: [], value: null, stdout: "42" }, asked), null);
});

test("an empty chart is a failure, one that shows something is none", () => {
  const [empty, full] = [svg({ blank: true }), svg({ blank: false, faults: [] })];
  assert.equal(flawOfCharts(empty)?.error.type, "EmptyChart");
  assert.equal(flawOfCharts(empty, table)?.error.type, "EmptyChart");
  assert.equal(flawOfCharts(empty, full), null);
  assert.equal(flawOfCharts(table), null);
});

test("what cannot be read is a failure that weighs less than an empty chart, and the more of it the more", () => {
  const one = flawOfCharts(svg({ faults: ["legend"] }), svg({ faults: ["legend"] }));
  const two = flawOfCharts(svg({ faults: ["panels", "legend"] }));
  assert.deepEqual([one?.error.type, two?.error.type], ["LegendOfNothing", "OverlappingLabels"]);
  assert.match(String(two?.error.told), /panel[^]*legend[^]*leave the rest as it is/);
  const weights = [one, two, flawOfCharts(svg({ blank: true }))].map((flaw) => flaw?.weight ?? 0);
  assert.ok(
    weights.every((weight, at) => weight > (weights[at - 1] ?? 0)),
    String(weights),
  );
  assert.ok((weights[1] ?? 0) < NOTHING_SEEN && (weights[2] ?? 0) >= NOTHING_SEEN);
});

test("the model is told how it is mended in its library, the person what is wrong", () => {
  const told = (/** @type {string} */ library) => flawOfCharts(svg({ library, faults: ["clipped"] }))?.error;
  assert.match(String(told("plotly")?.told), /^ClippedLabels: .*<br>/);
  assert.doesNotMatch(String(told("altair")?.told), /<br>/);
  assert.equal(told("matplotlib")?.message, "Texts are cut off at the edge of the chart.");
});

test("a chart of another kind than was asked for is a failure, and weighs with what cannot be read", () => {
  const figure = svg({ axes: [{ kinds: ["bar"] }], faults: ["legend"] });
  const flaw = flawOf(
    { figures: [figure], value: null, stdout: "" },
    { question: "a pie chart of sales", program: "", profile: null },
  );
  assert.match(
    String(flaw?.error.told),
    /^OtherKind: The request asks for a pie chart.*legend.*leave the rest as it is/,
  );
  assert.equal(
    flaw?.error.message,
    "The question asks for another kind of chart: Pie chart. Its legend names nothing.",
  );
  assert.equal(flaw?.weight, 3);
});

// ---------- What was asked and is not there

/** @type {any} */
const profile = {
  tables: [
    {
      columns: [
        { name: "region", type: "text", top: ["North", "South", "East", "New York", "York"] },
        { name: "channel", type: "text", top: ["Web", "Shop", "East"] },
        { name: "order_id", type: "text", role: "identifier", top: ["Order", "Other"] },
        { name: "unit_price", type: "number" },
        { name: "cost", type: "number" },
        { name: "tax", type: "integer" },
      ],
    },
  ],
};
/** @param {string[]} columns @param {string[][]} rows */
const drawn = (columns, rows) => [{ title: "", columns, rows, totalRows: rows.length }];
const north = drawn(
  ["region", "price"],
  [
    ["North", "3"],
    ["East", "4"],
  ],
);

/** @param {string} question @param {any} figure @param {string} program */
function lacks(question, figure, program = "") {
  return missingFrom({ question, program, figures: [figure], profile })?.missing ?? null;
}

test("a kind that is asked for beside another and does not stand in the figure is missing", () => {
  assert.deepEqual(lacks("Compare north and South by price", svg({}, north)), ["South"]);
  const words = String(
    flawOf(
      { figures: [svg({}, north)], value: null, stdout: "" },
      { question: "north versus South", program: "", profile },
    )?.error.told,
  );
  // As the question wrote it, which is all that may be told of a text column.
  assert.match(words, /^MissingSeries: The chart shows "north", but not "South"/);
});

const certain = {
  "both are there": ["North and East", svg({}, north)],
  "the other is a series": ["North and South", svg({ series: ["South"] }, north)],
  "the other stands in the title": ["North and South", svg({ title: "North (South has no orders)" }, north)],
  "neither is there, so they may be called otherwise": ["South and York", svg({}, north)],
  "one is to be left out": ["North without South", svg({}, north)],
  "one is only compared with": ["Is North better than South?", svg({}, north)],
  "the question limits in other ways": ["North and South in 2023", svg({}, north)],
  "kinds of two columns are named": ["North and South on the Web", svg({}, north)],
  "a name is part of another": ["North and New York", svg({}, drawn(["region"], [["North"], ["New York"]]))],
  "a word is no kind by itself": ["Northern and South", svg({}, north)],
  "an identifier": ["Order and other", svg({}, drawn(["a"], [["Order"]]))],
  "not all that is drawn is known": [
    "North and South",
    svg({}, [{ title: "", columns: ["region"], rows: [["North"]], totalRows: 9 }]),
  ],
  "nothing of what is drawn is known": ["North and South", svg({ series: ["North"] })],
};
for (const [what, [question, figure]] of Object.entries(certain)) {
  test(`nothing is missing for certain: ${what}`, () => {
    assert.equal(lacks(String(question), figure), null);
  });
}

test("names of every kind of sign are looked for as they are", () => {
  const signs = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at));
  for (const sign of [...signs, "\u{1f4a7}", "é"]) {
    const name = `Yr 9${sign}Co-ed`;
    const columns = [{ name: "school", type: "text", top: [name, "North"] }];
    const named = missingFrom({
      question: `Compare north and ${name} by price`,
      program: "",
      figures: [svg({}, north)],
      profile: /** @type {any} */ ({ tables: [{ columns }] }),
    });
    assert.ok(named === null || named.missing.includes(name), sign);
  }
});

test("a column of numbers beside another is missing if neither figure nor program knows it", () => {
  const prices = svg({ axes: [{ yLabel: "Unit price" }] }, drawn(["region", "Unit price"], [["North", "3"]]));
  const program = 'df.groupby("region")["unit_price"].mean().plot()';
  assert.deepEqual(lacks("Unit price and cost by region", prices, program), ["cost"]);
  assert.equal(lacks("Unit price by cost", prices, program), null);
  assert.equal(lacks("Unit price and cost by region", prices, `${program}; df["cost"]`), null);
  assert.equal(lacks("Unit price and cost by region", prices, `${program}; df.columns`), null);
  assert.equal(lacks("Unit price, cost and tax by region", prices, program), null);
});
