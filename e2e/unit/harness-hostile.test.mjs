/** Files that mean harm, or are simply no tables: each ends in a table or in a sentence that helps, and in bounded time. */

import assert from "node:assert/strict";
import { before, test } from "node:test";
import zlib from "node:zlib";
import { zipSync } from "fflate";
import { startPyodide } from "./pyodide.mjs";

/** @type {Awaited<ReturnType<typeof startPyodide>>} */
let python;
before(async () => {
  python = await startPyodide(["openpyxl"]);
});

const zeros = new Uint8Array(60_000_000);
const bomb = zipSync({ "big.csv": zeros }, { level: 9 });
const sheet = "xl/worksheets/sheet1.xml";

/** @type {Record<string, () => [string, Uint8Array | string, RegExp]>} */
const refused = {
  "a zip bomb": () => ["bomb.zip", bomb, /unpacks to more than 300 times its size/],
  "a gzip bomb": () => ["bomb.csv.gz", zlib.gzipSync(zeros), /unpacks to more than 300 times its size/],
  "a bomb in a bomb in a bomb": () => [
    "nest.zip",
    zipSync({ "a.zip": zipSync({ "b.zip": zipSync({ "c.zip": bomb }) }) }),
    /packed more than twice over|no table/,
  ],
  "a workbook that is a bomb": () => [
    "bomb.xlsx",
    zipSync({ "[Content_Types].xml": new Uint8Array(10), [sheet]: zeros }, { level: 9 }),
    /no workbook of this size does/,
  ],
  "a zip with a member outside": () => ["up.zip", zipSync({ "../../../etc/x.csv": zlib.gzipSync("") }), /\./],
  "a zip without tables": () => ["none.zip", zipSync({}), /\.$/],
  "a program with a .csv name": () => [
    "run.csv",
    Buffer.from("7f454c4602010100000000000000000003003e00", "hex"),
    /binary data/,
  ],
  "a pickle": () => ["x.pkl", Buffer.from("\x80\x04cos\nsystem\n"), /programs, not tables/],
  "a SQLite file of nothing": () => [
    "x.db",
    Buffer.concat([Buffer.from("SQLite format 3\0"), Buffer.alloc(200)]),
    /database/,
  ],
  "a page without a table": () => ["x.html", "<html><body>hello</body></html>", /no table in it/],
  "JSON that is nested without end": () => ["x.json", "[".repeat(100_000), /cannot be read/],
};
for (const [what, make] of Object.entries(refused)) {
  test(`${what} is refused with a sentence that helps`, () => {
    const [name, bytes, words] = make();
    const loaded = python.load({ [name]: bytes });
    assert.equal(loaded.ok, false, JSON.stringify(loaded).slice(0, 300));
    assert.match(loaded.message, words);
    assert.match(loaded.message, /\.$/);
  });
}

/** @type {Record<string, [string, string, number, number]>} what -> name, content, rows, columns */
const tables = {
  "one column": ["x.csv", "only\n1\n2\n", 2, 1],
  "only headers": ["x.csv", "a,b,c\n", 0, 3],
  "one row without a header": ["x.csv", "a\n", 0, 1],
  "formulas are texts": ["x.csv", 'a,b\n=1+1,"=HYPERLINK(""http://x"",""y"")"\n@SUM(A1),-cmd\n', 2, 2],
  "a page whose cells span a million columns": [
    "x.html",
    '<table><tr><td colspan="1000000">a</td></tr><tr><td rowspan="99999999">b</td></tr><tr><td>c</td></tr></table>',
    2,
    1000,
  ],
  "a header that repeats": ["x.csv", `${"a,".repeat(50)}a\n${"1,".repeat(50)}1\n`, 1, 51],
};
for (const [what, [name, content, rows, columns]] of Object.entries(tables)) {
  test(`${what}: a table`, () => {
    const loaded = python.load({ [name]: content });
    assert.ok(loaded.ok, loaded.message);
    assert.deepEqual([loaded.profile.tables[0].rows, loaded.profile.tables[0].columns.length], [rows, columns]);
  });
}

test("a refused file leaves nothing behind", () => {
  python.load({ "bomb.zip": bomb });
  const left = python.pyodide.FS.readdir("/home/pyodide").filter((/** @type {string} */ name) =>
    name.startsWith(".unpacked"),
  );
  assert.deepEqual(left, []);
  assert.ok(python.load({ "x.csv": "a\n1\n" }).ok);
});
