// What form a question asks for and its chart has not: found where the question says it plainly, and nowhere else.
import assert from "node:assert/strict";
import { test } from "node:test";
import { unmetBy } from "../../static/app/asked-form.js";

/** @param {string[]} kinds @param {object} [more] @returns {any} */
const chart = (kinds, { tables = [], axes = {}, ...facts } = /** @type {any} */ ({})) => ({
  kind: "svg",
  tables,
  facts: { axes: [{ kinds, xScale: "linear", yScale: "linear", ...axes }], ...facts },
});
/** @param {string[]} columns @param {string[][]} rows */
const table = (columns, rows) => [{ title: "", columns, rows, totalRows: rows.length }];
/** @param {number} n */
const bars = (n) =>
  chart(["bar"], {
    tables: table(
      ["product", "sales"],
      Array.from({ length: n }, (_, i) => [`p${i}`, "1"]),
    ),
  });

/** @param {string} question @param {any[]} figures @param {{program?: string, profile?: any}} [more] */
const unmet = (question, figures, { program = "", profile = null } = {}) =>
  unmetBy({ question, program, figures, profile }).map((one) => Object.values(one).join(" "));

const otherKind = {
  "Draw a pie chart of sales by region": [["bar"], "pie"],
  "Sales by region as a donut chart": [["bar", "text"], "pie"],
  "A scatter plot of price and weight": [["line"], "scatter"],
  "Make a line graph of the sales": [["bar"], "line"],
  "Histogram of prices": [["scatter"], "histogram"],
  "Show boxplots of the salary per team": [["bar"], "box"],
  "heatmap of the correlations": [["bar"], "heatmap"],
  "Zeige den Umsatz je Region als Kreisdiagramm": [["bar"], "pie"],
  "Ein Balkendiagramm der Preise": [["line"], "bar"],
  "Streudiagramm von Preis und Gewicht": [["bar"], "scatter"],
  "Umsatz als Liniendiagramm": [["bar"], "line"],
  "Trace un nuage de points du prix et du poids": [["bar"], "scatter"],
  "Un camembert des ventes": [["bar"], "pie"],
  "Des boîtes à moustaches du salaire": [["bar"], "box"],
  "Un diagramme en barres des ventes": [["pie"], "bar"],
};
for (const [question, [kinds, asked]] of Object.entries(otherKind)) {
  test(`another kind was asked for: ${question}`, () => {
    assert.deepEqual(unmet(question, [chart(/** @type {string[]} */ (kinds))]), [`kind ${asked}`]);
  });
}

/** @type {[question: string, kinds: string[]][]} */
const rightKind = [
  ["A pie chart of sales by region", ["pie"]],
  ["A bar chart of ages", ["histogram"]],
  ["A histogram of how many of each kind", ["bar"]],
  ["A histogram of prices", ["step"]],
  ["A line chart with a band", ["area", "band"]],
  ["A bar chart with a line chart over it", ["bar", "line"]],
  ["A bar chart, not a pie chart", ["bar"]],
  ["A pie chart or a bar chart of sales", ["bar"]],
  ["A bar chart instead of the pie", ["line"]],
  ["Change it without a bar chart", ["line"]],
  ["Box plots with a scatter plot over them", ["box"]],
  ["Sales of each product line", ["bar"]],
  ["Which bars sell most pie", ["scatter"]],
  ["A box plot of delays", ["violin"]],
  ["A heat map of visits", ["hexbin"]],
  ["A scatter plot of all columns", ["splom"]],
  ["Kein Kreisdiagramm, bitte", ["bar"]],
  ["Un camembert ou un diagramme en barres", ["bar"]],
  ["Sales over the years", ["bar"]],
];
for (const [question, kinds] of rightKind) {
  test(`the kind is as asked, or nothing is sure: ${question}`, () => {
    assert.deepEqual(unmet(question, [chart(kinds)]), []);
  });
}

test("one of several charts is of the kind that was asked for", () => {
  assert.deepEqual(unmet("A pie chart of sales", [chart(["bar"]), chart(["pie"])]), []);
});

test("more are shown than were asked for", () => {
  for (const question of [
    "Top 5 products by sales",
    "the top-5 products",
    "The five largest products",
    "the 5 most sold products",
    "Die 5 größten Produkte",
    "Die fünf meisten Verkäufe",
    "Les 5 plus grands produits",
    "Top cinq des produits",
  ]) {
    assert.deepEqual(unmet(question, [bars(12)]), ["most 5"], question);
    assert.deepEqual(unmet(question, [bars(5)]), [], question);
    assert.deepEqual(unmet(question, [bars(3)]), [], question);
  }
});

