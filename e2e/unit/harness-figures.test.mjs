/**
 * Which figures a program gives, in which order, and what the facts beside them say: for every library that draws, and
 * for every way of showing, saving or forgetting a figure.
 */

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { isPlainPng } from "../../static/app/picture.js";
import { startPyodide } from "./pyodide.mjs";

/** @type {Awaited<ReturnType<typeof startPyodide>>} */
let python;
before(async () => {
  python = await startPyodide(["seaborn", "scipy", "plotly", "altair", "networkx", "sympy"]);
  const rows = Array.from(
    { length: 40 },
    (_, i) => `2024-01-${String(1 + (i % 20)).padStart(2, "0")},${"ab"[i % 2]},${(i * 7) % 11},${i}`,
  );
  const loaded = python.load({ "data.csv": `day,kind,x,y\n${rows.join("\n")}\n` });
  assert.ok(loaded.ok);
});

const START = "import matplotlib.pyplot as plt\nimport numpy as np\nimport pandas as pd\n";

async function draw(/** @type {string} */ program) {
  const result = await python.run(START + program);
  assert.equal(result.error, null, result.error?.traceback);
  return result;
}

/** The titles of the figures, in order: how the tests below tell figures apart. */
async function titles(/** @type {string} */ program) {
  const { figures } = await draw(program);
  return figures.map((/** @type {any} */ figure) => figure.facts.title);
}

const one = (/** @type {string} */ title) => `plt.figure(); plt.plot([1, 2]); plt.title("${title}")\n`;

const endings = {
  "left open": [one("a") + one("b"), ["a", "b"]],
  "plt.show() of several": [`${one("a")}${one("b")}plt.show()`, ["a", "b"]],
  "plt.show() after each": [`${one("a")}plt.show()\n${one("b")}plt.show()`, ["a", "b"]],
  "plt.show() and then the figure again": [
    `fig, ax = plt.subplots()\nax.plot([1, 2])\nax.set_title("a")\nplt.show()\nfig`,
    ["a"],
  ],
  "fig.show()": ['fig, ax = plt.subplots()\nax.plot([1, 2])\nax.set_title("a")\nfig.show()', ["a"]],
  "savefig and close": [`${one("a")}plt.savefig("a.png")\nplt.close()`, ["a"]],
  "savefig and show": [`${one("a")}plt.savefig("a.png")\nplt.show()`, ["a"]],
  "savefig into a folder that is not there": [`${one("a")}plt.savefig("/mnt/data/a.png")\nplt.close()`, ["a"]],
  "savefig, clear, and use again": [
    'for t in "abc":\n    plt.plot([1, 2]); plt.title(t); plt.savefig(t + ".png"); plt.clf()',
    ["a", "b", "c"],
  ],
  "savefig, clear the axes, and use again": [
    'fig, ax = plt.subplots()\nfor t in "ab":\n    ax.plot([1, 2]); ax.set_title(t); fig.savefig(t + ".png"); ax.clear()',
    ["a", "b"],
  ],
  "saved into memory only": [`import io\n${one("a")}plt.savefig(io.BytesIO())\nplt.close()`, ["a"]],
  "saved into memory beside a shown one": [
    `import io\n${one("a")}plt.savefig(io.BytesIO())\nplt.close()\n${one("b")}`,
    ["b"],
  ],
  "closed without being shown": [`${one("a")}plt.close()\n${one("b")}`, ["b"]],
  "an empty one beside a full one": [`plt.figure()\n${one("a")}plt.figure()`, ["a"]],
  "a figure made without pyplot": [
    'from matplotlib.figure import Figure\nfig = Figure()\nfig.subplots().set_title("a")\nfig.axes[0].plot([1])',
    ["a"],
  ],
  "the Axes last": ['df.plot(x="x", y="y", kind="scatter", title="a")', ["a"]],
  "an array of Axes last": [
    'axes = df[["x", "y"]].plot(subplots=True, title=["p", "q"])\naxes[0].figure.suptitle("a")\naxes',
    ["a"],
  ],
  "artists last": [`${one("a")}plt.plot([1, 2])`, ["a"]],
  "inside main": [
    `def main():\n    plt.plot([1, 2]); plt.title("a"); plt.show()\nif __name__ == "__main__":\n    main()`,
    ["a"],
  ],
  "from pyplot import show": [
    'from matplotlib.pyplot import plot, title, show\nplot([1, 2]); title("a"); show()',
    ["a"],
  ],
  "a non-blocking show and a pause": [`plt.ion()\n${one("a")}plt.show(block=False)\nplt.pause(5)`, ["a"]],
  "a backend with windows": [`import matplotlib\nmatplotlib.use("TkAgg")\n${one("a")}plt.show()`, ["a"]],
  "exit after show": [`${one("a")}plt.show()\nexit()`, ["a"]],
  awaited: [`import asyncio\n${one("a")}await asyncio.sleep(0)\nplt.show()`, ["a"]],
};
for (const [ending, [program, expected]] of Object.entries(endings)) {
  test(`figures: ${ending}`, async () => {
    assert.deepEqual(await titles(String(program)), expected);
  });
}

