// The ways in and the formats, in the real browser: what takes a package or a reader of its own gets it, and every run finds the table.
import { zipSync } from "fflate";
import { expect, expectState, test } from "../fixtures.mjs";
import { filesOf } from "../unit/packaged.mjs";

/** @param {import("@playwright/test").Page} page @param {string} words */
async function expectTables(page, words) {
  await page.getByTestId("question").fill("say what is there");
  await page.getByTestId("ask").click();
  await expectState(page, "shown");
  await expect(page.getByTestId("stdout")).toContainText(words);
}

/** @type {[string, RegExp, string][]} package, file, what a program then finds */
const FILES = [
  ["pyarrow", /parquet\/v0\.7\.1\.parquet$/, "v0_7_1 10 ['carat', 'cut'"],
  ["bw2io", /examples\/example\.xlsx$/, "example_"],
  ["statsmodels", /macrodata\.xls$/, "macrodata_"],
  ["bokeh_sampledata", /movies\.db$/, "movies_omdb 17472 ['ID', 'imdbID'"],
  ["plotly-7", /gapminder\.csv\.gz$/, "gapminder 1704 ['country', 'continent'"],
];
for (const [start, wanted, words] of FILES) {
  test(`${wanted.source.replaceAll("\\", "")} of ${start} opens, and a program finds it twice`, async ({
    page,
    server,
  }) => {
    const [file] = await filesOf(start, wanted);
    await page.goto(server.url);
    await page
      .getByTestId("file-input")
      .setInputFiles({ name: file.name, mimeType: "application/octet-stream", buffer: Buffer.from(file.bytes) });
    await expectTables(page, words);
    // The second run has an interpreter of its own, which is given what the first one read.
    await page.getByTestId("run").click();
    await expectState(page, "shown");
    await expect(page.getByTestId("stdout")).toContainText(words);
  });
}

test("a Parquet file in a zip, beside a CSV", async ({ page, server }) => {
  const [{ bytes }] = await filesOf("pyarrow", /parquet\/v0\.7\.1\.parquet$/);
  const zip = zipSync({ "gems/stones.parquet": bytes, "prices.csv": Buffer.from("cut,price\nIdeal,5\n") });
  await page.goto(server.url);
  await page
    .getByTestId("file-input")
    .setInputFiles({ name: "all.zip", mimeType: "application/zip", buffer: Buffer.from(zip) });
  await expectTables(page, "stones 10");
  await expect(page.getByTestId("stdout")).toContainText("prices 1 ['cut', 'price']");
});

/** @param {import("@playwright/test").Page} page @param {Record<string, string>} data @param {string} hook where it is pasted */
function paste(page, data, hook) {
  return page.evaluate(
    ([data, hook]) => {
      const clipboardData = new DataTransfer();
      for (const [type, text] of Object.entries(data)) clipboardData.setData(type, text);
      const target = hook ? document.querySelector(`[data-testid="${hook}"]`) : document.body;
      target?.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    },
    /** @type {const} */ ([data, hook]),
  );
}

test("cells copied from a spreadsheet and a table copied from a page are tables; words are not", async ({
  page,
  server,
}) => {
  await page.goto(server.url);
  await paste(page, { "text/plain": "just two\nlines of words" }, "question");
  await paste(page, { "text/plain": "item\tprice\npear\t1,50\nplum\t2,25\n" }, "question");
  await expect(page.getByRole("region", { name: "Columns of pasted.tsv" })).toContainText("price");
  await paste(
    page,
    { "text/plain": "a b", "text/html": "<table><tr><th>land</th></tr><tr><td>Togo</td></tr></table>" },
    "",
  );
  await expect(page.getByRole("region", { name: "First rows of pasted 2.html" })).toContainText("Togo");
  await expectTables(page, "pasted_2 1 ['land']");
});

test("a file of this server is opened by its address, one of another server is not", async ({ page, server }) => {
  await page.goto(server.url);
  const sample = await page.evaluate(
    () => JSON.parse(document.getElementById("page-data")?.textContent ?? "").samples[0].url,
  );
  await page.goto(`${server.url}/?data=${encodeURIComponent(sample)}`);
  await expect(page.getByRole("region", { name: "Columns of penguins.csv" })).toBeVisible();
  expect(new URL(page.url()).search).toBe("");
  await page.goto(`${server.url}/?data=${encodeURIComponent("https://example.com/x.csv")}`);
  await expect(page.getByRole("alert").filter({ hasText: "is not on this server" })).toBeVisible();
});

