// Large files: how far the opening is is shown, it can be ended, a file is parsed once, and one that is too large is met with a way out.
import { readFile } from "node:fs/promises";
import { writeBigTable } from "../bench/big-table.mjs";
import { expect, expectState, test } from "../fixtures.mjs";

test("30 MB: progress in bytes and columns, Stop and Forget while it is read, parsed once, found again", async ({
  page,
  server,
}) => {
  const path = test.info().outputPath("orders.csv");
  const rows = await writeBigTable(path, 30e6);
  await page.goto(server.url);
  await expect(page.getByTestId("seal")).toHaveAttribute("data-phase", "ready");
  // Everything that was said of the progress, in order.
  await page.evaluate(() => {
    globalThis.seen = [];
    const look = () => {
      const text = document.querySelector('[data-testid="data-progress"]')?.textContent?.trim().replace(/\s+/g, " ");
      if (text !== globalThis.seen.at(-1)) globalThis.seen.push(text);
    };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  const progress = page.getByTestId("data-progress");
  const open = page.getByRole("list", { name: "Open tables" });
  await page.getByTestId("file-input").setInputFiles(path);
  await expect(progress).toContainText("Finding rows and columns in orders.csv");
  await page.getByTestId("data-stop").click();
  await expect(page.getByText("orders.csv was not opened: stopped.")).toBeVisible();
  await expect(progress).toBeHidden();
  await expect(open).toBeHidden();

  await page.getByTestId("file-input").setInputFiles(path);
  await expect(open).toContainText(`${rows.toLocaleString("en")} rows`, { timeout: 120_000 });
  const seen = (await page.evaluate(() => globalThis.seen)).join("\n");
  expect(seen).toMatch(/Finding rows and columns in orders\.csv \d+ (MB|kB) of 30 MB/);
  expect(seen).toMatch(/Describing the columns of orders\.csv column \d+ of 11/);

  // Text columns are looked through by whoever parses them: only the first interpreter has done that.
  const parsed = "any(known.kinds for known in sys.modules['sandplot.load']._measured.values())";
  for (const [turn, expected] of ["True", "False", "False"].entries()) {
    await page.getByTestId("program").fill(`import sys\nprint(${turn}, len(df), df.express.dtype, ${parsed})`);
    await page.getByTestId("run").click();
    await expect(page.getByTestId("stdout")).toHaveText(`${turn} ${rows} bool ${expected}`, { timeout: 60_000 });
    await expectState(page, "shown");
  }
  // The file itself is there as well, for a program that reads it by its name.
  await page.getByTestId("program").fill("print(open('orders.csv').readline(), len(open('orders.csv').read()))");
  await page.getByTestId("run").click();
  await expect(page.getByTestId("stdout")).toContainText(String((await readFile(path)).length));
  await expect(page.getByTestId("stdout")).toContainText("order_id,ordered_at");

  await page.reload();
  await expect(open).toContainText("orders.csv", { timeout: 120_000 });
  await page.getByTestId("forget").click();
  await expect(open).toBeHidden();
});

test("a file beyond the memory cap ends in the limit, its size and a button that opens some of its rows", async ({
  page,
  serve,
}) => {
  const path = test.info().outputPath("orders.csv");
  const rows = await writeBigTable(path, 45e6);
  const small = await serve({ env: { SANDPLOT_MEMORY_MB: "320" } });
  await page.goto(small.url);
  await page.getByTestId("file-input").setInputFiles(path);
  const alert = page.getByRole("alert").filter({ hasText: "orders.csv: 45 MB is more than a tab can hold here" });
  await expect(alert).toContainText("42 MB of files in 336 MB of memory");
  await expect(alert).toContainText(/sample of the rows.*columns.*Parquet/);
  await page.getByTestId("data-smaller").click();
  await expect(page.getByText(/Of orders\.csv about one row in [345] is open/)).toBeVisible({ timeout: 60_000 });
  await page.getByTestId("program").fill("print('rows', len(df), df.order_id.is_unique, df.order_id.max())");
  await page.getByTestId("run").click();
  await expect(page.getByTestId("stdout")).toHaveText(/rows \d+ True \d+/);
  const [, taken, last] = /rows (\d+) True (\d+)/.exec((await page.getByTestId("stdout").textContent()) ?? "") ?? [];
  expect(Number(taken) / rows).toBeGreaterThan(0.15);
  expect(Number(taken) / rows).toBeLessThan(0.35);
  expect(Number(last) - 10_000_000).toBeGreaterThan(0.9 * rows);
});