test("values that only hold artists are not printed", async () => {
  for (const last of ["plt.hist([1, 2, 2])", 'plt.title("x")', "plt.boxplot([1, 2])", "plt.xticks()"]) {
    assert.equal((await draw(last)).value, null, last);
  }
});

test("a figure is SVG with its letters as shapes, sized in CSS pixels", async () => {
  const { figures } = await draw('plt.figure(figsize=(5, 3), dpi=300)\nplt.plot([1, 2])\nplt.ylabel("y")');
  const [figure] = figures;
  assert.equal(figure.kind, "svg");
  assert.doesNotMatch(figure.svg, /<text|<dc:date|<script/);
  assert.equal(figure.png, undefined);
  assert.ok(
    Math.abs(figure.width - 500) < 60 && Math.abs(figure.height - 300) < 60,
    `${figure.width} x ${figure.height}`,
  );
});

test("the same program gives the same bytes", async () => {
  const program = 'plt.plot([1, 2], label="a"); plt.legend(); plt.fill_between([0, 1], [1, 2])';
  const [first, second] = [(await draw(program)).figures[0], (await draw(program)).figures[0]];
  assert.equal(first.svg, second.svg);
});

for (const [what, program] of [
  ["links", 'plt.plot([1, 2]); plt.figtext(0.1, 0.5, "a", url="http://127.0.0.1/")'],
  ["filters", 'plt.pcolormesh([[1, 2], [3, 4]], shading="gouraud")'],
]) {
  test(`a figure with ${what} is also PNG, at double density`, async () => {
    const [[figure], [again]] = [(await draw(program)).figures, (await draw(program)).figures];
    assert.equal(figure.kind, "svg");
    assert.deepEqual(figure.png, again.png);
    assert.ok(isPlainPng(new Uint8Array(figure.png)));
    const png = Buffer.from(figure.png);
    assert.ok(
      Math.abs(png.readUInt32BE(16) - 2 * figure.width) <= 1 && Math.abs(png.readUInt32BE(20) - 2 * figure.height) <= 1,
    );
  });
}

test("a heavy figure is PNG only", async () => {
  const { figures } = await draw("plt.scatter(np.random.rand(50_000), np.random.rand(50_000), s=2)");
  assert.deepEqual([figures[0].kind, figures[0].svg, figures[0].facts.points], ["png", null, 50_000]);
});

test("a gigantic figure is made smaller, not refused", async () => {
  const { figures } = await draw(
    "plt.figure(figsize=(200, 100))\nplt.scatter(np.random.rand(50_000), np.random.rand(50_000), s=2)",
  );
  assert.ok(Buffer.from(figures[0].png).readUInt32BE(16) < 10_000);
});

test("what the program sets itself is left alone", async () => {
  const { value } = await draw(
    'plt.rcParams["axes.spines.top"] = True\nfig, ax = plt.subplots()\nax.bar(["long name %d" % i for i in range(12)], range(12))\nplt.savefig("a.png")\n[t.get_rotation() for t in ax.get_xticklabels()][:1], ax.spines["top"].get_visible()',
  );
  assert.equal(value, "([0.0], True)");
});

