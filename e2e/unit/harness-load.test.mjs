/**
 * What becomes of the person's files: which table they give, what the profile says of it, and what is refused with
 * which words. The rule under test: `df` is what a plain `pd.read_csv(file)` gives wherever that would be right.
 */

import assert from "node:assert/strict";
import { before, test } from "node:test";
import zlib from "node:zlib";
import { startPyodide } from "./pyodide.mjs";

/** @type {Awaited<ReturnType<typeof startPyodide>>} */
let python;
before(async () => {
  python = await startPyodide(["openpyxl"]);
});

const utf16 = (/** @type {string} */ text) => Buffer.from(text, "utf16le");

/** The one table of a file: its columns as `name:type`, and its preview rows. */
function read(/** @type {string | Uint8Array} */ content, name = "data.csv") {
  const loaded = python.load({ [name]: content });
  assert.ok(loaded.ok, loaded.message);
  const [table] = loaded.profile.tables;
  return {
    loaded,
    table,
    columns: table.columns.map((/** @type {any} */ column) => `${column.name}:${column.type}`),
    rows: loaded.previews[0].rows,
  };
}

const ways = {
  commas: "a,b\n1,x\n2,y\n",
  semicolons: "a;b\n1;x\n2;y\n",
  tabs: "a\tb\n1\tx\n2\ty\n",
  bars: "a|b\n1|x\n2|y\n",
  "carriage returns": "a,b\r\n1,x\r\n2,y\r\n",
  "a preamble": "Report of the year\n\na,b\n1,x\n2,y\n",
  "comment lines": "# made by hand\n# in 2024\na,b\n1,x\n2,y\n",
  "a UTF-8 mark": "\ufeffa,b\n1,x\n2,y\n",
  "UTF-16 with a mark": utf16("\ufeffa,b\n1,x\n2,y\n"),
  "UTF-16 without a mark": utf16("a,b\n1,x\n2,y\n"),
};
for (const [way, content] of Object.entries(ways)) {
  test(`a table with ${way} is read`, () => {
    const { columns, rows } = read(content);
    assert.deepEqual(columns, ["a:integer", "b:text"]);
    assert.deepEqual(rows, [
      ["1", "x"],
      ["2", "y"],
    ]);
  });
}

test("columns set apart by spaces are read from a text file, and a column of full names stays one", () => {
  assert.deepEqual(read("x   y\n1   2\n10  20\n", "data.txt").columns, ["x:integer", "y:integer"]);
  assert.deepEqual(read("full name\nAnn Lee\nBo Li\n").columns, ["full name:text"]);
});

test("decimal commas and points between thousands are numbers", () => {
  const { columns, rows } = read("item;price;total\nx;1,5;1.234,50\ny;2,25;10,00\n");
  assert.deepEqual(columns, ["item:text", "price:number", "total:number"]);
  assert.deepEqual(rows[0], ["x", "1.5", "1234.5"]);
});

test("thousands marks in quotes are numbers, but only where the whole column is", () => {
  assert.deepEqual(read('n,t\n"1,234",1\n"12",2\n').columns, ["n:integer", "t:integer"]);
  assert.deepEqual(read('n,t\n"1,234",1\n"1,2",2\n').columns, ["n:text", "t:integer"]);
});

test("Windows-1252 is told from UTF-8", () => {
  const { rows, columns } = read(Buffer.from("ort,preis\nK\xf6ln,3\nM\xfcnchen,4\n", "latin1"));
  assert.deepEqual(columns, ["ort:text", "preis:integer"]);
  assert.deepEqual(rows[0], ["Köln", "3"]);
  assert.equal(read(Buffer.from([0x61, 0x0a, 0x80, 0x0a])).rows[0][0], "€");
});

test("the last bytes decide as well: one wrong byte after a megabyte of ASCII", () => {
  const bytes = Buffer.concat([
    Buffer.from("a,b\n"),
    Buffer.from("x,1\n".repeat(300_000)),
    Buffer.from("\xe9t\xe9,2\n", "latin1"),
  ]);
  const { table } = read(bytes);
  assert.equal(table.rows, 300_001);
  assert.equal(table.columns[0].distinct, 2);
});

