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
  "money, percent, yes and no": [
    {
      "money.csv": 'item,price,share,active\nA,"$1,200.50",12%,yes\nB,"$2,300",55%,no\nC,($950),3.5%,yes\nD,,,\n',
    },
  ],
  "euros with decimal commas": [{ "a.csv": "Ort;Preis;Bar\nUlm;1.200,50 €;ja\nBonn;3,25 €;nein\n" }],
  "marked thousands": [{ "a.csv": 'a,b,c\n"1,234",1 234,1\'234.5\n"12,345,678",2 000,7\n' }],
  "plain numbers beside words": [{ "a.csv": "word,n\nx 100,1.5\ny 200,2\n" }],
  "codes with leading zeros": [{ "a.csv": "plz,n\n01067,1\n80331,2\n" }],
  "true and false with gaps": [{ "a.csv": "a,b\nTrue,true\n,false\nFalse,true\n" }],
  "dates in other orders": [
    {
      "a.csv": "a,b,c,day\n01.02.2024,02/01/2024,31 Jan 2024,20240131\n03.04.2024,12/31/2024,1 Feb 2024,20240201\n",
      "b.csv": "when,n\n01.02.2024 10:30,1\n,2\n",
    },
  ],
  "nested JSON in an envelope": [{ "n.json": '{"data": [{"a": 1, "b": {"c": 2}}, {"a": 2, "b": {"c": 5}}]}' }],
  "nested JSON": [{ "n.json": '[{"a": "$1", "b": {"c": {"d": "yes"}}}, {"a": "$2", "b": {"c": {"d": "no"}}}]' }],
  "JSON lines": [{ "n.jsonl": '{"a": 1, "b": {"c": "2024-01-31"}}\n{"a": 2, "b": {"c": "2024-02-29"}}\n' }],
  "JSON by columns": [{ "n.json": '{"a": [1, 2], "b": ["x", "y"]}' }],
  "JSON by rows": [{ "n.json": '[["a", "b"], [1, "x"], [2, "y"]]' }],
  "JSON by keys": [{ "n.json": '{"Ulm": {"n": 1}, "Bonn": {"n": 2}}' }],
  "several tables in one JSON": [{ "n.json": '{"nodes": [{"id": "a"}], "links": [{"from": "a", "to": "b"}]}' }],
  "columns that the person typed": [
    { "a.csv": "a,b,c\n1,$5,1\n2,n/a,0\n" },
    { a: { a: { type: "text" }, b: { type: "number" }, c: { type: "boolean" } } },
  ],
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
