/**
 * Columns that a program names and its tables lack, found before it runs: only where the program would fail for certain, and put
 * right only where there is no doubt what was meant.
 */

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { startPyodide } from "./pyodide.mjs";

/** @type {Awaited<ReturnType<typeof startPyodide>>} */
let python;
before(async () => {
  python = await startPyodide(["seaborn", "plotly"]);
  const loaded = python.load({
    "orders.csv": "Day,country,Unit Price\n2024-01-01,EU,1.5\n2024-01-02,US,2\n2024-01-03,EU,4\n",
    "people.csv": "name,age\nAnn,30\nBo,40\n",
  });
  assert.ok(loaded.ok);
});

const found = {
  "a subscript": ['print("ran")\ndf["Country"]', ["Country"]],
  "several at once, each with its line": ['print("ran")\ndf["Country"].unique()\ndf["day"].min()', ["Country", "day"]],
  "a list": ['df[["country", "unit_price"]].head()', ["unit_price"]],
  "another table": ['people = tables["people"]\npeople["Age"].mean()', ["Age"]],
  "a column of the other table": ['df["age"]', ["age"]],
  "groups and what is taken of them": ['df.groupby("Country")["unit_price"].sum()', ["Country", "unit_price"]],
  "after a filter and a copy": ['d = df[df["country"] == "EU"].copy()\nd["price"]', ["price"]],
  "after a column was added": ['df["new"] = 1\ndf["new"] + df["old"]', ["old"]],
  seaborn: ['import seaborn as sns\nsns.barplot(data=df, x="country", y="unit_price")', ["unit_price"]],
  "plotly express": ['import plotly.express as px\npx.bar(df, x="Country", y="Unit Price")', ["Country"]],
  "pandas' own charts": ['df.plot.scatter(x="Day", y="price")', ["price"]],
  "a pivot": ['df.pivot_table(index="Day", columns="Country", values="Unit Price")', ["Country"]],
};
for (const [what, [program, names]] of Object.entries(found)) {
  test(`found before the run: ${what}`, async () => {
    const { error, stdout } = await python.run(String(program));
    assert.equal(error?.type, "KeyError");
    assert.match(error.traceback, /seen before the run/);
    const told = [...error.traceback.matchAll(/'([^']+)' \(line \d+\)/g)].map(([, name]) => name);
    assert.deepEqual(told, names);
    assert.equal(stdout, "");
    assert.equal(error.line, Number(/\(line (\d+)\)/.exec(error.traceback)?.[1]));
  });
}

const fine = [
  'df["Total"] = df["Unit Price"] * 2\ndf["Total"].sum()',
  'df = df.rename(columns={"country": "Country"})\ndf["Country"].unique()',
  'df.columns = [name.lower() for name in df.columns]\ndf["day"].min()',
  'd = df\nd["Total"] = 1\ndf["Total"].sum()',
  'def add(frame):\n    frame["Total"] = 1\nadd(df)\ndf["Total"].sum()',
  'def add():\n    df["Total"] = 1\nadd()\ndf["Total"].sum()',
  'for frame in [df]:\n    frame["Total"] = 1\ndf["Total"].sum()',
  'frames = [df]\nframes[0]["Total"] = 1\ndf["Total"].sum()',
  'if "Country" in df.columns:\n    df["Country"]',
  'column = "Country" if "Country" in df else "country"\ndf[column]',
  '"Country" in df.columns and df["Country"].sum()',
  'try:\n    df["Country"]\nexcept KeyError:\n    print("none")',
  'try:\n    x = df["Country"]\nexcept KeyError:\n    df["Country"] = 1\ndf["Country"].sum()',
  'x = lambda: df["Country"]\n1',
  '[df["Country"] for _ in []]',
  'df.insert(0, "Total", 1)\ndf["Total"].sum()',
  'df.eval("Total = 2 * age", inplace=True) if False else None\ntables["people"].eval("twice = 2 * age", inplace=True)\ntables["people"]["twice"].sum()',
  'd = df.assign(Total=1)\nd["Total"].sum()',
  'd = df.groupby("country")["Unit Price"].agg(Total="sum").reset_index()\nd["Total"].sum()',
  'd = df.merge(tables["people"], how="cross")\nd["age"].sum()',
  'd = df.melt(id_vars="Day", var_name="Kind")\nd["Kind"].unique()',
  'tables["orders"]["Total"] = 1\ndf["Total"].sum()',
  'import pandas as pd\ndf = pd.DataFrame({"Country": ["a"]})\ndf["Country"].unique()',
  'df, other = tables["people"], df\ndf["age"].sum()',
  'import sys\nprint("over")\nsys.exit()\ndf["Country"]',
  'for df in tables.values():\n    pass\ndf["age"].sum()',
  'with open("x.txt", "w") as f:\n    df["Total"] = 1\ndf["Total"].sum()',
  'df.loc[:, "Total"] = 1\ndf["Total"].sum()',
  'import plotly.express as px\npx.line(df, x="Day", y=["Unit Price"], color="variable")',
  'df.index.name = "row"\ndf.sort_values("row")["Day"].min()',
  'd = df.set_index("country")\nd.groupby("country")["Unit Price"].sum()',
  "d = df.pipe(lambda frame: frame)\nsum(len(table) for table in tables.values())",
];
for (const program of fine) {
  test(`nothing is said of ${JSON.stringify(program)}`, async () => {
    const { error } = await python.run(program);
    assert.equal(error, null, error?.traceback);
  });
}

test("a name that is one column's but for case, blanks and signs is put right wherever it stands for a column", async () => {
  const program =
    'é = 1; total = df.groupby("Country")["unit_price"].sum()\nfor x in []:\n    df["Country"]\nprint("Country")\n"🎈", df["Country"]';
  const { error } = await python.run(program);
  const lines = program.split("\n");
  assert.equal(error.fixes.length, 4);
  for (const { line, start, end, from, to } of error.fixes) {
    assert.equal(lines[line - 1]?.slice(start, end), `"${from}"`);
    assert.equal(to, { Country: "country", unit_price: "Unit Price" }[String(from)]);
  }
});

test("what is not certain is left to the model", async () => {
  for (const program of [
    'df["price"]', // close, but another name
    'd = df["Country"].value_counts().rename("Country")', // given away by the program itself
    'df["Country"].agg(Country="sum")',
    'df["Country"], df["price"]', // one of two
  ]) {
    const { error } = await python.run(program);
    assert.deepEqual([error.type, error.fixes], ["KeyError", []], program);
  }
});

test("a traceback has the types of the columns that the program names, and of no others", async () => {
  const { error } = await python.run('x = df["Unit Price"].mean()\ny = tables["people"].age.max()\n1 / 0');
  for (const text of [error.traceback, error.told]) {
    assert.match(text, /types are: 'Unit Price' float64 \(table 'orders'\), 'age' int64 \(table 'people'\)\.$/);
  }
});