const dates = {
  "2024-01-31": "date",
  "2024-01-31 10:20": "date",
  "2024-01-31T10:20:30.5Z": "date",
  "2024/1/31": "date",
  "31.01.2024": "date",
  "31 Jan 2024": "date",
  "January 31, 2024": "date",
  "01/31/2024": "date",
  "31/01/2024": "date",
  "01/02/2024": "text",
  "2024-01": "text",
  "10:20": "text",
  2024: "integer",
  20240131: "date",
  20241331: "integer",
  "2024-02-31": "text",
  "1-2": "text",
};
for (const [written, type] of Object.entries(dates)) {
  test(`${written} is ${type}`, () => {
    assert.deepEqual(read(`when,n\n"${written}",1\n"${written}",2\n`).columns, [`when:${type}`, "n:integer"]);
  });
}

test("one value that is no date keeps the column as it was written", () => {
  const { columns, rows } = read(`d,n\n${"2024-01-31,1\n".repeat(100)}unknown,2\n`);
  assert.deepEqual(columns, ["d:text", "n:integer"]);
  assert.equal(rows[0][0], "2024-01-31");
});

test("eight digits are dates where their name or their number says so, and keys stay numbers", () => {
  const days = Array.from({ length: 10 }, (_, i) => `${20240101 + i},1`).join("\n");
  assert.deepEqual(read(`x,n\n${days}\n`).columns, ["x:date", "n:integer"]);
  assert.deepEqual(read(`order_id,n\n${days}\n`).columns, ["order_id:integer", "n:integer"]);
  assert.deepEqual(read(`x,n\n${days}\n20240199,1\n`).columns, ["x:integer", "n:integer"]);
  assert.deepEqual(read("x,n\n20240101,1\n20240102,2\n").columns, ["x:integer", "n:integer"]);
});

test("a large table read in pieces is what pandas reads at once, also where pieces do not agree", async () => {
  const rows = Array.from({ length: 400_000 }, (_, i) =>
    [
      i,
      i < 390_000 ? i : i + 0.5, // integers, then fractions
      i < 390_000 ? "" : `late ${i}`, // nothing, then texts
      i < 390_000 ? `${i % 7}.50` : "n/a?", // numbers, then a text: the others stay as they are written
      i % 3 ? "True" : "False",
      i === 399_999 ? "007" : String(100 + (i % 800)), // a leading zero in the last row
      `"a ${i % 5}, b"`,
    ].join(","),
  );
  const loaded = python.load({ "big.csv": `id,grows,late,mixed,flag,code,text\n${rows.join("\n")}\n` });
  assert.ok(loaded.ok, loaded.message);
  const { value } = await python.run(
    "import pandas as pd\nwhole = pd.read_csv('big.csv', dtype={'code': str}, low_memory=False)\n" +
      "[len(df)] + [f'{name} {df[name].dtype}' for name in whole if not df[name].equals(whole[name])]",
  );
  assert.equal(value, "[400000]");
});

test("how far the opening is: bytes while parsing, then columns", () => {
  python.pyodide.FS.writeFile("/home/pyodide/told.csv", `a,b\n${"1,x\n".repeat(200_000)}`);
  /** @type {any[]} */
  const told = [];
  const request = JSON.stringify({ files: [{ name: "told.csv", path: "/home/pyodide/told.csv" }] });
  python.sandplot.load(request, (/** @type {any[]} */ ...words) => told.push(words));
  const parsing = told.filter(([phase]) => phase === "parsing");
  assert.ok(parsing.length > 2);
  assert.deepEqual(parsing.at(-1), ["parsing", "told.csv", 800_004, 800_004]);
  assert.deepEqual(told.at(-1), ["typing", "told.csv", 2, 2]);
});

test("leading zeros are kept, wherever in the file the first one is", () => {
  assert.deepEqual(read("zip,n\n02139,1\n10001,2\n").rows, [
    ["02139", "1"],
    ["10001", "2"],
  ]);
  const late = read(`n,zip\n${"1,10001\n".repeat(20_000)}2,02139\n`);
  assert.deepEqual(late.columns, ["n:integer", "zip:text"]);
  assert.deepEqual(read("n,m\n0,0.5\n10,0\n").columns, ["n:integer", "m:number"]);
});

test("nasty names survive, made unique as pandas does", () => {
  const { table, rows } = read('"a ""b""",a,a,,"two\nlines",😀,ünï\n1,2,3,4,5,6,7\n');
  assert.deepEqual(
    table.columns.map((/** @type {any} */ column) => column.name),
    ['a "b"', "a", "a.1", "Unnamed: 3", "two\nlines", "😀", "ünï"],
  );
  assert.equal(rows[0].length, 7);
});

test("rows with too many or too few fields keep what they have", () => {
  const { table, rows } = read("a,b\n1,2\n1,2\n1,2\n1,2\n3\n4,5,6\n7,8,9,10\n");
  assert.equal(table.rows, 7);
  assert.deepEqual(rows.at(-1), ["7", "8", "9", "10"]);
  assert.deepEqual(rows.at(-3), ["3", "", "", ""]);
});

