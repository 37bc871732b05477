// The whole way of a question: a CSV is opened, a question asked, the program written, the chart drawn, kept and taken up again.
import { expect, expectState, test } from "../fixtures.mjs";

const SALES = {
  name: "sales.csv",
  mimeType: "text/csv",
  buffer: Buffer.from("region,amount\nNorth,120\nSouth,340\nEast,210\nNorth,80\n"),
};

test("a person opens a CSV, asks, and sees the chart", async ({ page, server }) => {
  await page.goto(server.url);
  await expectState(page, "idle");
  await page.getByTestId("file-input").setInputFiles(SALES);
  await expect(page.getByRole("cell", { name: "North" }).first()).toBeVisible();
  await page.getByTestId("question").fill("Show the sales by region");

  // What is shown before it leaves is what leaves, byte for byte.
  const preview = await page.getByTestId("prompt-preview").textContent();
  const request = page.waitForRequest((sent) => sent.method() === "POST" && sent.url().endsWith("/api/v1/charts"));
  await page.getByTestId("ask").click();
  const body = (await request).postData();
  expect(body).toBe(preview);
  const sent = JSON.parse(body ?? "");
  expect(sent.question).toBe("Show the sales by region");
  expect(sent.profile.tables[0].columns.map((column) => column.name)).toEqual(["region", "amount"]);

  // The program can be watched being written.
  await expect(page.getByTestId("program")).toContainText("import matplotlib");
  await expectState(page, "shown");
  const figure = page.getByTestId("figure");
  await expect(figure).toHaveCount(1);
  await expect(figure).toHaveAttribute("data-kind", "svg");
  await expect(figure.getByRole("img")).toBeVisible();
  const drawn = await figure.getByRole("img").evaluate((image) => image.complete && image.naturalWidth > 100);
  expect(drawn).toBe(true);
  await expect(figure.getByRole("img")).toHaveAccessibleName(/Sales by region/);

  const marks = await page.evaluate(() => performance.getEntriesByType("mark").map((mark) => mark.name));
  expect(marks).toEqual(
    expect.arrayContaining(["sandplot:boot-start", "sandplot:ready", "sandplot:run-start", "sandplot:shown"]),
  );
});

test("a follow-up builds on the chart before it", async ({ page, server }) => {
  await page.goto(server.url);
  await page.getByTestId("file-input").setInputFiles(SALES);
  await page.getByTestId("question").fill("Show the sales by region");
  await page.getByTestId("ask").click();
  await expectState(page, "shown");
  const first = new URL(page.url()).pathname.split("/").pop();

  await page.getByTestId("question").fill("make it logarithmic");
  const request = page.waitForRequest((sent) => sent.method() === "POST" && sent.url().endsWith("/api/v1/charts"));
  await page.getByTestId("ask").click();
  expect(JSON.parse((await request).postData() ?? "").parent).toBe(first);
  await expect(page.getByTestId("figure").getByRole("img")).toHaveAccessibleName(/logarithmic/);
  await expectState(page, "shown");
  expect(new URL(page.url()).pathname).not.toContain(first);
});

test("a chart is kept: opened elsewhere it asks for its file by name and draws", async ({ page, browser, server }) => {
  await page.goto(server.url);
  await page.getByTestId("file-input").setInputFiles(SALES);
  await page.getByTestId("question").fill("Show the sales by region");
  await page.getByTestId("ask").click();
  await expectState(page, "shown");
  await expect(page).toHaveURL(/\/charts\/[a-z2-7]{26}$/);
  const program = await page.getByTestId("program").textContent();

  const elsewhere = await browser.newPage();
  await elsewhere.goto(page.url());
  await expect(elsewhere.getByText("sales.csv").first()).toBeVisible();
  await expect(elsewhere.getByTestId("program")).toHaveText(program ?? "", { useInnerText: false });
  await expect(elsewhere.getByTestId("figure")).toHaveCount(0);
  await elsewhere.getByTestId("file-input").setInputFiles(SALES);
  await expectState(elsewhere, "shown");
  await expect(elsewhere.getByTestId("figure")).toHaveCount(1);
  await elsewhere.close();
});

test("a file that is opened while its chart is drawn again takes no run down with it", async ({ page, server }) => {
  await page.goto(server.url);
  await page.getByTestId("file-input").setInputFiles(SALES);
  await page.getByTestId("question").fill("Show the sales by region");
  await page.getByTestId("ask").click();
  await expectState(page, "shown");
  await page.reload();
  await page.getByTestId("file-input").setInputFiles(SALES);
  await expectState(page, "shown");
  await expect(page.getByTestId("figure")).toHaveCount(1);
});

test("a sample table is one click away", async ({ page, server }) => {
  await page.goto(server.url);
  await page
    .getByRole("button", { name: /penguins/i })
    .first()
    .click();
  await expect(page.getByText("bill_length_mm").filter({ visible: true }).first()).toBeVisible();
});

test("several tables are there by name and can be joined", async ({ page, server }) => {
  await page.goto(server.url);
  await page.getByTestId("file-input").setInputFiles([
    { name: "orders.csv", mimeType: "text/csv", buffer: Buffer.from("person,amount\n1,10\n2,20\n1,5\n") },
    { name: "people.csv", mimeType: "text/csv", buffer: Buffer.from("person,city\n1,Oslo\n2,Rome\n") },
  ]);
  await page.getByTestId("question").fill("join the tables");
  await page.getByTestId("ask").click();
  await expectState(page, "shown");
  await expect(page.getByTestId("figure").getByRole("img")).toHaveAccessibleName(/Amount by city/);
});

test("an edited program runs, is kept under its own address, and the one before it stays", async ({ page, server }) => {
  await page.goto(server.url);
  await page.getByTestId("file-input").setInputFiles(SALES);
  await page.getByTestId("question").fill("Show the sales by region");
  await page.getByTestId("ask").click();
  await expectState(page, "shown");
  const before = page.url();
  const program = page.getByTestId("program");
  const edited = ((await program.textContent()) ?? "").replace("Sales by region", "Edited title");
  await program.fill(edited);
  await page.getByTestId("run").click();
  await expect(page.getByTestId("figure").getByRole("img")).toHaveAccessibleName(/Edited title/);
  await expectState(page, "shown");
  expect(page.url()).not.toBe(before);
  const stored = await (await page.request.get(page.url().replace("/charts/", "/api/v1/charts/"))).json();
  // The editor may add a line break at the end, to have a line to put the caret on.
  expect(stored.program.trimEnd()).toBe(edited.trimEnd());
  const old = await (await page.request.get(before.replace("/charts/", "/api/v1/charts/"))).json();
  expect(old.program).toContain("Sales by region");
});
