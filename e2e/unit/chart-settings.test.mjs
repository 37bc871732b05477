// What the controls write into a program: readable, in its place, read back, taken back.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  changedSettings,
  controlOf,
  readSettings,
  withoutSettings,
  withSettings,
} from "../../static/app/chart-settings.js";

/** @param {string} library @param {any} [panel] @param {any} [more] @returns {any[]} */
const figures = (library, panel = {}, more = {}) => [
  {
    kind: library === "matplotlib" ? "svg" : library === "plotly" ? "plotly" : "vega",
    facts: {
      library,
      title: "Old",
      axes: [{ title: "Old", xScale: "linear", yScale: "linear", logs: ["y"], sortable: "", ...panel }],
      ...more,
    },
  },
];

/** @param {string} program @param {any[]} drawn @param {any} settings */
function write(program, drawn, settings) {
  const control = controlOf(drawn, program);
  assert.ok(control, "there is no control");
  return withSettings(program, control, settings, drawn[0].facts);
}

const MATPLOTLIB = 'import matplotlib.pyplot as plt\n\nplt.plot([1, 3, 2])\nplt.title("Old")\n\nplt.show()\n';
const PLOTLY = 'import plotly.express as px\n\nfig = px.bar(df, x="region", y="amount")\nfig.show()\n';
const ALTAIR = 'import altair as alt\n\nalt.Chart(df).mark_point().encode(\n    x="a:Q",\n    y="b:Q",\n)\n';

test("matplotlib: the lines stand before the one that shows the figure", () => {
  const program = write(MATPLOTLIB, figures("matplotlib"), { title: 'New "one"', size: "wide", yScale: "log" });
  assert.equal(
    program,
    `import matplotlib.pyplot as plt

plt.plot([1, 3, 2])
plt.title("Old")

# Chart settings
plt.gcf().set_size_inches(12, 4.5)
axes = plt.gcf().axes[0]
axes.set_title("New \\"one\\"")
axes.set_yscale("log")
# End of chart settings
plt.show()
`,
  );
});

test("matplotlib: a dark ground is set before anything is drawn, behind another style", () => {
  const dark = write(MATPLOTLIB, figures("matplotlib"), { ground: "dark" });
  assert.match(
    dark,
    /^import matplotlib\.pyplot as plt\nplt\.style\.use\("dark_background"\) {2}# Chart setting\n\nplt\.plot/,
  );
  const styled = "import seaborn as sns\nsns.set_theme()\nsns.barplot(df)\n";
  assert.equal(
    write(styled, figures("matplotlib"), { ground: "dark" }),
    `import seaborn as sns
sns.set_theme()
import matplotlib.pyplot as plt  # Chart setting
plt.style.use("dark_background")  # Chart setting
sns.barplot(df)
`,
  );
});

test("matplotlib: a title goes where the one before it stands", () => {
  const aside = MATPLOTLIB.replace('"Old")', '"Old", loc="left")');
  assert.match(write(aside, figures("matplotlib"), { title: "New" }), /axes\.set_title\("New", loc="left"\)/);
  const above = figures("matplotlib", { title: "" });
  assert.match(write(MATPLOTLIB, above, { title: "New" }), /plt\.suptitle\("New"\)/);
});

test("plotly: by the name the program has for the figure", () => {
  assert.equal(
    write(PLOTLY, figures("plotly", { sortable: "right" }), { title: "New", ground: "dark", order: "largest" }),
    `import plotly.express as px

fig = px.bar(df, x="region", y="amount")

# Chart settings
fig.update_layout(title_text="New")
fig.update_layout(template="plotly_dark")
fig.update_xaxes(categoryorder="total descending")  # largest first
# End of chart settings
fig.show()
`,
  );
});

test("altair: a chart without a name gets one, and stays the value of the program", () => {
  const program = write(ALTAIR, figures("altair"), { title: "New", size: "square", yScale: "log" });
  assert.equal(
    program,
    `import altair as alt

chart = alt.Chart(df).mark_point().encode(
    x="a:Q",
    y="b:Q",
)

# Chart settings
chart = chart.properties(title="New")
chart = chart.properties(width=560, height=560)
chart.encoding.y.scale = alt.Scale(type="log")
# End of chart settings
chart
`,
  );
});

for (const [library, program] of Object.entries({ matplotlib: MATPLOTLIB, plotly: PLOTLY, altair: ALTAIR })) {
  test(`${library}: settings are read back, written again without a change, changed and taken back`, () => {
    const drawn = figures(library, { sortable: "right", logs: ["x", "y"] });
    const all = {
      title: 'Ünïcode \\ "x"',
      size: /** @type {const} */ ("tall"),
      ground: "dark",
      palette: "muted",
      xScale: "log",
      yScale: "linear",
      order: "smallest",
    };
    const once = write(program, drawn, all);
    assert.deepEqual(readSettings(once), all);
    assert.equal(write(once, drawn, all), once);
    const fewer = write(once, drawn, { size: "wide" });
    assert.deepEqual(readSettings(fewer), { size: "wide" });
    assert.equal(write(fewer, drawn, all), once);
    const bare = write(fewer, drawn, {});
    assert.deepEqual(readSettings(bare), {});
    assert.equal(withoutSettings(bare), bare);
    assert.equal(write(bare, drawn, all), once);
    if (library === "matplotlib") assert.equal(bare, program);
  });
}

