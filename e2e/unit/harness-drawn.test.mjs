// What stands on a figure, read off it: the tables beside a chart, and where its series go.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import "./english.mjs";
import { describeFigure } from "../../static/app/describe.js";
import { startPyodide } from "./pyodide.mjs";

/** @type {Awaited<ReturnType<typeof startPyodide>>} */
let python;
before(async () => {
  python = await startPyodide(["seaborn", "plotly", "altair"]);
});

const START = "import matplotlib.pyplot as plt\nimport numpy as np\nimport pandas as pd\n";

async function draw(/** @type {string} */ program) {
  const { figures, error } = await python.run(START + program);
  assert.equal(error, null, error?.traceback);
  return figures[0];
}

/** program, the first table's columns, its first rows, words of the description */
const charts = {
  "lines over the same places": [
    'plt.plot([2010, 2015, 2020], [1, 5, 3], label="a"); plt.plot([2010, 2015, 2020], [3, 2, 1], label="b"); plt.legend(); plt.xlabel("year")',
    ["year", "a", "b"],
    [
      ["2010", "1", "3"],
      ["2015", "5", "2"],
    ],
    /a rises from 1 \(2010\) to 3 \(2020\), highest 5 \(2015\)\. b falls from 3 \(2010\) to 1 \(2020\)\./,
  ],
  "lines over places of their own": [
    'plt.plot([1, 2], [1, 5], label="a"); plt.plot([3], [4], label="b")',
    ["series", "x", "y"],
    [
      ["a", "1", "1"],
      ["a", "2", "5"],
      ["b", "3", "4"],
    ],
    /a rises from 1 \(1\) to 5 \(2\)/,
  ],
  dates: [
    'plt.plot(pd.to_datetime(["2024-01-31", "2024-02-29"]), [1, 2]); plt.ylabel("n")',
    ["x", "n"],
    [["2024-01-31", "1"]],
    /It rises from 1 \(2024-01-31\) to 2 \(2024-02-29\)/,
  ],
  bars: [
    'plt.bar(["ü", "b"], [1, 7]); plt.ylabel("n")',
    ["x", "n"],
    [
      ["ü", "1"],
      ["b", "7"],
    ],
    /Highest 7 \(b\), lowest 1 \(ü\)/,
  ],
  "bars across": ['plt.barh(["a", "b"], [1, 7]); plt.xlabel("n")', ["x", "n"], [["a", "1"]], /lowest 1 \(a\)/],
  "bars of pandas, side by side": [
    'pd.DataFrame({"p": [1, 2], "q": [3, 4]}, index=["k", "l"]).plot.bar()',
    ["x", "p", "q"],
    [
      ["k", "1", "3"],
      ["l", "2", "4"],
    ],
    /q: highest 4 \(l\)/,
  ],
  "a histogram": ["plt.hist([1, 1, 4], bins=3)", ["x", "y"], [["1 to 2", "2"]], /goes from 2 \(1 to 2\)/],
  points: ['plt.scatter([1, 2], [3, 9]); plt.ylabel("n")', ["x", "n"], [["1", "3"]], /From 3 to 9\./],
  "a pie": ['plt.pie([1, 3], labels=["a", "b"])', ["part", "share"], [["a", "0.25"]], /highest 0\.75 \(b\)/],
  periods: [
    'pd.Series([1, 2], index=pd.period_range("2024-01", periods=2, freq="M")).plot()',
    ["x", "y"],
    [["2024-01", "1"]],
    /from 1 \(2024-01\)/,
  ],
  "bars with their uncertainty": [
    'import seaborn as sns\nsns.barplot(pd.DataFrame({"k": list("aabb"), "v": [1, 3, 5, 9]}), x="k", y="v")',
    ["k", "v"],
    [
      ["a", "2"],
      ["b", "7"],
    ],
    /Highest 7 \(b\)/,
  ],
  "lines by kind": [
    'import seaborn as sns\nsns.lineplot(pd.DataFrame({"t": [1, 2, 1, 2], "v": [3, 4, 5, 6], "k": list("aabb")}), x="t", y="v", hue="k")',
    ["t", "a", "b"],
    [["1", "3", "5"]],
    /a rises/,
  ],
  seaborn: [
    'import seaborn as sns\nsns.lineplot(pd.DataFrame({"t": [1, 2], "v": [3, 4]}), x="t", y="v")',
    ["t", "v"],
    [["1", "3"]],
    /It rises/,
  ],
  plotly: [
    'import plotly.express as px\npx.line(pd.DataFrame({"t": [1, 2], "v": [3, 4]}), x="t", y="v").show()',
    ["t", "v"],
    [["1", "3"]],
    /It rises from 3 \(1\) to 4 \(2\)/,
  ],
  "plotly, a pie": [
    'import plotly.express as px\npx.pie(names=["a", "b"], values=[1, 3]).show()',
    ["part", "value"],
    [["a", "1"]],
    /Highest 3 \(b\)/,
  ],
  altair: [
    'import altair as alt\nalt.Chart(pd.DataFrame({"t": [1, 2], "v": [3, 4], "unused": [5, 6]})).mark_line().encode(x="t", y="v")',
    ["t", "v"],
    [["1", "3"]],
    /Line chart/,
  ],
};
for (const [what, [program, columns, rows, words]] of Object.entries(charts)) {
  test(`the table of ${what}`, async () => {
    const figure = await draw(String(program));
    const [table] = figure.tables;
    assert.deepEqual(table?.columns, columns);
    assert.deepEqual(table.rows.slice(0, rows.length), rows);
    assert.match(describeFigure(figure), /** @type {RegExp} */ (words));
  });
}

test("a large figure's table is cut and says how long it is", async () => {
  const { tables } = await draw("plt.plot(np.arange(50_000))");
  assert.equal(tables[0].rows.length, 1000);
  assert.equal(tables[0].totalRows, 50_000);
});

test("many panels and series stay small", async () => {
  const { tables, facts } = await draw(
    "fig, axes = plt.subplots(4, 4)\nfor ax in axes.flat:\n    for i in range(30):\n        ax.plot(np.arange(500), label='name ' * 40 + str(i))",
  );
  const cells = tables.reduce((/** @type {number} */ sum, /** @type {any} */ { rows }) => sum + rows.length * 25, 0);
  assert.ok(cells <= 25_000, `${cells}`);
  assert.ok(facts.trends.length <= 6);
});

test("a box plot has no series, and no table that says so", async () => {
  const { tables, facts } = await draw("plt.boxplot([[1, 2, 3], [2, 3, 4]])");
  assert.deepEqual([tables, facts.trends], [[], []]);
});

// The last one: what it breaks stays broken.
test("marks that cannot be read cost no figure", async () => {
  const figure = await draw("import sandplot.drawn_matplotlib as drawn\ndrawn._panel = None\nplt.plot([1, 2])");
  assert.deepEqual([figure.kind, figure.tables, figure.facts.trends, figure.facts.points], ["svg", [], [], 2]);
});
