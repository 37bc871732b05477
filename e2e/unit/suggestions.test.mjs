// First questions for very different tables, as the harness describes them: they name columns that are there, and each is drawn otherwise.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import "./english.mjs";
import { starterProgram, suggestCharts } from "../../static/app/suggestions.js";
import { startPyodide } from "./pyodide.mjs";

/** @type {Awaited<ReturnType<typeof startPyodide>>} */
let python;
before(async () => {
  python = await startPyodide(["matplotlib", "pandas"]);
});

/** @param {number} rows @param {(row: number) => (string | number)[]} cells @param {string} head */
const csv = (rows, head, cells) =>
  `${head}\n${Array.from({ length: rows }, (_, row) => cells(row).join(",")).join("\n")}\n`;

const day = (/** @type {number} */ row) => new Date(Date.UTC(2024, 0, 1 + row)).toISOString().slice(0, 10);
const pick = (/** @type {string[]} */ words, /** @type {number} */ row) =>
  words[(row * 7 + (row >> 2)) % words.length] ?? "";

/** files, the charts that are suggested, the first question */
const tables = {
  "orders: dates, money, kinds, identifiers": [
    {
      "orders.csv": csv(300, "order_id,customer_id,ordered,region,channel,amount,pieces,lat", (row) => [
        row + 1000,
        (row * 37) % 91,
        day(row % 90),
        pick(["North", "South", "East", "West"], row),
        pick(["shop", "web"], row + 3),
        ((row * 7919) % 50000) / 100,
        1 + ((row * 31) % 40),
        50 + ((row * 13) % 100) / 100,
      ]),
    },
    ["line", "bar", "scatter", "histogram"],
    "How does the average amount change over ordered?",
  ],
  "a survey: nothing but words": [
    {
      "survey.csv": csv(120, "respondent,team,answer,remark", (row) => [
        `person-${row}`,
        pick(["Research", "Sales", "Support"], row),
        pick(["yes", "no", "unsure"], row + 1),
        `"text ${row}, at length"`,
      ]),
    },
    ["bar", "stacked bar"],
    "How many rows are there of each team?",
  ],
  "a sensor: one time, many numbers, odd names": [
    {
      "sensor.csv": csv(200, "Zeit,T (°C),Druck [hPa],leer,konstant", (row) => [
        `2024-03-01T${String(row % 24).padStart(2, "0")}:${String(row % 60).padStart(2, "0")}:00`,
        (20 + Math.sin(row / 9) * 5).toFixed(2),
        1000 + ((row * 17) % 40),
        "",
        1,
      ]),
    },
    ["line", "scatter", "histogram"],
    "How does the average T (°C) change over Zeit?",
  ],
  "years, one row each": [
    { "co2.csv": csv(40, "Year,ppm", (row) => [1980 + row, 338 + row * 1.7]) },
    ["line", "histogram"],
    "How does ppm change over Year?",
  ],
  "grades and nothing else to group by": [
    { "exam.csv": csv(90, "grade,points", (row) => [1 + ((row * 5) % 6), (row * 37) % 101]) },
    ["bar", "histogram", "box"],
    "Compare the average points by grade",
  ],
  "a first table with nothing to draw": [
    {
      "notes.csv": csv(30, "note", (row) => [`remark number ${row}`]),
      "sales.csv": csv(50, "shop,income", (row) => [pick(["A", "B", "C"], row), (row * 91) % 700]),
    },
    ["bar", "histogram", "box"],
    "Compare the average income by shop (table sales)",
  ],
  "only identifiers": [{ "ids.csv": csv(60, "id,uuid", (row) => [row, `a${row}-b${row * 3}`]) }, [], undefined],
};
for (const [what, [files, charts, first]] of Object.entries(tables)) {
  test(`questions for ${what}`, async () => {
    const { profile } = python.load(/** @type {Record<string, string>} */ (files));
    const found = suggestCharts(profile);
    assert.deepEqual(
      found.map(({ chart }) => chart),
      charts,
    );
    assert.equal(found[0]?.question, first);
    assert.equal(new Set(found.map(({ question }) => question)).size, found.length);
    /** @type {string[]} */
    const names = profile.tables.flatMap((/** @type {any} */ table) =>
      table.columns.map((/** @type {any} */ { name }) => name),
    );
    for (const { question } of found) {
      assert.ok(
        names.some((name) => question.includes(name)),
        question,
      );
      assert.doesNotMatch(question, /order_id|customer_id|\blat\b|leer|konstant|respondent|remark/);
    }
    // The first program that is offered runs as it is.
    const { error, figures } = await python.run(starterProgram(profile));
    assert.equal(error, null, error?.traceback);
    assert.equal(figures.length, 1);
  });
}