test("files survive a reload until they are forgotten, and a chart knows its file", async ({ page, server }) => {
  const file = {
    name: "sales.csv",
    mimeType: "text/csv",
    buffer: Buffer.from("region,amount\nNorth,120\nSouth,340\n"),
  };
  await page.goto(server.url);
  await page.getByTestId("file-input").setInputFiles(file);
  await expectTables(page, "sales 2");
  await page.reload();
  await expect(page.getByTestId("stdout")).toContainText("sales 2");
  await expect(page.getByRole("list", { name: "Open tables" })).toContainText("sales.csv");
  await page.getByTestId("forget").click();
  await expect(page.getByRole("list", { name: "Open tables" })).toBeHidden();
  await page.reload();
  await expect(
    page.getByRole("status").filter({ hasText: /This chart draws from sales.csv \(fingerprint [0-9a-f]{10}\)/ }),
  ).toBeVisible();
  await page.getByTestId("file-input").setInputFiles({ ...file, buffer: Buffer.from("region,amount\nNorth,1\n") });
  await expect(page.getByText(/not the file that this chart was first drawn from/)).toBeVisible();
  await expect(page.getByTestId("stdout")).toContainText("sales 1");
});

/** Neither a file nor what was said of one, by what the browser keeps itself. @param {import("@playwright/test").Page} page */
async function expectNothingKept(page) {
  const kept = await page.evaluate(async () => {
    const database = await new Promise((resolve) => {
      const request = indexedDB.open("sandplot");
      request.onsuccess = () => resolve(request.result);
    });
    const counts = [...database.objectStoreNames].map(
      (name) =>
        new Promise((resolve) => {
          const request = database.transaction(name).objectStore(name).count();
          request.onsuccess = () => resolve(request.result);
        }),
    );
    return Promise.all(counts);
  });
  expect(kept).toEqual([0, 0]);
}

test("what was forgotten is asked for nowhere, and another file keeps its own name", async ({ page, server }) => {
  const money = { name: "money.csv", mimeType: "text/csv", buffer: Buffer.from("item,price\nA,1\nB,2\n") };
  const nested = { name: "nested.json", mimeType: "application/json", buffer: Buffer.from('[{"a": 1}, {"a": 2}]') };
  await page.goto(server.url);
  await page.getByTestId("file-input").setInputFiles(money);
  await expect(page.getByRole("region", { name: "Columns of money.csv" })).toBeVisible();
  await page.getByTestId("forget").click();
  await page.goto(server.url);
  await page.getByTestId("file-input").setInputFiles(nested);
  await expect(page.getByRole("list", { name: "Open tables" })).toContainText("nested.json");
  await expect(page.getByRole("region", { name: "Columns of nested.json" })).toBeVisible();
  await expect(page.getByText("money.csv")).toHaveCount(0);
});

test("files are forgotten though the page is left before the browser has removed them", async ({ page, server }) => {
  await page.goto(server.url);
  await page
    .getByTestId("file-input")
    .setInputFiles({ name: "money.csv", mimeType: "text/csv", buffer: Buffer.from("item,price\nA,1\n") });
  await expect(page.getByText("This browser keeps the files")).toBeVisible();
  // A browser that is busy: nothing is removed before the page is left.
  await page.evaluate(() => {
    IDBFactory.prototype.open = () => {
      throw new Error("too busy");
    };
    IDBDatabase.prototype.transaction = () => {
      throw new Error("too busy");
    };
  });
  await page.getByTestId("forget").click();
  await page.reload();
  await expect(page.getByTestId("seal")).toHaveAttribute("data-phase", "ready");
  await expect(page.getByText("money.csv")).toHaveCount(0);
  await expectNothingKept(page);
});

test("closing the last file of one's own removes it from what the browser keeps", async ({ page, server }) => {
  await page.goto(server.url);
  await page
    .getByTestId("file-input")
    .setInputFiles({ name: "sales.csv", mimeType: "text/csv", buffer: Buffer.from("region,amount\nNorth,120\n") });
  await expect(page.getByRole("region", { name: "Columns of sales.csv" })).toBeVisible();
  await expect(page.getByText("This browser keeps the files")).toBeVisible();
  await page.getByRole("button", { name: "Remove sales.csv" }).click();
  await expect(page.getByRole("list", { name: "Open tables" })).toBeHidden();
  await expect(page.getByText("This browser keeps the files")).toBeHidden();
  await page.reload();
  await expect(page.getByTestId("seal")).toHaveAttribute("data-phase", "ready");
  await expect(page.getByRole("list", { name: "Open tables" })).toBeHidden();
  await expectNothingKept(page);
});

test("more than a tab can hold is refused with the limit, the size and what to do, before it is read", async ({
  page,
  server,
}) => {
  await page.goto(server.url);
  // Announced, not made: a file of two gigabytes that takes none.
  await page.evaluate(() => {
    const block = new Blob([new Uint8Array(1 << 20)]);
    const file = new File(Array(2048).fill(block), "huge.csv");
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(file);
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  });
  await expect(
    page.getByRole("alert").filter({ hasText: /huge\.csv: 2\.1 GB is more than a tab can hold here, which is 268 MB/ }),
  ).toContainText("sample");
});
