/**
 * The look of charts: that its colours can be told apart by everybody and stand out from light and dark, and that three libraries draw
 * with the same hand unless a program says otherwise.
 *
 * Distances are those of OKLab (Ottosson 2020), times 100; blindness to a colour is simulated after Machado, Oliveira and Fernandes (2009)
 * at its full severity, as most tools for palettes do.
 */

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { startPyodide } from "./pyodide.mjs";

/** @type {Awaited<ReturnType<typeof startPyodide>>} */
let python;
/** @type {Record<string, any>} */
let look;
before(async () => {
  python = await startPyodide(["plotly", "altair", "seaborn", "scipy"]);
  look = JSON.parse(
    python.pyodide.runPython(`
import json
from sandplot import look
json.dumps({name: value for name, value in vars(look).items() if name.isupper()})`),
  );
  assert.ok(python.load({ "data.csv": "name,x,y\na,1,12000\nb,2,25000\nc,3,18500\n" }).ok);
});

const DARK_PAGE = "#10161c";
/** What light comes to the cones of somebody who lacks one kind: rows over linear red, green, blue. @type {Record<string, number[][]>} */
const SIGHTS = {
  "all three kinds of cone": [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const times = (/** @type {number[][]} */ matrix, /** @type {number[]} */ vector) =>
  matrix.map((row) => row.reduce((sum, value, at) => sum + value * (vector[at] ?? 0), 0));

/** @param {string} colour */
function linear(colour) {
  return [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
}

/** @param {number[]} light */
function oklab(light) {
  const cones = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    light,
  );
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    cones.map(Math.cbrt),
  );
}

/** As seen. @param {string} colour @param {string} sight */
const seen = (colour, sight) =>
  oklab(times(SIGHTS[sight] ?? [], linear(colour)).map((part) => Math.min(1, Math.max(0, part))));

/** @param {number[]} one @param {number[]} other */
const distance = (one, other) => 100 * Math.hypot(...one.map((value, at) => value - (other[at] ?? 0)));

/** WCAG 2's. @param {string} one @param {string} other */
function contrast(one, other) {
  const [dark = 0, light = 0] = [one, other]
    .map((colour) => times([[0.2126, 0.7152, 0.0722]], linear(colour))[0] ?? 0)
    .sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

for (const sight of Object.keys(SIGHTS)) {
  test(`any two colours of series are told apart with ${sight}`, () => {
    for (const [at, one] of look.CATEGORICAL.entries()) {
      for (const other of look.CATEGORICAL.slice(0, at)) {
        const apart = distance(seen(one, sight), seen(other, sight));
        // matplotlib's own ten come to 0.7 for protanopia, and the well-known eight of Okabe and Ito to 7.6 for deuteranopia.
        assert.ok(apart >= 10, `${one} and ${other}: ${apart.toFixed(1)}`);
      }
    }
  });

  test(`more is darker with ${sight}, in even steps, and the two sides of a middle differ`, () => {
    const steps = look.DUNE.map((/** @type {string} */ colour) => seen(colour, sight));
    for (const [at, step] of steps.entries()) {
      if (at > 0) assert.ok(steps[at - 1][0] - step[0] > 0.04, `step ${at}: ${steps[at - 1][0]} then ${step[0]}`);
    }
    const sides = look.TIDE.map((/** @type {string} */ colour) => seen(colour, sight));
    for (let at = 0; at < 3; at += 1) {
      assert.ok(sides[at][0] < sides[at + 1][0] && sides[6 - at][0] < sides[5 - at][0], "the middle is lightest");
      assert.ok(distance(sides[at], sides[6 - at]) > 10, `${look.TIDE[at]} and ${look.TIDE[6 - at]}`);
    }
  });
}

test("colours of series stand out from their ground, and from a dark one; words can be read", () => {
  for (const colour of look.CATEGORICAL) {
    assert.ok(contrast(colour, look.GROUND) >= 3, `${colour} on white: ${contrast(colour, look.GROUND)}`);
    assert.ok(contrast(colour, DARK_PAGE) >= 2, `${colour} on the dark page: ${contrast(colour, DARK_PAGE)}`);
  }
  for (const colour of [look.INK, look.SOFT]) assert.ok(contrast(colour, look.GROUND) >= 4.5, colour);
});

/** @param {string} program */
async function figureOf(program) {
  const { error, figures, warnings } = await python.run(program);
  assert.equal(error, null, error?.traceback);
  assert.deepEqual(warnings, []);
  assert.equal(figures.length, 1);
  return figures[0];
}

test("three libraries draw in the same colours, on the same ground", async () => {
  const [first, second] = look.CATEGORICAL;
  const lines =
    "import matplotlib.pyplot as plt\nplt.plot([1, 2], label='a')\nplt.plot([2, 3], label='b')\nplt.legend()";
  const { svg } = await figureOf(lines);
  for (const colour of [first, second, look.GROUND, look.GRID]) assert.ok(svg.includes(colour), colour);
  const plotly = await figureOf("import plotly.express as px\npx.scatter(df, x='x', y='y', color='name')");
  assert.deepEqual(
    plotly.spec.data.map((/** @type {any} */ trace) => trace.marker.color),
    look.CATEGORICAL.slice(0, 3),
  );
  assert.equal(plotly.spec.layout.template.layout.paper_bgcolor, look.GROUND);
  assert.match(plotly.spec.layout.template.layout.font.family, /^"Source Sans 3", system-ui/);
  const vega = await figureOf("import altair as alt\nalt.Chart(df).mark_bar().encode(x='name', y='y', color='name')");
  assert.deepEqual(vega.spec.config.range.category, look.CATEGORICAL);
  assert.equal(vega.spec.config.background, look.GROUND);
});

test("a program has the last word in each of them", async () => {
  const { svg } = await figureOf(
    "import matplotlib.pyplot as plt\nplt.style.use('ggplot')\nplt.plot([1, 2], color='#010203')\nplt.title('t', loc='center')",
  );
  assert.ok(svg.includes("#010203") && svg.includes("#e5e5e5"), "its colour, and the ground of the style it chose");
  const plotly = await figureOf("import plotly.express as px\npx.line(df, x='x', y='y', template='plotly_dark')");
  assert.equal(plotly.spec.layout.template.layout.paper_bgcolor, "rgb(17,17,17)");
  const vega = await figureOf(
    "import altair as alt\nalt.theme.enable('default')\nchart = alt.Chart(df).mark_bar().encode(x='name', y='y')\nchart",
  );
  assert.equal(vega.spec.config.range, undefined);
});

for (const [title, values, expected] of [
  ["small numbers are left alone", "[0, 2.5, 5]", ["0", "1", "5"]],
  ["years are no amounts", "[1900, 1950, 2000]", ["1900", "1980"]],
  ["thousands have their marks", "[0, 20000, 40000]", ["0", "20,000", "40,000"]],
  ["millions are millions, without a power above the axis", "[0, 1_000_000, 2_000_000]", ["0", "1.00M", "2.00M"]],
  ["below zero", "[-30000, 0]", ["−30,000", "0"]],
  ["a large number that hardly changes is written out", "[100_000.5, 100_000.7]", ["100,000.500", "100,000.700"]],
]) {
  test(`numbers at an axis: ${title}`, async () => {
    const program = `import matplotlib.pyplot as plt
fig, ax = plt.subplots()
ax.plot(${values})
fig.canvas.draw()
print([label.get_text() for label in ax.get_yticklabels()], ax.yaxis.get_offset_text().get_text())`;
    const { stdout, error } = await python.run(program);
    assert.equal(error, null, error?.traceback);
    const words = [...stdout.matchAll(/'([^']*)'/g)].map(([, word]) => word);
    for (const word of /** @type {string[]} */ (expected)) assert.ok(words.includes(word), `${word} in ${stdout}`);
    assert.match(stdout.trim(), /\]$/, "no offset");
  });
}

test("a program that asks for plain numbers, or for powers, gets them", async () => {
  const { stdout } = await python.run(`import matplotlib.pyplot as plt
for style in ("plain", "sci"):
    fig, ax = plt.subplots()
    ax.plot([0, 2_000_000])
    ax.ticklabel_format(axis="y", style=style, scilimits=(0, 0))
    fig.canvas.draw()
    print([label.get_text() for label in ax.get_yticklabels()][1:3], ax.yaxis.get_offset_text().get_text())`);
  assert.match(stdout, /'2,000,000'|'250,000'|'500,000'/);
  assert.match(stdout, /1e6/);
});

test("there is no label at half a year, or half a count, where there is none in the data", async () => {
  const { stdout, error } = await python.run(`import matplotlib.pyplot as plt
from sandplot import look_matplotlib
def labels(draw):
    fig, ax = plt.subplots()
    draw(ax)
    look_matplotlib.settle(fig)
    fig.canvas.draw()
    print(*[all("." not in label.get_text() for label in axis.get_ticklabels()) for axis in (ax.xaxis, ax.yaxis)])
labels(lambda ax: ax.plot([2001, 2004, 2010], [1.5, 2, 3]))
labels(lambda ax: ax.bar(["a", "b"], [1, 2]))
labels(lambda ax: ax.barh(["a", "b"], [1, 2]))
labels(lambda ax: ax.scatter([1, 2], [0.5, 1]))`);
  assert.equal(error, null, error?.traceback);
  assert.deepEqual(stdout.trim().split("\n"), ["True False", "True True", "True True", "True False"]);
});

test("the grid suits the marks and bars are parted, where the program says nothing of it, and only in the drawing", async () => {
  const { stdout, error } = await python.run(`import matplotlib.pyplot as plt
from sandplot import look_matplotlib
def grids(draw):
    fig, ax = plt.subplots()
    made = draw(ax)
    undo = look_matplotlib.settle(fig)
    seen = [tuple(int(axis._major_tick_kw["gridOn"]) for axis in (each.xaxis, each.yaxis)) for each in fig.axes]
    if undo: undo()
    after = [tuple(int(axis._major_tick_kw["gridOn"]) for axis in (each.xaxis, each.yaxis)) for each in fig.axes]
    plt.close(fig)
    print(seen, after)
grids(lambda ax: ax.bar(["a", "b"], [1, 2]))
grids(lambda ax: ax.barh(["a", "b"], [1, 2]))
grids(lambda ax: ax.imshow([[1, 2], [3, 4]]))
grids(lambda ax: ax.scatter([1, 2], [3, 4]))
grids(lambda ax: (ax.plot([1, 2]), ax.twinx().plot([3, 4])))
grids(lambda ax: (ax.grid(False), ax.barh(["a"], [1])))
fig, (left, right) = plt.subplots(1, 2)
# An earlier test may have chosen another style.
for panel in (left, right): panel.set_facecolor("white")
free, set_before = left.hist([1, 2, 2, 3])[2][0], right.bar(["a"], [1], edgecolor="red")[0]
undo = look_matplotlib.settle(fig)
print(free.get_edgecolor(), set_before.get_edgecolor())
undo()
print(free.get_edgecolor(), set_before.get_edgecolor())`);
  assert.equal(error, null, error?.traceback);
  assert.deepEqual(stdout.trim().split("\n"), [
    "[(0, 1)] [(0, 1)]",
    "[(1, 0)] [(0, 1)]",
    "[(0, 0)] [(0, 1)]",
    "[(1, 1)] [(0, 1)]",
    "[(0, 1), (0, 0)] [(0, 1), (0, 1)]",
    "[(0, 0)] [(0, 0)]",
    "(1.0, 1.0, 1.0, 1.0) (1.0, 0.0, 0.0, 1.0)",
    "(0.0, 0.0, 0.0, 0.0) (1.0, 0.0, 0.0, 1.0)",
  ]);
});

test("pandas' plots have the grid and the upright names of everybody's, unless the program says otherwise", async () => {
  const { stdout, error } = await python.run(`import matplotlib.pyplot as plt
import pandas as pd
from sandplot import look_matplotlib
table = pd.DataFrame({"v": [3, 5]}, index=["West", "North"])
def seen(**settings):
    ax = table.plot(**settings)
    look_matplotlib.settle(ax.figure)
    print(look_matplotlib.grid(ax), [label.get_rotation() for label in ax.get_xticklabels()][:1])
    plt.close(ax.figure)
seen(kind="bar")
seen(kind="barh")
seen()
seen(kind="bar", grid=False, rot=90)
seen(grid=True)
given = plt.subplots()[1]
given.grid(False)
seen(ax=given, kind="bar")`);
  assert.equal(error, null, error?.traceback);
  assert.deepEqual(stdout.trim().split("\n"), [
    "(False, True) [0.0]",
    "(True, False) [0.0]",
    "(False, True) [0.0]",
    "(False, False) [90.0]",
    "(True, True) [0.0]",
    "(False, False) [0.0]",
  ]);
});

test("a share on a dark wedge is written in the colour of the ground, and one of a colour of its own is left", async () => {
  const { stdout, error } = await python.run(`import matplotlib.pyplot as plt
from matplotlib.colors import to_hex
from sandplot import look_matplotlib
fig, (left, right) = plt.subplots(1, 2)
left.pie([1, 1], colors=["#1952af", "#f3d48c"], autopct="%d%%", textprops={"color": "#16212b"})
right.pie([1], colors=["#1952af"], autopct="%d%%", textprops={"color": "red"})
undo = look_matplotlib.settle(fig)
shares = [text for ax in (left, right) for text in ax.texts if "%" in text.get_text()]
print([to_hex(text.get_color()) for text in shares])
undo()
print([to_hex(text.get_color()) for text in shares])`);
  assert.equal(error, null, error?.traceback);
  assert.deepEqual(stdout.trim().split("\n"), [
    "['#ffffff', '#16212b', '#ff0000']",
    "['#16212b', '#16212b', '#ff0000']",
  ]);
});

test("a heat map of seaborn's has these colours, and the colour map that a program names", async () => {
  const { stdout, error } = await python.run(`import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.colors import to_hex
for settings in ({}, {"center": 0}, {"cmap": "rocket"}):
    print(to_hex(sns.heatmap([[1, 2], [3, 4]], ax=plt.subplots()[1], **settings).collections[0].get_cmap()(1.0)))`);
  assert.equal(error, null, error?.traceback);
  assert.deepEqual(stdout.trim().split("\n"), [look.DUNE.at(-1), look.TIDE.at(-1), "#faebdd"]);
});

for (const [what, program, expected] of /** @type {[string, string, object][]} */ ([
  ["few years", "px.line(x=[2010, 2011, 2012], y=[1, 3, 2])", { tickformat: "d", dtick: 1 }],
  ["many years", "px.line(x=list(range(1900, 2000)), y=list(range(100)))", { tickformat: "d" }],
  ["numbers with parts", "px.scatter(x=[1.5, 2], y=[1, 2])", {}],
  ["names", "px.bar(x=['a', 'b'], y=[1, 2])", {}],
  ["ticks of its own", "px.line(x=[2010, 2012], y=[1, 3]).update_xaxes(dtick=2)", { dtick: 2 }],
])) {
  test(`plotly's axis of whole numbers: ${what}`, async () => {
    const { spec } = await figureOf(`import plotly.express as px\n${program}`);
    const { tickformat, dtick } = spec.layout.xaxis;
    assert.deepEqual(JSON.parse(JSON.stringify({ tickformat, dtick })), expected);
  });
}