test("what a plain read_csv would give is what is given", async () => {
  const content = 'id,name,score,ok,note\n1,Ann,1.5,True,"a, b"\n2,Bo,,False,\n3,NA,2e3,True,"say ""hi"""\n';
  read(content);
  const { value } = await python.run(
    'import pandas as pd\nplain = pd.read_csv("data.csv")\nplain.equals(df) and list(plain.dtypes) == list(df.dtypes)',
  );
  assert.equal(value, "True");
});

test("a long text that begins like numbers is not torn apart", () => {
  const { columns } = read(`a,b\n${"1,2\n".repeat(200_000)}x,3\n`);
  assert.deepEqual(columns, ["a:text", "b:integer"]);
});

test("JSON: records, nested records, columns, an envelope, lines", () => {
  assert.deepEqual(read('[{"a":1,"b":"x"},{"a":2}]', "x.json").columns, ["a:integer", "b:text"]);
  assert.deepEqual(read('[{"a":{"c":1}},{"a":{"c":2}}]', "x.json").columns, ["a.c:integer"]);
  assert.deepEqual(read('{"a":[1,2],"b":["x","y"]}', "x.json").columns, ["a:integer", "b:text"]);
  assert.deepEqual(read('{"meta":1,"data":[{"a":1}]}', "x.json").columns, ["a:integer"]);
  assert.deepEqual(read('{"a":1}\n{"a":2}\n', "x.jsonl").columns, ["a:integer"]);
  assert.deepEqual(read('{"a":1}\n{"a":2}\n', "x.json").columns, ["a:integer"]);
  assert.deepEqual(read('[{"tags":[1,2]},{"tags":[]}]', "x.json").columns, ["tags:mixed"]);
  assert.deepEqual(read('[{"when":"2024-01-31"}]', "x.json").columns, ["when:date"]);
});

test("gzip and zip hold tables", () => {
  assert.deepEqual(read(zlib.gzipSync("a,b\n1,x\n"), "data.csv.gz").columns, ["a:integer", "b:text"]);
  python.pyodide.runPython(
    'import zipfile\nwith zipfile.ZipFile("two.zip", "w") as z: z.writestr("one.csv", "a\\n1\\n"); z.writestr("b/two.csv", "c\\nx\\n")',
  );
  const { loaded } = read(python.pyodide.FS.readFile("/home/pyodide/two.zip"), "two.zip");
  assert.deepEqual(
    loaded.profile.tables.map((/** @type {any} */ table) => table.name),
    ["one", "two"],
  );
});

test("every sheet of a workbook is a table", async () => {
  python.pyodide.runPython(
    'import pandas as pd\nwith pd.ExcelWriter("made.xlsx") as w:\n  pd.DataFrame({"a":[1,2]}).to_excel(w, sheet_name="First", index=False)\n  pd.DataFrame({"b":["x"]}).to_excel(w, sheet_name="Second one", index=False)',
  );
  const { loaded } = read(python.pyodide.FS.readFile("/home/pyodide/made.xlsx"), "made.xlsx");
  assert.deepEqual(
    loaded.profile.tables.map((/** @type {any} */ table) => table.name),
    ["made_First", "made_Second_one"],
  );
  const { value } = await python.run('list(tables), tables["made.xlsx"] is df, list(tables["made_Second_one"])');
  assert.equal(value, "(['made_First', 'made_Second_one'], True, ['b'])");
});

test("several files: names are identifiers, unique, and reach their table by file name too", async () => {
  const loaded = python.load({
    "2024 sales (EU).csv": "a\n1\n",
    "class.csv": "b\n1\n",
    "x-1.csv": "c\n1\n",
    "x 1.csv": "d\n1\n",
  });
  assert.deepEqual(
    loaded.profile.tables.map((/** @type {any} */ table) => [table.name, table.file]),
    [
      ["t_2024_sales_EU", "2024 sales (EU).csv"],
      ["class_", "class.csv"],
      ["x_1", "x-1.csv"],
      ["x_1_2", "x 1.csv"],
    ],
  );
  const { value, error } = await python.run('list(tables["x 1.csv"]) + list(tables["class_"])');
  assert.equal(error, null);
  assert.equal(value, "['d', 'b']");
});

