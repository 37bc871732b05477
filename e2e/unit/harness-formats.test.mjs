/**
 * What else than text tables is read, what a column is taken for, what the person may change about it, and how a later interpreter
 * finds it: with files made here. Files of other people are in real-files.test.mjs.
 */

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { filesOf } from "./packaged.mjs";
import { startPyodide } from "./pyodide.mjs";

/** @type {Awaited<ReturnType<typeof startPyodide>>} */
let python;
before(async () => {
  python = await startPyodide(["openpyxl"]);
});

/** @param {any} loaded */
function shapes(loaded) {
  assert.ok(loaded.ok, loaded.message);
  return loaded.profile.tables.map((/** @type {any} */ table) => [
    table.name,
    table.rows,
    table.columns.map((/** @type {any} */ { name, type, role, unit }) =>
      [name, type, role, unit].filter(Boolean).join(":"),
    ),
  ]);
}

/** A file that Python writes, as bytes. @param {string} name @param {string} program which writes to `path` */
function made(name, program) {
  python.pyodide.runPython(`path = "/tmp/${name}"\n${program}`);
  return python.pyodide.FS.readFile(`/tmp/${name}`);
}

test("a SQLite file: each table and view is a table", () => {
  const bytes = made(
    "shop.db",
    `import sqlite3
c = sqlite3.connect(path)
c.executescript("create table orders(id integer, day text, total real); insert into orders values (1, '2024-01-31', 2.5), (2, '2024-02-01', null);"
  "create table \\"odd \\"\\"name\\"(x); insert into \\"odd \\"\\"name\\" values ('a'); create view totals as select sum(total) as all_of_it from orders")
c.commit(); c.close()`,
  );
  assert.deepEqual(shapes(python.load({ "shop.db": bytes })), [
    ["shop_orders", 2, ["id:integer:identifier", "day:date", "total:number"]],
    ["shop_odd_name", 1, ["x:text"]],
    ["shop_totals", 1, ["all_of_it:number"]],
  ]);
});

test("a view that does not end is refused in words", () => {
  const bytes = made(
    "endless.db",
    `import sqlite3
c = sqlite3.connect(path)
c.execute("create view v as with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) as n from n")
c.commit(); c.close()`,
  );
  assert.match(python.load({ "endless.db": bytes }).message, /does not come to an end.*\.$/);
});

test("Parquet files that pandas wrote: numbers, texts, dates", async () => {
  for (const { name, bytes } of await filesOf("pyarrow", /data\/parquet\/v0\.7\.1\.parquet$/)) {
    const loaded = await python.loadAny({ [name]: bytes });
    const [table] = loaded.profile.tables;
    assert.equal(table.rows, 10);
    assert.deepEqual(
      table.columns.slice(0, 4).map((/** @type {any} */ column) => `${column.name}:${column.type}`),
      ["carat:number", "cut:text", "color:text", "clarity:text"],
    );
    const price = table.columns.find((/** @type {any} */ column) => column.name === "price");
    assert.equal(price.type, "integer");
  }
  const broken = await python.loadAny({ "x.parquet": Buffer.from("PAR1 and nothing that follows it PAR1") });
  assert.match(broken.message, /cannot be read as Parquet.*\.$/);
});

test("a table of a web page, with merged cells and markup", () => {
  const page = `<html><body><p>no</p><table><tr><th rowspan=2>Land</th><th colspan=2>Sales</th></tr><tr><th>2023</th><th>2024</th></tr>
    <tr><td>K&ouml;ln <b>am</b> Rhein<script>evil()</script></td><td>1,234</td><td>2,000</td></tr><tr><td>Bonn</td><td>12</td><td>7</td></tr></table></body></html>`;
  const loaded = python.load({ "pasted.html": page });
  assert.equal(loaded.ok, true);
  assert.deepEqual(loaded.previews[0].rows.at(-2), ["Köln am Rhein", "1,234", "2,000"]);
  assert.equal(python.load({ "pasted.html": "<table><tr><td>a</td></tr></table>" }).ok, false);
});

test("a workbook: a title above, merged headers, dates, an empty sheet", () => {
  const bytes = made(
    "report.xlsx",
    `import openpyxl, datetime
b = openpyxl.Workbook(); s = b.active; s.title = "Report"
s.append(["Sales of the year"]); s.append([])
s.append(["Day", "North", None, "South", None]); s.append([None, "units", "revenue", "units", "revenue"])
s.merge_cells("B3:C3"); s.merge_cells("D3:E3"); s.merge_cells("A3:A4")
for i in range(5): s.append([datetime.date(2024, 1, i + 1), i, i * 1.5, i + 1, "=B5*2"])
b.create_sheet("Nothing"); b.save(path)`,
  );
  assert.deepEqual(shapes(python.load({ "report.xlsx": bytes })), [
    [
      "report",
      5,
      ["Day:date", "North units:integer", "North revenue:number", "South units:integer", "South revenue:empty"],
    ],
  ]);
});

test("JSON: lists side by side are tables, and a service's records are found among the rest", () => {
  assert.deepEqual(shapes(python.load({ "graph.json": '{"nodes":[{"n":"a"}],"links":[{"from":0,"to":1}]}' })), [
    ["graph_nodes", 1, ["n:text"]],
    ["graph_links", 1, ["from:integer", "to:integer"]],
  ]);
  assert.deepEqual(shapes(python.load({ "a.json": '{"fields":[{"f":1}],"features":[{"p":{"x":1}},{"p":{"x":2}}]}' })), [
    ["a", 2, ["p.x:integer"]],
  ]);
});

