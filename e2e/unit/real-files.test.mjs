/**
 * Files as other people made them: each ends in a table with the columns its owner would name, or in a sentence that helps.
 * Which types were found is compared only where a reader of the file can say what is right.
 */

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { filesOf } from "./packaged.mjs";
import { startPyodide } from "./pyodide.mjs";

/** @type {Awaited<ReturnType<typeof startPyodide>>} */
let python;
before(async () => {
  python = await startPyodide(["openpyxl", "xlrd"]);
});

/** @type {[string, RegExp][]} packages, and which of their files are data */
const COLLECTIONS = [
  ["vega_datasets", /_data\/(?!data|local)[^/]*\.(csv|json)$/],
  ["plotly-7", /datasets\/[^/]*\.(csv|geojson)\.gz$/],
  ["scikit_learn", /datasets\/data\/[^/]*\.csv(\.gz)?$/],
  ["statsmodels", /statsmodels\/datasets\/.*\.(csv|dat|xls)$/],
  ["bokeh_sampledata", /_data\/[^/]*\.(csv|csv\.gz|json|json\.gz|geojson|txt\.gz|db)$/],
  ["pyarrow", /tests\/data\/parquet\/[^/]*\.parquet$/],
  ["bw2io", /data\/(examples|lcia)\/[^/]*\.(csv|xlsx|zip)$/],
];

for (const [start, wanted] of COLLECTIONS) {
  test(`every file of ${start} is a table, or is refused in words`, async (t) => {
    for (const { name, bytes } of await filesOf(start, wanted)) {
      const loaded = await python.loadAny({ [name]: bytes });
      if (loaded.ok) {
        for (const table of loaded.profile.tables) {
          t.diagnostic(
            `${name}: ${table.rows} rows, ${table.columns.map((/** @type {any} */ c) => `${c.name}:${c.type}`).slice(0, 12)}`,
          );
          assert.ok(table.columns.length > 0, name);
          assert.ok(table.rows > 0, name);
        }
      } else {
        t.diagnostic(`${name}: ${loaded.message}`);
        assert.match(loaded.message, /“.+”.+\.$/s, name);
      }
    }
  });
}

/** Files whose columns are set apart by spaces, and dates written as digits: of each the first columns, as its owner would name them. */
const KNOWN = {
  "committee.dat": ["column_1:text", "SIZE:integer", "SUBS:integer"],
  "scotvote.dat": ["column_1:text", "PrivateHousingStarts:integer", "PublicHousingStarts:integer"],
  "E6_jmulti.csv": ["column_1:number", "column_2:number"],
  "sunspots_monthly.dat": ["Year:integer", "Jan:number", "Feb:number"],
  "co2.csv": ["date:date", "co2:number"],
  "star98.dat": ["CDS_CODE:integer", "COUNTY:text", "DISTRICT:text"],
};

test("columns set apart by spaces and dates of digits alone are found in statsmodels' files", async () => {
  const seen = new Set();
  for (const { name, bytes } of await filesOf("statsmodels", /statsmodels\/datasets\/.*\.(csv|dat)$/)) {
    const wanted = /** @type {Record<string, string[]>} */ (KNOWN)[name];
    if (!wanted) continue;
    const { profile } = await python.loadAny({ [name]: bytes });
    const columns = profile.tables[0].columns.map((/** @type {any} */ column) => `${column.name}:${column.type}`);
    assert.deepEqual(columns.slice(0, wanted.length), wanted, name);
    seen.add(name);
  }
  assert.deepEqual([...seen].sort(), Object.keys(KNOWN).sort());
});