test("bars of matplotlib's are put in order from the side they are read from", () => {
  const order = (/** @type {string} */ sortable, /** @type {any} */ which) =>
    write(MATPLOTLIB, figures("matplotlib", { sortable }), { order: which });
  assert.match(
    order("right", "largest"),
    /bar\.get_height\(\), reverse=True\) {2}# largest first\n.*\n {4}bar\.set_x\(/,
  );
  assert.match(order("up", "largest"), /bar\.get_width\(\)\) {2}# largest first\n.*\n {4}bar\.set_y\(/);
  assert.match(order("down", "smallest"), /bar\.get_width\(\)\) {2}# smallest first/);
});

test("there is nothing to control where the controls could not do it", () => {
  /** @type {[string, any[], string][]} */
  const cases = [
    ["no figure", [], MATPLOTLIB],
    ["a table", [{ kind: "table", facts: {} }], "df"],
    ["two figures", [...figures("matplotlib"), ...figures("matplotlib")], MATPLOTLIB],
    ["a blank one", figures("matplotlib", {}, { blank: true }), MATPLOTLIB],
    ["another library", figures("bokeh"), MATPLOTLIB],
    ["a figure that pyplot does not know", figures("matplotlib"), "import seaborn.objects as so\nso.Plot(df)\n"],
    ["a figure that has no name", figures("plotly"), "import plotly.io as pio\npio.show(make())\n"],
  ];
  for (const [name, drawn, program] of cases) assert.equal(controlOf(drawn, program), null, name);
});

test("several panels have a title and a size, and no scales", () => {
  const panel = { title: "a", logs: ["x"], xScale: "log", sortable: "right" };
  const control = controlOf(figures("matplotlib", {}, { axes: [panel, panel] }), MATPLOTLIB);
  assert.deepEqual([control?.logs, control?.logarithmic, control?.sortable, control?.title], [[], [], "", "Old"]);
});

test("a change of settings is told from any other", () => {
  const drawn = figures("matplotlib");
  const before = write(MATPLOTLIB, drawn, { size: "wide" });
  assert.deepEqual(changedSettings(MATPLOTLIB, before), ["size"]);
  const after = write(before, drawn, { title: "x", yScale: "log", size: "wide" });
  assert.deepEqual(changedSettings(before, after), ["title", "yScale"]);
  assert.deepEqual(changedSettings(before, before.replace("[1, 3, 2]", "[1, 2]")), []);
  assert.deepEqual(changedSettings(MATPLOTLIB, MATPLOTLIB), []);
});

test("a palette is set before anything is drawn, behind the look as a whole, in each library's words", () => {
  assert.equal(
    write(MATPLOTLIB, figures("matplotlib"), { ground: "grid", palette: "ibm" }),
    `import matplotlib.pyplot as plt
plt.style.use("seaborn-v0_8-whitegrid")  # Chart setting
# Chart colours
palette = ["#648FFF", "#DC267F", "#FFB000", "#785EF0", "#FE6100"]
plt.rcParams["axes.prop_cycle"] = plt.cycler(color=palette)
plt.rcParams["image.cmap"] = "plasma"
# End of chart colours

plt.plot([1, 3, 2])
plt.title("Old")

plt.show()
`,
  );
  const plotly = write(PLOTLY, figures("plotly"), { palette: "ibm" });
  assert.match(
    plotly,
    /^import plotly\.express as px\n# Chart colours\npalette = \[.*\]\npx\.defaults\.color_discrete_sequence = palette\n/,
  );
  assert.match(plotly, /\n# Chart settings\nfig\.update_layout\(colorway=palette\)\n# End of chart settings\n/);
  const altair = write(ALTAIR, figures("altair"), { palette: "ibm" });
  assert.match(altair, /\nchart = chart\.configure_range\(category=palette, ramp=amounts, heatmap=amounts\)\n/);
});

test("a palette is read back however its lines are laid out, and taken back whole", () => {
  const written = write(MATPLOTLIB, figures("matplotlib"), { palette: "okabe_ito" });
  const spread = written.replace(
    /palette = \[(.*)\]/,
    (_, list) => `palette = [\n    ${list.toLowerCase().replaceAll(", ", ",\n    ")},\n]`,
  );
  assert.notEqual(spread, written);
  assert.deepEqual(readSettings(spread), { palette: "okabe_ito" });
  assert.equal(withoutSettings(spread), withoutSettings(written));
});

test("each look as a whole is read back, and none is another's", () => {
  for (const [library, program] of Object.entries({ matplotlib: MATPLOTLIB, plotly: PLOTLY, altair: ALTAIR })) {
    for (const ground of ["light", "dark", "grid", "minimal"]) {
      assert.deepEqual(readSettings(write(program, figures(library), { ground })), { ground }, `${library} ${ground}`);
    }
  }
});

test("no palette is offered where a program gives the chart its colours", () => {
  const paintable = (/** @type {string} */ library, /** @type {string} */ program) =>
    controlOf(figures(library), program)?.paintable;
  for (const program of [MATPLOTLIB, MATPLOTLIB.replace("\n\nplt.show", '\nplt.axhline(2, color="grey")\n\nplt.show')])
    assert.equal(paintable("matplotlib", program), true, program);
  assert.equal(paintable("matplotlib", MATPLOTLIB.replace("[1, 3, 2]", '[1, 3, 2], color="red"')), false);
  assert.equal(
    paintable("matplotlib", "import seaborn as sns\nsns.barplot(df, x='a', y='b', palette='Set2')\n"),
    false,
  );
  assert.equal(paintable("plotly", PLOTLY.replace('"amount"', '"amount", color=["a", "b"]')), true);
  assert.equal(paintable("plotly", PLOTLY.replace('"amount"', '"amount", color_discrete_sequence=["red"]')), false);
  assert.equal(paintable("altair", ALTAIR.replace("mark_point()", 'mark_point(color="red")')), false);
});
