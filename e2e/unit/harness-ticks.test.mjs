// Placing ticks once for each look changes nothing of what is drawn, and saves most of the questions.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { startPyodide } from "./pyodide.mjs";

/** @type {Awaited<ReturnType<typeof startPyodide>>} */
let python;
before(async () => {
  python = await startPyodide(["seaborn"]);
  assert.ok(python.load({ "data.csv": "day,kind,x\n2024-01-01,a,1\n2024-02-01,b,20000\n2024-03-05,c,300000\n" }).ok);
});

const START = "import matplotlib.pyplot as plt\nimport numpy as np\nimport pandas as pd\n";

/** Figures whose ticks are placed by something else than the plainest way. */
const FIGURES = {
  "a line": "plt.plot([1, 3, 2])",
  "an empty figure with axes": "plt.subplots()",
  "large numbers with an offset": "plt.plot([1_000_001, 1_000_003])",
  "a logarithmic axis": "plt.loglog([1, 10, 1000], [3, 200, 5000])\nplt.minorticks_on()",
  "dates, which change their words": "plt.plot(pd.date_range('2024-01-01', periods=400), range(400))",
  "names that run together and are turned": "plt.bar([f'a rather long name {n}' for n in range(14)], range(14))",
  "more names than lines": "plt.figure(figsize=(5, 3))\nplt.barh([f'name {n}' for n in range(120)], range(120))",
  "midnights that are dropped":
    "ax = df.set_index('day')['x'].plot.bar()\nax.set_xticklabels([f'2024-0{n}-01 00:00:00' for n in (1, 2, 3)])",
  "panels that share their axes":
    "fig, axes = plt.subplots(2, 2, sharex=True, sharey=True)\naxes[0, 0].plot([1, 2], [5, 900])",
  "panels that stand in one another":
    "fig, axes = plt.subplots(3, 3)\nfor ax in axes.flat:\n    ax.set_xlabel('a label')\n    ax.set_title('title')",
  "two scales": "fig, ax = plt.subplots()\nax.plot([1, 2])\nax.twinx().plot([100, 300])",
  "a second axis with its own unit":
    "fig, ax = plt.subplots()\nax.plot([1, 2])\nax.secondary_xaxis('top', functions=(lambda v: v * 3, lambda v: v / 3))",
  "a colour bar": "plt.imshow(np.arange(12).reshape(3, 4))\nplt.colorbar()",
  "equal scales": "plt.plot([1, 9], [1, 3])\nplt.gca().set_aspect('equal')",
  "a layout engine": "fig, axes = plt.subplots(1, 2, layout='constrained')\naxes[0].set_ylabel('a label')",
  "polar axes": "plt.subplot(projection='polar').plot([0, 1, 2], [1, 2, 3])",
  "three dimensions": "plt.figure().add_subplot(projection='3d').plot([1, 2], [3, 4], [5, 6])",
  "ticks of the program's own": "plt.plot([1, 3, 2])\nplt.xticks([0, 1, 2], ['p', 'q', 'r'], rotation=30)",
  seaborn: "import seaborn as sns\nsns.barplot(df, x='kind', y='x')",
};

/** @param {string} program @param {boolean} once */
async function drawn(program, once) {
  // Identifiers within an SVG are made of this.
  const salt = "import matplotlib\nmatplotlib.rcParams['svg.hashsalt'] = 'x'\n";
  const asEver = [
    "import contextlib",
    "from sandplot import capture_matplotlib as capture",
    "class AsEver:",
    "    placed_once = staticmethod(contextlib.nullcontext)",
    "capture.ticks = AsEver",
    "",
  ].join("\n");
  const back = "from sandplot import capture_matplotlib as capture, ticks\ncapture.ticks = ticks\n";
  const { figures, error } = await python.run((once ? back : asEver) + START + salt + program);
  assert.equal(error, null, error?.traceback);
  return figures.map(({ svg, facts, width, height }) => ({ svg, facts, width, height }));
}

for (const [what, program] of Object.entries(FIGURES)) {
  test(`${what}: drawn as if ticks were placed each time`, async () => {
    const expected = await drawn(program, false);
    assert.ok(
      expected.length > 0 && expected.every(({ svg }) => svg?.includes("<svg")),
      "there is a figure to compare",
    );
    assert.deepEqual(await drawn(program, true), expected);
  });
}

test("a plain chart has its ticks placed once for each density, and the axis is as it was afterwards", async () => {
  const { stdout, error } = await python.run(
    [
      START,
      "from matplotlib.axis import Axis",
      "from sandplot import capture_matplotlib as capture, gallery, ticks",
      "capture.ticks = ticks",
      "placed = Axis._update_ticks",
      "asked = []",
      "Axis._update_ticks = counted = lambda axis: asked.append(axis) or placed(axis)",
      "class Sink:",
      "    add = staticmethod(lambda kind, part: 0)",
      "capture.draw(plt.figure(), Sink, gallery.Gallery(Sink))",
      "figure, axes = plt.subplots()",
      "axes.plot([1, 3, 2])",
      "capture.draw(figure, Sink, gallery.Gallery(Sink))",
      "print(len(asked), Axis._update_ticks is counted)",
      "Axis._update_ticks = placed",
    ].join("\n"),
  );
  assert.equal(error, null, error?.traceback);
  // Two axes, measured at one density and drawn at another.
  assert.match(stdout, /^4 True/);
});

test("what is there at the start is not looked through again by a collection", async () => {
  const { stdout } = await python.run("import gc\nprint(gc.get_freeze_count() > 50_000)");
  assert.match(stdout, /True/);
});