test("how many were asked for is not sure", () => {
  for (const question of [
    "Top 5 products in each region",
    "Sales by product, highlight the top 5",
    "Top 5 products against the rest",
    "The top 5 and the bottom 5, top 5 first",
    "Sales of 5 products",
    "Prices of the last 5 years",
    "Die 5 größten je Region",
    "Not only the top 5",
  ]) {
    assert.deepEqual(unmet(question, [bars(12)]), [], question);
  }
  const series = (/** @type {number} */ n) => ["year", ...Array.from({ length: n }, (_, i) => `p${i}`)];
  const years = (/** @type {number} */ n) =>
    Array.from({ length: 9 }, (_, i) => [String(2000 + i), ...Array.from({ length: n }, () => "1")]);
  assert.deepEqual(unmet("Top 5 products by year", [chart(["bar"], { tables: table(series(5), years(5)) })]), []);
  assert.deepEqual(unmet("Top 5 products by year", [chart(["bar"], { tables: table(series(8), years(8)) })]), [
    "most 5",
  ]);
  assert.deepEqual(unmet("Top 5 products by year", [chart(["line"], { tables: table(series(1), years(1)) })]), []);
  const others = table(["product", "sales"], [...Array.from({ length: 5 }, (_, i) => [`p${i}`, "1"]), ["Others", "9"]]);
  assert.deepEqual(unmet("Top 5 products", [chart(["bar"], { tables: others })]), []);
  const part = [{ title: "", columns: ["product", "sales"], rows: [["p", "1"]], totalRows: 40 }];
  assert.deepEqual(unmet("Top 5 products", [chart(["bar"], { tables: part })]), []);
});

test("no axis is logarithmic", () => {
  for (const question of [
    "Income on a log scale",
    "People with a logarithmic axis",
    "log-log plot of size and speed",
    "Umsatz mit logarithmischer Achse",
    "Bevölkerung auf einer Log-Skala",
    "Les revenus, échelle logarithmique",
  ]) {
    assert.deepEqual(unmet(question, [chart(["scatter"])]), ["log"], question);
    assert.deepEqual(unmet(question, [chart(["scatter"], { axes: { yScale: "log" } })]), [], question);
    assert.deepEqual(unmet(question, [chart(["scatter"], { axes: { yScale: "symlog" } })]), [], question);
    assert.deepEqual(unmet(question, [chart(["scatter"])], { program: "y = np.log10(df.y)" }), [], question);
    assert.deepEqual(unmet(question, [chart(["pie"])]), [], question);
  }
  for (const question of ["Entries of the log by hour", "No log scale, please", "Log in times", "Blog scale"]) {
    assert.deepEqual(unmet(question, [chart(["scatter"])]), [], question);
  }
});

/** @type {any} */
const profile = {
  tables: [
    {
      columns: [
        { name: "region", type: "text", distinct: 4, missing: 0, top: ["North", "South", "East", "West"] },
        { name: "sales_channel", type: "text", distinct: 3, missing: 0, top: ["Web", "Shop", "Phone"] },
        { name: "city", type: "text", distinct: 90, missing: 0, top: ["Rome", "Bern", "Oslo"] },
        { name: "team", type: "text", distinct: 3, missing: 2, top: ["Red", "Blue", "Green"] },
        { name: "order_id", type: "text", role: "identifier", distinct: 3, missing: 0, top: ["a1", "a2", "a3"] },
        { name: "sales", type: "number", distinct: 40, missing: 0 },
      ],
    },
  ],
};
/** @param {string[]} names */
const of = (...names) => [
  chart(["bar"], {
    tables: table(
      ["kind", "sales"],
      names.map((name) => [name, "1"]),
    ),
  }),
];

test("not each of a column's kinds is shown", () => {
  for (const question of [
    "Average sales by region",
    "sales for each region",
    "Umsatz je Region",
    "Ventes pour chaque region",
    "Sales over time per Region",
  ]) {
    assert.deepEqual(unmet(question, of("North", "South"), { profile }), ["each region"], question);
    assert.deepEqual(unmet(question, of("North", "South", "East", "West"), { profile }), [], question);
  }
  assert.deepEqual(unmet("sales by sales channel", of("Web", "Shop"), { profile }), ["each sales_channel"]);
});

test("what each is asked of is not sure", () => {
  /** @type {[question: string, names: string[]][]} */
  const sure = [
    ["Average sales by region in 2023", ["North", "South"]],
    ["Sales by region where sales are high", ["North", "South"]],
    ["Sales of Web orders by region", ["North", "South"]],
    ["Sales by region without the east", ["North", "South"]],
    ["Sales by region", ["N", "S"]],
    ["Sales by region", ["North", "South", "Others"]],
    ["Sales by region", ["North"]],
    ["Sales by city", ["Rome", "Bern"]],
    ["Sales by team", ["Red", "Blue"]],
    ["Sales by order id", ["a1", "a2"]],
    ["Sales in the region", ["North", "South"]],
    ["Top regions by region", ["North", "South"]],
    ["Sales by region", ["North sea", "South coast", "Eastern", "Western"]],
  ];
  for (const [question, names] of sure) assert.deepEqual(unmet(question, of(...names), { profile }), [], question);
});
