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
  "box plots": [
    'plt.boxplot([[1, 2, 3, 4, 30], [2, 3, 4, 5, 6]], tick_labels=["a", "b"]); plt.ylabel("n")',
    ["box", "lowest", "lower quartile", "median of n", "upper quartile", "highest", "points beyond"],
    [
      ["a", "1", "2", "3", "4", "4", "1"],
      ["b", "2", "3", "4", "5", "6", "0"],
    ],
    /median: highest 4 \(b\), lowest 3 \(a\)/,
  ],
  "box plots without names": [
    "plt.boxplot([[1, 2, 3], [2, 3, 4]])",
    ["box", "lowest", "lower quartile", "median", "upper quartile", "highest", "points beyond"],
    [["1", "1", "1.5", "2", "2.5", "3", "0"]],
    /median: highest 3 \(2\), lowest 2 \(1\)/,
  ],
  "box plots that lie, without caps": [
    'plt.boxplot([[1, 2, 3, 4, 5]], orientation="horizontal", showcaps=False, patch_artist=True, tick_labels=["a"]); plt.xlabel("n")',
    ["box", "lowest", "lower quartile", "median of n", "upper quartile", "highest", "points beyond"],
    [["a", "1", "2", "3", "4", "5", "0"]],
    /Box/,
  ],
  "box plots of seaborn, by kind": [
    'import seaborn as sns\nsns.boxplot(pd.DataFrame({"k": list("aaaabbbb"), "v": [1, 2, 3, 4, 5, 6, 7, 8], "h": list("xyxyxyxy")}), x="k", y="v", hue="h")',
    ["k", "series", "lowest", "lower quartile", "median of v", "upper quartile", "highest", "points beyond"],
    [
      ["a", "x", "1", "1.5", "2", "2.5", "3", "0"],
      ["a", "y", "2", "2.5", "3", "3.5", "4", "0"],
    ],
    /median: highest 7 \(b · y\), lowest 2 \(a · x\)/,
  ],
  "a box plot of pandas": [
    'pd.DataFrame({"p": [1, 2, 3], "q": [3, 4, 5]}).plot.box()',
    ["box", "lowest", "lower quartile", "median", "upper quartile", "highest", "points beyond"],
    [["p", "1", "1.5", "2", "2.5", "3", "0"]],
    /median: highest 4 \(q\)/,
  ],
  "a heat map of seaborn": [
    'import seaborn as sns\nsns.heatmap(pd.DataFrame([[1, 2], [3, np.nan]], index=["k", "l"], columns=["p", "q"]), cbar_kws={"label": "degrees"}); plt.ylabel("row"); plt.xlabel("col")',
    ["row / col", "p", "q"],
    [
      ["k", "1", "2"],
      ["l", "3", ""],
    ],
    /degrees: highest 3 \(l, p\), lowest 1 \(k, p\)/,
  ],
  "a heat map of an image": [
    'plt.imshow([[1, 2], [3, 4]]); plt.xticks([0, 1], ["p", "q"]); plt.yticks([0, 1], ["k", "l"])',
    ["row", "p", "q"],
    [
      ["k", "1", "2"],
      ["l", "3", "4"],
    ],
    /Highest 4 \(l, q\), lowest 1 \(k, p\)/,
  ],
  "a wide heat map": [
    "plt.pcolormesh(np.arange(60).reshape(2, 30))",
    ["row", "column", "value"],
    [["0.5", "0.5", "0"]],
    /Highest 59 \(1\.5, 29\.5\)/,
  ],
  "plotly, box plots": [
    'import plotly.express as px\npx.box(pd.DataFrame({"k": list("aaab"), "v": [1, 2, 3, 9]}), x="k", y="v").show()',
    ["k", "lowest", "lower quartile", "median of v", "upper quartile", "highest", "points beyond"],
    [["a", "1", "1.25", "2", "2.75", "3", "0"]],
    /median: highest 9 \(b\), lowest 2 \(a\)/,
  ],
  "plotly, a heat map": [
    'import plotly.express as px\npx.imshow(pd.DataFrame([[1, 2], [3, 4]], index=["k", "l"], columns=["p", "q"])).show()',
    ["row", "p", "q"],
    [["k", "1", "2"]],
    /Highest 4 \(l, q\), lowest 1 \(k, p\)/,
  ],
  altair: [
    'import altair as alt\nalt.Chart(pd.DataFrame({"t": [1, 2], "v": [3, 4], "unused": [5, 6]})).mark_line().encode(x="t", y="v")',
    ["t", "v"],
    [["1", "3"]],
    /Line chart.*It rises from 3 \(1\) to 4 \(2\)/,
  ],
  "altair, bars of a mean, by kind": [
    'import altair as alt\nalt.Chart(pd.DataFrame({"k": list("aabb"), "v": [1, 3, 5, 9], "h": list("xyxy")})).mark_bar().encode(x="k", y="mean(v)", color="h")',
    ["k", "x", "y"],
    [
      ["a", "1", "3"],
      ["b", "5", "9"],
    ],
    /x: highest 5 \(b\), lowest 1 \(a\)/,
  ],
  "altair, counts across": [
    'import altair as alt\nalt.Chart(pd.DataFrame({"k": list("aab")})).mark_bar().encode(y="k", x="count()")',
    ["k", "Count of Records"],
    [["a", "2"]],
    /Highest 2 \(a\), lowest 1 \(b\)/,
  ],
  "altair, a pie": [
    'import altair as alt\nalt.Chart(pd.DataFrame({"k": list("ab"), "v": [1, 3]})).mark_arc().encode(theta="v", color="k")',
    ["k", "v"],
    [["a", "1"]],
    /Pie chart.*Highest 3 \(b\)/,
  ],
  "altair, a histogram": [
    'import altair as alt\nalt.Chart(pd.DataFrame({"v": [1, 2, 9]})).mark_bar().encode(x=alt.X("v", bin=True), y="count()")',
    ["v"],
    [["1"]],
    /Histogram/,
  ],
  "altair, a heat map": [
    'import altair as alt\nalt.Chart(pd.DataFrame({"a": list("kl"), "b": list("pq"), "v": [1, 3]})).mark_rect().encode(x="a", y="b", color="v")',
    ["v", "a", "b"],
    [["1", "k", "p"]],
    /Heat map.*Highest 3 \(q, l\)/,
  ],
  "altair, box plots": [
    'import altair as alt\nalt.Chart(pd.DataFrame({"k": list("aab"), "v": [1, 2, 9]})).mark_boxplot().encode(x="k", y="v")',
    ["k", "v"],
    [["a", "1"]],
    /Box plot/,
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

// The last one: what it breaks stays broken.
test("what is said of several panels names them; cells that are named by numbers have those names", async () => {
  const panels = describeFigure(
    await draw(
      "fig, axes = plt.subplots(1, 2)\nfor ax, name in zip(axes, ('Adelie', 'Gentoo')): ax.plot([1, 3]); ax.set_title(name)",
    ),
  );
  assert.match(panels, /Adelie rises from 1 .* Gentoo rises from 1 /);
  const heat = await draw(
    "import seaborn as sns\nsns.heatmap(pd.DataFrame([[1, 2], [3, 9]], index=[2010, 2011], columns=[7, 8]))",
  );
  assert.match(describeFigure(heat), /9 \(2011, 8\)/);
});

test("points with a line that was fitted to them are points", async () => {
  const { facts } = await draw("plt.plot([0, 9], [0, 9]); plt.scatter(range(10), range(10))");
  assert.equal(facts.kind, "scatter");
  const joined = await draw("plt.plot(range(10), range(10)); plt.scatter([9], [9])");
  assert.equal(joined.facts.kind, "line");
});

test("marks that cannot be read cost no figure", async () => {
  const figure = await draw("import sandplot.drawn_matplotlib as drawn\ndrawn._panel = None\nplt.plot([1, 2])");
  assert.deepEqual([figure.kind, figure.tables, figure.facts.trends, figure.facts.points], ["svg", [], [], 2]);
});