test("a loop that shows without end keeps the first figures and says so", async () => {
  const { figures, warnings } = await draw(
    "for i in range(70):\n    plt.figure(figsize=(1, 1)); plt.plot([i, 2])\nplt.show()",
  );
  assert.equal(figures.length, 60);
  assert.match(warnings.join(), /showed 70 figures/);
});

/** program, kind, points, series */
const kinds = {
  line: ['plt.plot([1, 2, 3], label="s"); plt.legend()', 3, ["s"]],
  step: ["plt.step([1, 2, 3], [1, 2, 3])", 3, []],
  scatter: ['plt.scatter([1, 2, np.nan], [1, 2, 3], label="s")', 2, ["s"]],
  bar: ['plt.barh(["a", "b"], [1, 2], label="s")', 2, ["s"]],
  histogram: ['plt.hist(df["y"], bins=8)', 8, []],
  box: ['plt.boxplot([df["x"], df["y"]])', 2, []],
  violin: ['plt.violinplot([df["x"], df["y"]])', null, []],
  pie: ['plt.pie([1, 2, 3], labels=list("abc"))', 3, null],
  heatmap: ["plt.imshow(np.eye(4)); plt.colorbar()", 16, []],
  area: ['plt.stackplot([1, 2, 3], [1, 2, 3], [3, 2, 1], labels=["a", "b"])', null, ["a", "b"]],
  contour: ["plt.contourf(np.outer(np.arange(5), np.arange(5)))", null, []],
  hexbin: ['plt.hexbin(df["x"], df["y"], gridsize=5)', null, []],
  quiver: ["plt.quiver([0, 1], [0, 1], [1, 1], [1, 0])", 2, []],
  errorbar: ['plt.errorbar([1, 2], [1, 2], yerr=[0.1, 0.1], fmt="none")', 2, []],
  stem: ["plt.stem([1, 2, 3])", 3, []],
  surface: [
    'ax = plt.figure().add_subplot(projection="3d")\nx, y = np.meshgrid(range(4), range(4))\nax.plot_surface(x, y, x * y)',
    null,
    [],
  ],
  text: ['plt.figure().text(0.5, 0.5, "42")', 0, []],
};
for (const [kind, [program, points, series]] of Object.entries(kinds)) {
  test(`facts of a ${kind} chart`, async () => {
    const { figures } = await draw(String(program));
    assert.equal(figures.length, 1);
    const { facts } = figures[0];
    assert.equal(facts.kind, kind);
    assert.equal(facts.blank, false);
    if (points !== null) assert.equal(facts.points, points);
    if (series !== null) assert.deepEqual(facts.series, series);
  });
}

test("facts of every panel: titles, labels, scales, and no colour bar", async () => {
  const { figures } = await draw(`
fig, axes = plt.subplots(1, 2)
axes[0].plot([1, 10], [1, 100], label="a"); axes[0].set(title="left", xlabel="time (s)", ylabel="n", yscale="log")
fig.colorbar(axes[1].imshow(np.eye(3)))
fig.suptitle("whole")`);
  const { facts } = figures[0];
  assert.equal(facts.title, "whole");
  assert.equal(facts.axes.length, 2);
  assert.deepEqual(facts.axes[0], {
    title: "left",
    xLabel: "time (s)",
    yLabel: "n",
    xScale: "linear",
    yScale: "log",
    kinds: ["line"],
    series: ["a"],
    points: 2,
    logs: ["x", "y"],
    sortable: "",
  });
  assert.deepEqual(facts.axes[1].kinds, ["heatmap"]);
});

for (const program of [
  "plt.subplots()",
  "plt.plot([], [])",
  "plt.scatter([np.nan], [1])",
  "plt.bar([], [])",
  "plt.axhline(3)",
  "plt.figure()",
]) {
  test(`${program} is blank`, async () => {
    const { figures } = await draw(`${program};`);
    assert.equal(figures.length, 1);
    assert.equal(figures[0].facts.blank, true);
  });
}

test("facts stay small however many series there are", async () => {
  const { figures } = await draw('for i in range(300):\n    plt.plot([1, 2], label="series " * 50 + str(i))');
  assert.ok(JSON.stringify(figures[0].facts).length < 20_000);
});

