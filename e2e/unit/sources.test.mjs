// Which of the open files a chart is said to be drawn from.
import assert from "node:assert/strict";
import { test } from "node:test";
import { filesUsed } from "../../static/app/sources.js";

const TABLES = /** @type {any[]} */ ([
  { name: "penguins", file: "penguins.csv" },
  { name: "weather", file: "weather.csv" },
  { name: "north", file: "sales.xlsx" },
]);

/** @type {[string, string[], string][]} */
const PROGRAMS = [
  ["numbers of its own", [], "import matplotlib.pyplot as plt\nplt.plot([1, 2])\n"],
  ["df", ["penguins.csv"], "df.plot()"],
  ["df in a text that is formatted", ["penguins.csv"], 'plt.title(f"{len(df)} birds")'],
  ["df changed", ["penguins.csv"], "df = df.dropna()\ndf.plot()"],
  ["a df of its own", [], 'df = pd.DataFrame({"a": [1]})\ndf.plot()'],
  ["a df of its own, over several lines", [], "df = pd.DataFrame(\n    [1],\n)\ndf.plot()"],
  ["a function that takes one", [], "def draw(df):\n    return df.plot()\ndraw(pd.DataFrame([1]))"],
  ["another thing of that name", [], "stats.t(df=3)\nprint(result.df)  # df"],
  ["df in words", [], 'plt.title("the df")'],
  ["a table by its name", ["weather.csv"], 'tables["weather"].plot()'],
  ["a table made df", ["weather.csv"], "df = tables['weather']\ndf.plot()"],
  ["a join", ["penguins.csv", "weather.csv"], 'df.merge(tables["weather"]).plot()'],
  ["a sheet", ["sales.xlsx"], "tables.get('north').plot()"],
  ["all of them", ["penguins.csv", "weather.csv", "sales.xlsx"], "pd.concat(tables.values()).plot()"],
  ["a dict of its own", [], 'tables = {"penguins": 1}\nprint(tables)'],
  ["a file by its name", ["sales.xlsx"], "df = pd.read_excel('data/sales.xlsx')\ndf.plot()"],
];
for (const [what, files, program] of PROGRAMS) {
  test(`sources: ${what}`, () => assert.deepEqual([...filesUsed(program, TABLES)], files));
}

test("sources: nothing is open", () => assert.equal(filesUsed("df.plot()", []).size, 0));
