// What leaves the tab for an explanation: no cell of a table, whatever stands on the figure.
import assert from "node:assert/strict";
import { test } from "node:test";
import "./english.mjs";
import { explainBody } from "../../static/app/explain-body.js";
import { outline } from "../../static/app/outline.js";

const PROGRAM = `import matplotlib.pyplot as plt
import seaborn as sns

# Ann is no text of the program
ax = sns.barplot(df, x="who", y="pay")
ax.set_title('Pay of\\n each person')
ax.set_ylabel(f"pay of {df.who[0]}")
plt.show()
`;
const PROFILE = {
  tables: [
    {
      name: "staff",
      file: "staff.csv",
      columns: [
        { name: "who", type: /** @type {const} */ ("text") },
        { name: "pay", type: /** @type {const} */ ("number") },
        { name: "team", type: /** @type {const} */ ("text"), top: ["red"] },
      ],
    },
  ],
};
const FIGURE = {
  kind: /** @type {const} */ ("svg"),
  svg: "<svg/>",
  png: null,
  width: 1,
  height: 1,
  tables: [{ title: "", columns: ["who", "pay"], rows: [["Ann", "41000"]], totalRows: 1 }],
  facts: {
    library: "matplotlib",
    kind: "bar",
    title: "Pay of each person",
    points: 2,
    series: ["Ann", "red", "who"],
    axes: [
      {
        title: "Ann",
        xLabel: "who",
        yLabel: "pay of Ann",
        xScale: "linear",
        yScale: "log",
        kinds: ["bar"],
        series: ["Ann"],
      },
      { xLabel: "Sum of pay", yLabel: "mean of Ann" },
    ],
    trends: [
      {
        series: "Ann",
        kind: "bar",
        first: { x: "Ann", y: 41000 },
        last: { x: "Ann", y: 41000 },
        low: { x: "Ann", y: 41000 },
        high: { x: "Ann", y: 41000 },
      },
    ],
  },
};
const ALL = {
  figure: FIGURE,
  selection: "",
  program: PROGRAM,
  profile: PROFILE,
  privacy: /** @type {const} */ ("statistics"),
  model: null,
};

test("of a figure go kinds, scales, counts, and words that the server has been told", () => {
  assert.deepEqual(explainBody(ALL), {
    facts: {
      library: "matplotlib",
      kind: "bar",
      title: "Pay of each person",
      points: 2,
      series: ["red", "who"],
      panels: [{ xLabel: "who", xScale: "linear", yScale: "log", kinds: ["bar"] }, { xLabel: "Sum of pay" }],
    },
    profile: PROFILE,
  });
  assert.doesNotMatch(JSON.stringify(explainBody(ALL)), /Ann|41000/);
});

test("counts stay where only names are told, and a profile that is not there is not sent", () => {
  const { facts, profile } = explainBody({ ...ALL, privacy: "names", profile: null });
  assert.deepEqual([facts?.points, facts?.series, profile], [undefined, ["who"], undefined]);
});

test("of a program its selection and the chosen model go", () => {
  assert.deepEqual(explainBody({ ...ALL, figure: null, selection: "plt.show()", model: "a:b" }), {
    selection: "plt.show()",
    profile: PROFILE,
    model: "a:b",
  });
  assert.deepEqual(explainBody({ ...ALL, figure: null, profile: null }), {});
});

test("without a model a program is described by what stands in it", () => {
  const profile = { tables: [{ ...PROFILE.tables[0], fingerprint: "", rows: 2 }] };
  const words = outline(PROGRAM, /** @type {any} */ (profile), null);
  assert.equal(
    words,
    "Read off the program itself: 6 lines, with matplotlib and seaborn.\n\nOf your tables it names the columns who and pay.",
  );
  const signs = { tables: [{ columns: [{ name: "who" }, { name: "Co-ed (9 %)" }, { name: "unit price" }] }] };
  assert.match(
    outline("df['Co-ed (9 %)'] + df.who", /** @type {any} */ (signs), null),
    /columns who and Co-ed \(9 %\)\.$/,
  );
  assert.equal(outline("", null, null), "");
  assert.match(outline(PROGRAM, null, FIGURE), /^Bar chart: Pay of each person\./);
});