const seaborn = {
  "a bar plot": ['sns.barplot(df, x="kind", y="y")', "bar"],
  "a violin plot": ['sns.violinplot(df, x="kind", y="y")', "violin"],
  "a box plot": ['sns.boxplot(df, x="kind", y="y")', "box"],
  "a histogram": ['sns.histplot(df, x="y")', "histogram"],
  "a heat map": ['sns.heatmap(df[["x", "y"]].corr(), annot=True)', "heatmap"],
  "a facet grid": ['sns.relplot(df, x="x", y="y", col="kind")', "scatter"],
  "a joint grid": ['sns.jointplot(df, x="x", y="y")', "scatter"],
  "a pair grid": ['g = sns.pairplot(df[["x", "y"]])', "scatter"],
  "objects, last": ['import seaborn.objects as so\nso.Plot(df, x="x", y="y").add(so.Dot())', "scatter"],
  "objects, shown": ['import seaborn.objects as so\nso.Plot(df, x="x", y="y").add(so.Dot()).show()', "scatter"],
  "objects, only assigned": ['import seaborn.objects as so\np = so.Plot(df, x="x", y="y").add(so.Dot())', "scatter"],
};
for (const [what, [program, kind]] of Object.entries(seaborn)) {
  test(`seaborn: ${what}`, async () => {
    const { figures, value } = await draw(`import seaborn as sns\n${program}`);
    assert.equal(figures.length, 1);
    const all = figures[0].facts.axes.flatMap((/** @type {any} */ axes) => axes.kinds);
    assert.ok(all.includes(kind), `${kind} in ${all}`);
    assert.equal(figures[0].facts.blank, false);
    assert.equal(value, null);
  });
}

test("networkx and sympy draw through matplotlib", async () => {
  assert.equal((await draw("import networkx as nx\nnx.draw(nx.path_graph(4))")).figures.length, 1);
  assert.equal((await draw('import sympy\nx = sympy.Symbol("x")\nsympy.plot(x**2, show=True)')).figures.length, 1);
});

const plotly = {
  shown: ['fig = px.line(df, x="x", y="y", title="a")\nfig.show()', ["a"]],
  "shown by pio": [
    'import plotly.io as pio\npio.renderers.default = "browser"\npio.show(px.line(df, x="x", y="y", title="a"))',
    ["a"],
  ],
  assigned: ['fig = px.line(df, x="x", y="y", title="a")', ["a"]],
  last: ['px.line(df, x="x", y="y", title="a")', ["a"]],
  "shown inside a function": ['def main():\n    px.line(df, x="x", y="y", title="a").show()\nmain()', ["a"]],
  "written to files": [
    'fig = px.line(df, x="x", y="y", title="a")\nfig.write_html("a.html")\nfig.write_image("a.png")',
    ["a"],
  ],
  "one shown, others only assigned": [
    'b = px.line(df, x="x", y="y", title="b")\npx.bar(df, x="x", y="y", title="a").show()',
    ["a"],
  ],
  "several assigned": ['a = px.line(df, x="x", y="y", title="a")\nb = px.bar(df, x="x", y="y", title="b")', ["a", "b"]],
  "parts of a bigger one": [
    'a = px.line(df, x="x", y="y")\nb = px.scatter(df, x="y", y="x")\nc = go.Figure(data=a.data + b.data).update_layout(title="c")',
    ["c"],
  ],
  "the same twice": ['fig = px.line(df, x="x", y="y", title="a")\nfig.show()\nfig', ["a"]],
  "pandas with the plotly backend": [
    'pd.options.plotting.backend = "plotly"\nf = df.plot(x="x", y="y", title="a")\npd.options.plotting.backend = "matplotlib"\nf',
    ["a"],
  ],
};
for (const [what, [program, expected]] of Object.entries(plotly)) {
  test(`plotly: ${what}`, async () => {
    const { figures, value } = await draw(`import plotly.express as px\nimport plotly.graph_objects as go\n${program}`);
    assert.deepEqual(
      figures.map((/** @type {any} */ figure) => [figure.kind, figure.facts.title]),
      expected.map((title) => ["plotly", title]),
    );
    assert.equal(value, null);
  });
}

