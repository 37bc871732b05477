/**
 * What is seen to be wrong with a figure once it is drawn, what of that is mended without anybody being asked, and that a good
 * figure is left as it is.
 */

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { startPyodide } from "./pyodide.mjs";

/** @type {Awaited<ReturnType<typeof startPyodide>>} */
let python;
before(async () => {
  python = await startPyodide(["seaborn", "scipy"]);
  const rows = Array.from(
    { length: 60 },
    (_, i) => `2024-${1 + (i % 12)}-01,${"abc"[i % 3]},${(i * 7) % 11},name ${i}`,
  );
  assert.ok(python.load({ "data.csv": `day,kind,amount,name\n${rows.join("\n")}\n` }).ok);
});

const START = "import matplotlib.pyplot as plt\nimport numpy as np\nimport pandas as pd\n";

async function draw(/** @type {string} */ program) {
  const result = await python.run(START + program);
  assert.equal(result.error, null, result.error?.traceback);
  return result.figures[0];
}

const faulty = {
  "a legend without names over several lines": ["plt.plot([1, 2, 3])\nplt.plot([3, 2, 1])\nplt.legend()", ["legend"]],
  "a legend that says the same of every bar": [
    'for i in range(5):\n    plt.bar(i, i + 1, label="amount")\nplt.legend()',
    ["legend"],
  ],
  "shares of a pie that stand in one another": [
    "values = [900, 1, 1, 1, 1, 1]\nplt.pie(values, labels=[f'category {i}' for i in range(6)], autopct='%.1f%%')",
    ["wedges"],
  ],
  "values over bars that are too narrow for them": [
    "plt.bar_label(plt.bar(range(40), [123456.78] * 40), fmt='%.2f')",
    ["values"],
  ],
  "titles that run into the next panel": [
    "_, panels = plt.subplots(1, 4)\nfor ax in panels:\n    ax.plot([1, 2])\n    ax.set_title('A long title of a narrow panel')",
    ["panels"],
  ],
};
for (const [what, [program, faults]] of Object.entries(faulty)) {
  test(`found: ${what}`, async () => {
    assert.deepEqual((await draw(String(program))).facts.faults, faults);
  });
}

const sound = {
  "lines with a legend": 'plt.plot([1, 2, 3], label="a")\nplt.plot([3, 2, 1], label="b")\nplt.legend()',
  "numbered series": "pd.DataFrame(np.arange(20).reshape(10, 2)).plot()",
  "a legend of one series and its mean": 'plt.plot([1, 2, 3], label="a")\nplt.axhline(2, color="red")\nplt.legend()',
  "many names beside bars": 'df.set_index("name")["amount"].plot.barh()',
  "many names below bars": 'df.set_index("name")["amount"].plot.bar()',
  "many names below bars, slanted by the program": 'df.set_index("name")["amount"].plot.bar(rot=45)',
  "a grid of panels without any layout":
    '_, panels = plt.subplots(2, 2)\nfor ax in panels.flat:\n    ax.plot([1, 2])\n    ax.set(title="Title", xlabel="x", ylabel="A label")',
  "two axes over one another":
    'fig, ax = plt.subplots()\nax.plot([1, 2], label="a")\nax.twinx().plot([100, 2], color="red")\nax.legend()',
  "an inset": "fig, ax = plt.subplots()\nax.plot([1, 2])\nax.inset_axes([0.1, 0.6, 0.3, 0.3]).plot([2, 1])",
  "bars with values": 'bars = plt.bar(["a", "b", "c"], [1, 22, 333])\nplt.bar_label(bars)',
  "a pie": "plt.pie([3, 2, 1], labels=['first', 'second', 'third'], autopct='%.0f%%')",
  "points with names": "plt.scatter([1, 1, 1], [1, 1, 1])\nfor i in range(3):\n    plt.annotate('name', (1, 1))",
  "a heat map": "import seaborn as sns\nsns.heatmap(np.arange(36).reshape(6, 6), annot=True)",
  "a box plot by kind": 'import seaborn as sns\nsns.boxplot(df, x="kind", y="amount", hue="kind")',
  "bars of seaborn": 'import seaborn as sns\nsns.barplot(df, x="kind", y="amount")\nplt.legend()',
  "panels of seaborn": 'import seaborn as sns\nsns.catplot(df, x="kind", y="amount", col="kind", kind="bar")',
  dates: 'df.groupby("day")["amount"].sum().plot()',
  "dates of matplotlib": 'plt.plot(sorted(df["day"]), range(60))',
  "a logarithmic axis": "plt.loglog(np.arange(1, 1000), np.arange(1, 1000) ** 2)",
  "a polar chart": "plt.subplot(projection='polar').plot([1, 2, 3])",
  "a colour bar": "plt.colorbar(plt.scatter([1, 2, 3], [1, 2, 3], c=[1, 2, 3]))",
  "a long title": 'plt.plot([1, 2])\nplt.title("word " * 60)',
};
for (const [what, program] of Object.entries(sound)) {
  test(`nothing wrong with ${what}`, async () => {
    assert.deepEqual((await draw(program)).facts.faults, []);
  });
}

test("a legend of nothing is left out of a chart of one series", async () => {
  const bare = (await draw("plt.plot([1, 2, 3])")).svg;
  const same = async (/** @type {string} */ program) => (await draw(program)).svg.length - bare.length;
  assert.equal(await same("plt.plot([1, 2, 3])\nplt.legend()"), 0);
  assert.equal(await same("plt.plot([1, 2, 3], label='None')\nplt.legend()"), 0);
  assert.ok((await same("plt.plot([1, 2, 3], label='amount')\nplt.legend()")) > 500);
});

test("the title over several panels stands above theirs, and is where it was for the program", async () => {
  const { stdout, error } = await python.run(`import matplotlib.pyplot as plt
from sandplot import faults, layout
fig, axes = plt.subplots(1, 3)
for ax in axes: ax.set_title("Dream", loc="left")
title = fig.suptitle("Bills on each island")
fig.draw_without_rendering()
before = title.get_position()
def stands_in(): return any(faults.is_covered(faults.box(title), faults.box(text)) for ax in axes for text in faults.words(ax))
print(stands_in())
undo = layout.untangle(fig)
print(stands_in())
undo()
print(title.get_position() == before)`);
  assert.equal(error, null, error?.traceback);
  assert.deepEqual(stdout.trim().split("\n"), ["True", "False", "True"]);
});

test("a chart with many names beside it becomes higher, and is as before for the program", async () => {
  const few = await draw('df.head(8).set_index("name")["amount"].plot.barh()');
  const many = await draw('df.set_index("name")["amount"].plot.barh()');
  assert.ok(many.height > 1.5 * few.height && many.height < 3.2 * few.height, `${few.height}, ${many.height}`);
  assert.ok(Math.abs(many.width - few.width) < 20);
  const { stdout } = await python.run(
    `${START}fig, ax = plt.subplots()\nax.barh(df["name"], df["amount"])\nfig.savefig("a.png")\nfig.clear()\nprint(fig.get_size_inches())`,
  );
  assert.match(stdout, /7\.2 4\.6/);
});
