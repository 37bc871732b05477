// The programs that the server writes from a plan run in the real runtime and draw: each snapshot of src/plan/ is one.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { before, test } from "node:test";
import { startPyodide } from "./pyodide.mjs";

const SNAPSHOTS = new URL("../../src/plan/snapshots/", import.meta.url);
const PREFIX = "sandplot__plan__tests__";

/** The tables that the profile of src/plan/tests.rs describes. */
function tables() {
  const orders = ["order_id,customer_id,day,amount,weight,status,note,express"];
  for (let row = 1; row <= 60; row += 1) {
    const day = new Date(Date.UTC(2022, 0, 5) + row * 12 * 86_400_000).toISOString().slice(0, 10);
    const amount = 2 + ((row * 37) % 95);
    const weight = 0.1 + ((row * 13) % 98) / 10;
    const status = ["paid", "open", "late"][row % 3];
    orders.push(`${row},${1 + (row % 6)},${day},${amount},${weight},${status},note a${row},${row % 2 === 0}`);
  }
  const customers = ["id,name,status,since"];
  for (const [row, name] of ["Ann", "Bob", "Cid", "Dot", "Eve", "Fay"].entries())
    customers.push(`${row + 1},${name},${row % 2 === 0 ? "new" : "old"},${1999 + 3 * row}`);
  return { "orders.csv": orders.join("\n"), "customers.csv": customers.join("\n") };
}

/** @type {Awaited<ReturnType<typeof startPyodide>>} */
let python;
before(async () => {
  python = await startPyodide();
  assert.ok(python.load(tables()).ok);
});

const snapshots = readdirSync(SNAPSHOTS);
test("there are programs", () => assert.ok(snapshots.length >= 20));

/** What is on the x axis of some of them, and in which order. @type {Record<string, string[]>} */
const KINDS = {
  weekdays_in_their_order: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
  joined_tables: ["Bob", "Dot", "Fay"],
  stacked_by_year: ["2023", "2022"],
  days_as_labels: ["2023-12-14", "2023-05-12", "2022-10-08"],
};

for (const file of snapshots) {
  const name = file.slice(PREFIX.length, -".snap".length);
  test(`${name} is drawn`, async () => {
    const [, , program] = readFileSync(new URL(file, SNAPSHOTS), "utf8").split(/^---\n/m);
    const kinds = KINDS[name];
    const shows = kinds ? "\nprint(*result.index, sep='|')" : "";
    const { figures, error, stdout } = await python.run(program + shows);
    assert.equal(error, null, `${error?.traceback}\n${program}`);
    assert.equal(figures.length, 1);
    if (kinds) assert.deepEqual(stdout.trim().split("|"), kinds);
  });
}