const refused = {
  "an empty file": ["", "data.csv", /is empty/],
  "blank lines only": ["\n\n\n", "data.csv", /no columns/],
  "bytes in a .csv": [Buffer.from([1, 0, 0, 7, 3, 0, 0, 0, 9, 200, 0, 0]), "data.csv", /binary data/],
  "a text that claims to be a workbook": ["hello", "data.xlsx", /no Excel file/],
  "broken JSON": ['{"a": [1,', "data.json", /cannot be read as a table of JSON/],
  "a single JSON value": ["7", "data.json", /single value/],
  "a broken gzip": [Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]), "data.csv.gz", /damaged/],
  "a format that cannot be read here": ["x", "data.feather", /Save the table as Parquet or CSV/],
};
for (const [what, [content, name, words]] of Object.entries(refused)) {
  test(`${what} is refused with a sentence that helps`, () => {
    const loaded = python.load({ [String(name)]: /** @type {string} */ (content) });
    assert.equal(loaded.ok, false);
    assert.match(loaded.message, /** @type {RegExp} */ (words));
    assert.match(loaded.message, /\.$/);
  });
}

test("a header without rows is a table of nothing", () => {
  const { table, columns } = read("a,b\n");
  assert.equal(table.rows, 0);
  assert.deepEqual(columns, ["a:empty", "b:empty"]);
});

test("ten thousand columns are a table", () => {
  const names = Array.from({ length: 10_000 }, (_, i) => `c${i}`).join(",");
  const row = Array.from({ length: 10_000 }, (_, i) => i).join(",");
  const { table } = read(`${names}\n${row}\n${row}\n`);
  assert.equal(table.columns.length, 10_000);
});

test("five megabytes keep every row", () => {
  const lines = ["id,day,kind,price,note"];
  for (let i = 0; i < 120_000; i += 1)
    lines.push(`${i},2024-01-${String((i % 28) + 1).padStart(2, "0")},k${i % 7},${i / 8},some words ${i % 1000}`);
  const { table, columns } = read(`${lines.join("\n")}\n`);
  assert.equal(table.rows, 120_000);
  assert.deepEqual(columns, ["id:integer", "day:date", "kind:text", "price:number", "note:text"]);
});

test("the profile names kinds, ranges, quartiles and gaps", () => {
  const people = Array.from(
    { length: 60 },
    (_, i) => `${i},person ${i},${["EU", "US", "EU"][i % 3]},${i % 2 ? i / 2 : ""},true`,
  );
  const { table } = read(`id,name,region,score,ok\n${people.join("\n")}\n`);
  const samples = ["0", "1", "2", "3", "4"];
  assert.match(table.fingerprint, /^[0-9a-f]{10}$/);
  assert.deepEqual(table.columns, [
    {
      name: "id",
      type: "integer",
      missing: 0,
      distinct: 60,
      min: 0,
      max: 59,
      quantiles: [15, 30, 45],
      samples,
      role: "identifier",
    },
    { name: "name", type: "text", missing: 0, distinct: 60, samples: samples.map((i) => `person ${i}`) },
    {
      name: "region",
      type: "text",
      missing: 0,
      distinct: 2,
      top: ["EU", "US"],
      role: "category",
      samples: ["EU", "US"],
    },
    {
      ...{ name: "score", type: "number", missing: 30, distinct: 30, min: 0.5, max: 29.5 },
      ...{ quantiles: [7.5, 15.5, 22.5], samples: ["0.5", "1.5", "2.5", "3.5", "4.5"] },
    },
    { name: "ok", type: "boolean", missing: 0, distinct: 1, top: ["True"], samples: ["True"] },
  ]);
});

test("numbers that JSON does not know leave valid JSON", () => {
  const { table } = read("big,odd,huge\n9007199254740993,inf,123456789012345678901234567890\n1,-inf,1\n2,nan,2\n");
  assert.equal(table.columns[0].type, "integer");
  assert.equal(table.columns[0].min, 1);
  assert.ok(table.columns[0].max >= 9007199254740992);
  assert.equal(table.columns[1].type, "number");
  assert.equal("min" in table.columns[1], false);
});

test("columns of mixed things survive", () => {
  const { columns, table } = read('[{"a":1,"b":[1]},{"a":"x","b":{"c":2}},{"a":null,"b":null}]', "x.json");
  assert.ok(columns.includes("a:mixed"), columns.join());
  assert.equal(table.rows, 3);
});

test("a second load replaces the first", async () => {
  python.load({ "first.csv": "a\n1\n" });
  python.load({ "second.csv": "b\n1\n" });
  const { value } = await python.run("list(tables), list(df)");
  assert.equal(value, "(['second'], ['b'])");
});
