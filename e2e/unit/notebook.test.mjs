// The notebook's cell opens files as Sandplot opened them: run in Python, beside the tables that the harness read.
import assert from "node:assert/strict";
import fs from "node:fs";
import { before, test } from "node:test";
import "./english.mjs";
import { makeNotebook } from "../../static/app/notebook.js";
import { startPyodide } from "./pyodide.mjs";

/** @type {Awaited<ReturnType<typeof startPyodide>>} */
let python;
before(async () => {
  python = await startPyodide(["openpyxl"]);
});

const latin = (/** @type {string} */ text) => new Uint8Array(Buffer.from(text, "latin1"));
const sample = (/** @type {string} */ name) =>
  new Uint8Array(fs.readFileSync(new URL(`../../static/samples/${name}`, import.meta.url)));

/** @type {Record<string, [Record<string, string | Uint8Array>, Record<string, Record<string, object>>?]>} */
const FILES = {
  "every sample": [
    Object.fromEntries(
      ["electricity.csv", "gapminder.csv", "penguins.csv", "weather.csv"].map((name) => [name, sample(name)]),
    ),
  ],
  "semicolons and decimal commas": [{ "werte.csv": "Ort;Preis\nUlm;1,5\nBonn;2.000,25\n" }],
  "Latin letters": [{ "städte.csv": latin("name,n\nKöln,1\nZürich,2\n") }],
  tabs: [{ "a.tsv": "a\tb\n1\t2\n" }],
  dates: [{ "a.csv": "day,n\n2024-01-31,1\n2024-02-29,2\n" }],
  "a comment above the header": [{ "a.csv": "# made by hand\na,b\n1,2\n" }],
  "names that are hard to write": [{ 'it\'s "a" name.csv': 'a,"b ""c"""\n1,2\n' }],
  "two tables": [{ "a.csv": "x\n1\n2\n", "b.json": '[{"u": 1, "v": "w"}]' }],
  "columns renamed and left out": [{ "a.csv": "a,b,c\n1,2,3\n" }, { a: { a: { name: "first" }, b: { omit: true } } }],
};
for (const [what, [files, edits]] of Object.entries(FILES)) {
  test(`a notebook opens ${what}`, async () => {
    const { profile, previews } = python.load(files, edits);
    const tables = profile.tables.map((/** @type {any} */ table, /** @type {number} */ at) => {
      const content = files[table.file];
      const head = typeof content === "string" ? new TextEncoder().encode(content) : (content ?? null);
      return { table, preview: previews[at], head };
    });
    const notebook = JSON.parse(makeNotebook({ question: "", address: "", program: "", packages: [], tables }));
    const cell = notebook.cells.find((/** @type {{id: string}} */ { id }) => id === "data").source;
    const { error, stdout, value } = await python.run(
      `read, first = dict(tables), df\n${cell}\nimport pandas as pd\nfor name in read:\n    pd.testing.assert_frame_equal(read[name], tables[name], check_dtype=False)\npd.testing.assert_frame_equal(first, df, check_dtype=False)\nlen(tables) == len(read)`,
    );
    assert.equal(error, null, `${error?.traceback}\n${cell}`);
    assert.equal(stdout, "");
    assert.equal(value, "True");
  });
}

test("another file of that name is told", async () => {
  const { profile, previews } = python.load({ "a.csv": "x,y\n1,2\n" });
  const tables = [{ table: profile.tables[0], preview: previews[0], head: null }];
  const { cells } = JSON.parse(makeNotebook({ question: "", address: "", program: "", packages: [], tables }));
  python.load({ "a.csv": "x,z\n1,2\n2,3\n" });
  const { stdout } = await python.run(cells[1].source);
  assert.match(stdout, /a is not as it was: 2 rows for 1/);
});
