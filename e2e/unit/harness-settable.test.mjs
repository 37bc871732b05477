/**
 * What the controls can do with a figure is what its facts say, and a program with their lines in it draws just that: with every library
 * that draws, in a real interpreter.
 */

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { controlOf, withSettings } from "../../static/app/chart-settings.js";
import { startPyodide } from "./pyodide.mjs";

/** @type {Awaited<ReturnType<typeof startPyodide>>} */
let python;
before(async () => {
  python = await startPyodide(["seaborn", "plotly", "altair"]);
});

async function draw(/** @type {string} */ program) {
  const result = await python.run(program);
  assert.equal(result.error, null, `${result.error?.traceback}\n${program}`);
  assert.equal(result.figures.length, 1, program);
  return result.figures;
}

const PLT = "import matplotlib.pyplot as plt\n";
const PX = "import plotly.express as px\n";
const ALT =
  'import altair as alt, pandas as pd\nd = pd.DataFrame({"k": ["a", "b", "c"], "v": [2, 5, 3], "w": [1, 10, 100]})\n';

/** @type {[name: string, program: string, logs: string[], sortable: string][]} */
const charts = [
  ["a line", `${PLT}plt.plot([1, 2], [3, 4])`, ["x", "y"], ""],
  ["a line below zero", `${PLT}plt.plot([0, 2], [-3, 4])`, ["x"], ""],
  [
    "dates",
    `${PLT}import datetime\nplt.plot([datetime.date(2024, 1, 1), datetime.date(2024, 2, 1)], [3, 4])`,
    ["y"],
    "",
  ],
  ["bars", `${PLT}plt.bar(["a", "b", "c"], [2, 5, 3])`, ["y"], "right"],
  ["bars that lie", `${PLT}plt.barh(["a", "b", "c"], [2, 5, 3])`, ["x"], "up"],
  ["bars from the top", `${PLT}plt.barh(["a", "b", "c"], [2, 5, 3])\nplt.gca().invert_yaxis()`, ["x"], "down"],
  ["bars with words at them", `${PLT}plt.bar_label(plt.bar(["a", "b"], [2, 5]))`, ["y"], ""],
  [
    "bars side by side",
    `${PLT}plt.bar([0, 1], [2, 5])\nplt.bar([0.4, 1.4], [2, 5])\nplt.xticks([0, 1], ["a", "b"])`,
    ["y"],
    "",
  ],
  ["a histogram", `${PLT}plt.hist([1, 2, 2, 3])`, ["x", "y"], ""],
  ["pandas' bars", 'import pandas as pd\npd.Series({"a": 2, "b": 5, "c": 3}).plot.bar()', ["y"], "right"],
  ["seaborn's bars", 'import seaborn as sns\nsns.barplot(x=["a", "b", "c"], y=[2, 5, 3])', ["y"], "right"],
  ["plotly's bars", `${PX}fig = px.bar(x=["a", "b", "c"], y=[2, 5, 3])\nfig.show()`, ["y"], "right"],
  ["plotly's bars that lie", `${PX}fig = px.bar(y=["a", "b", "c"], x=[2, 5, 3])\nfig`, ["x"], "up"],
  ["plotly's points", `${PX}px.scatter(x=[1, 2], y=[2, -5])`, ["x", "y"], ""],
  ["altair's bars", `${ALT}alt.Chart(d).mark_bar().encode(x="k", y="v")`, [], "right"],
  ["altair's bars that lie", `${ALT}chart = alt.Chart(d).mark_bar().encode(y="k", x="sum(v)")\nchart`, [], "down"],
  ["altair's points", `${ALT}alt.Chart(d).mark_point().encode(\n    x=alt.X("v"),\n    y="w:Q",\n)`, ["x", "y"], ""],
];
for (const [name, program, logs, sortable] of charts) {
  test(`${name}: what can be set, and that it is`, async () => {
    const drawn = await draw(`${program}\n`);
    const control = controlOf(drawn, `${program}\n`);
    assert.ok(control);
    assert.deepEqual([control.logs, control.sortable], [logs, sortable]);
    const set = withSettings(
      `${program}\n`,
      control,
      {
        title: 'A "new" title',
        size: "square",
        ground: "dark",
        ...(logs.includes("x") && { xScale: /** @type {const} */ ("log") }),
        ...(logs.includes("y") && { yScale: /** @type {const} */ ("log") }),
        ...(sortable && { order: /** @type {const} */ ("largest") }),
      },
      drawn[0].facts,
    );
    const [figure] = await draw(set);
    assert.equal(figure.facts.title, 'A "new" title');
    assert.deepEqual(controlOf([figure], set)?.logarithmic, logs);
    if (control.library !== "matplotlib" || !sortable) return;
    const names = figure.tables[0].rows.map(([place = ""]) => place);
    assert.deepEqual(names, sortable === "up" ? ["a", "c", "b"] : ["b", "c", "a"]);
    assert.deepEqual(Object.fromEntries(figure.tables[0].rows), { a: "2", b: "5", c: "3" });
  });
}