const columns = {
  '"$1,234.50"|"-$3"': "number:$",
  "12%|7.5%": "number:%",
  '"1.234,50 €"|"7,00 €"': "number:€",
  "EUR 5|EUR 6": "integer:EUR",
  "(5 USD)|7 USD": "integer:USD",
  "$5|€6": "text",
  "1 234 567|12": "integer",
  "1'234.5|12": "number",
  "yes|no|yes": "boolean",
  "Ja|nein|": "boolean",
  "y|N|y": "boolean",
  "no|no|no": "text:category",
  "no|se|yes": "text",
  "TRUE|FALSE": "boolean",
  "01067|80331": "text:identifier",
  "2010/01/01 00:00|2010/01/01 01:00": "date",
  "Jan 1 2000|Feb 1 2000": "date",
  "9/17/2014 4:05 PM|9/18/2014 11:00 AM": "date",
};
for (const [values, type] of Object.entries(columns)) {
  test(`${values} is ${type}`, () => {
    const [[, , [first]]] = shapes(python.load({ "x.csv": `v,n\n${values.split("|").join(",1\n")},1\n` }));
    assert.equal(first.replace(/^v:/, ""), type);
  });
}

test("a header that is missing, spaces between columns, a preamble of another width", () => {
  assert.deepEqual(shapes(python.load({ "n.csv": "1.5,2,x\n2.5,3,y\n3.5,4,z\n4.5,4,z\n" }))[0][2], [
    "column_1:number",
    "column_2:integer",
    "column_3:text",
  ]);
  assert.deepEqual(shapes(python.load({ "y.csv": "land,2001,2002\na,1,2\nb,3,4\nc,5,6\n" }))[0][2][1], "2001:integer");
  assert.deepEqual(shapes(python.load({ "s.csv": "Chins Situps Jumps\n5 162 60\n2 110 60\n" }))[0][2].length, 3);
  assert.deepEqual(
    shapes(
      python.load({ "p.csv": "Series Id: X\n\nnot adjusted\n\nid,year,value,\na,1959,5\na,1960,6\na,1961,7\n" }),
    )[0][2],
    ["id:text:identifier", "year:integer", "value:integer", "Unnamed: 3:empty"],
  );
});

test("what the person says about a column holds, can be taken back, and counts what it costs", async () => {
  python.load({ "x.csv": "a,b,c\n1,x,2024\n2,oops,2023\n3,7,2022\n" });
  const edits = { x: { a: { name: "revenue", type: "text" }, b: { type: "number" }, c: { omit: true } } };
  const adjusted = python.adjust(edits);
  assert.deepEqual(shapes(adjusted), [["x", 3, ["revenue:text", "b:integer"]]]);
  assert.deepEqual(adjusted.previews[0].sources, ["a", "b"]);
  assert.deepEqual(adjusted.previews[0].leftOut, ["c"]);
  assert.deepEqual(adjusted.previews[0].lost, { b: 2 });
  assert.equal((await python.run("list(df), df.revenue.tolist()")).value, "(['revenue', 'b'], ['1', '2', '3'])");
  assert.deepEqual(shapes(python.adjust({ x: { c: { type: "date" } } }))[0][2], ["a:integer", "b:text", "c:date"]);
  assert.deepEqual(shapes(python.adjust({}))[0][2], ["a:integer", "b:text", "c:integer"]);
});

test("a later interpreter finds the tables as they were read", async () => {
  const text = `k,when,share,who,id\n${Array.from({ length: 500 }, (_, i) => `k${i % 3},2024-01-0${(i % 9) + 1},${i}%,${i % 7 ? `p${i}` : ""},0${i}`).join("\n")}\n`;
  const loaded = python.load({ "x.csv": text });
  const before = await python.run("df.to_json(), [str(kind) for kind in df.dtypes]");
  const again = python.again();
  assert.deepEqual(again.profile, loaded.profile);
  assert.deepEqual(again.previews, loaded.previews);
  assert.equal((await python.run("df.to_json(), [str(kind) for kind in df.dtypes]")).value, before.value);
});

test("a traceback is told without the cells it quotes", async () => {
  python.load({ "people.csv": "name,born,amount\nJane Doe,1987-03-14,712345.25\nJohn Roe,1990-01-01,812345.5\n" });
  for (const program of [
    "float(df.name.iloc[0])",
    "raise ValueError(f'bad row {df.name.iloc[1]} {df.amount.iloc[0]} {df.born.iloc[0]}')",
    "df.set_index('name').loc['nobody', 'x']\ndict(a=1)[df.name.iloc[0]]",
    "{}[df.name.iloc[0]]",
    "import pandas as pd\npd.to_datetime(df.name)",
  ]) {
    const { error } = await python.run(program);
    assert.ok(error, program);
    assert.doesNotMatch(error.told, /Jane|John|712345|812345|1987|1990-01/, program);
    assert.match(error.told, new RegExp(`^(Traceback|${error.type})`), program);
  }
  const { error } = await python.run("df['amuont'] + 'x'");
  assert.match(error.told, /amuont/);
  assert.match(error.told, /amount/);
});