test("points in groups with a line that was fitted to all are points", async () => {
  const { figures } = await draw(
    "for i in range(3):\n    plt.scatter(np.arange(20), np.arange(20) + i)\nplt.plot(np.linspace(0, 20, 30), np.linspace(0, 20, 30))",
  );
  assert.equal(figures[0].facts.kind, "scatter");
});

test("plotly: a program that replaces what writes JSON has its figure", async () => {
  const { figures } = await draw(`
import json
import plotly.express as px
figure = px.bar(x=[2020, 2021], y=[1, 2])
text = figure.to_json()
figure.to_json = lambda: text
json.kept, json.dumps = json.dumps, None
figure`);
  await python.run("import json\njson.dumps = json.kept");
  assert.equal(figures[0].spec.layout.xaxis.dtick, 1);
});

test("facts of plotly figures", async () => {
  const { figures } = await draw(`
import plotly.express as px
px.scatter(df, x="x", y="y", color="kind", labels={"x": "Across"}, log_y=True, title="T").show()
px.pie(df, names="kind", values="y").show()
import plotly.graph_objects as go
go.Figure().show()`);
  assert.equal(figures.length, 2, "the empty one is left out");
  const [scatter, pie] = figures.map((/** @type {any} */ figure) => figure.facts);
  assert.deepEqual([scatter.kind, scatter.points, scatter.series, scatter.title], ["scatter", 40, ["a", "b"], "T"]);
  assert.deepEqual([scatter.axes[0].xLabel, scatter.axes[0].yLabel, scatter.axes[0].yScale], ["Across", "y", "log"]);
  assert.deepEqual([pie.kind, pie.points, pie.blank], ["pie", 40, false]);
});

const altair = {
  last: ['alt.Chart(df, title="a").mark_point().encode(x="x", y="y")', ["a"]],
  shown: ['alt.Chart(df, title="a").mark_point().encode(x="x", y="y").show()', ["a"]],
  saved: ['alt.Chart(df, title="a").mark_point().encode(x="x", y="y").save("chart.html")', ["a"]],
  assigned: ['chart = alt.Chart(df, title="a").mark_point().encode(x="x", y="y")', ["a"]],
  "layers of a bigger one": [
    'base = alt.Chart(df).encode(x="x", y="y")\nline = base.mark_line()\ndots = base.mark_point()\nboth = (line + dots).properties(title="both")',
    ["both"],
  ],
  "a chart and its refinement": [
    'chart = alt.Chart(df).mark_point().encode(x="x", y="y")\nfinal = chart.properties(title="final")',
    ["final"],
  ],
  "side by side": [
    'alt.Chart(df, title="l").mark_bar().encode(x="kind", y="count()") | alt.Chart(df).mark_line().encode(x="x", y="y")',
    [""],
  ],
};
for (const [what, [program, expected]] of Object.entries(altair)) {
  test(`altair: ${what}`, async () => {
    const { figures, value } = await draw(`import altair as alt\n${program}`);
    assert.deepEqual(
      figures.map((/** @type {any} */ figure) => [figure.kind, figure.facts.title]),
      expected.map((title) => ["vega", title]),
    );
    assert.equal(value, null);
  });
}

test("altair: the specification holds its data, however many rows, and no NaN", async () => {
  const { figures } = await draw(`
import altair as alt
big = pd.DataFrame({"x": np.arange(20_000), "y": np.r_[np.nan, np.inf, np.zeros(19_998)], "k": "one"})
alt.Chart(big).mark_point().encode(x="x", y=alt.Y("y", title="Up"), color="k")`);
  const { spec, facts } = figures[0];
  const [rows] = Object.values(spec.datasets);
  assert.equal(/** @type {any[]} */ (rows).length, 20_000);
  assert.deepEqual([facts.kind, facts.points, facts.series, facts.axes[0].yLabel], ["scatter", 20_000, ["one"], "Up"]);
});

test("figures of several libraries come in the order in which they were shown", async () => {
  const { figures } = await draw(`
import plotly.express as px, altair as alt
px.line(df, x="x", y="y").show()
${one("m")}plt.show()
alt.Chart(df).mark_point().encode(x="x", y="y").show()
df.head(2)`);
  assert.deepEqual(
    figures.map((/** @type {any} */ figure) => figure.kind),
    ["plotly", "svg", "vega", "table"],
  );
});
