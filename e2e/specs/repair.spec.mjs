// A failed run goes back to the model with its traceback: at most twice, in sight, and stoppable.
import { expect, expectState, test } from "../fixtures.mjs";

const ROWS = "North,120\nSouth,340\n".repeat(6);
const SALES = { name: "sales.csv", mimeType: "text/csv", buffer: Buffer.from(`region,amount\n${ROWS}`) };

/** @param {import("@playwright/test").Page} page @param {string} url @param {string} question */
async function ask(page, url, question) {
  await page.goto(url);
  await page.getByTestId("file-input").setInputFiles(SALES);
  await page.getByTestId("question").fill(question);
  await page.getByTestId("ask").click();
}

test("a misspelt column is repaired and the chart drawn", async ({ page, server }) => {
  await ask(page, server.url, "a column that is not there");
  await expect(page.getByText(/Repair 1 of 2/).first()).toBeVisible();
  await expectState(page, "shown");
  await expect(page.getByTestId("figure").getByRole("img")).toHaveAccessibleName(/Repaired/);
  const id = new URL(page.url()).pathname.split("/").pop();
  const chart = await (await page.request.get(`${server.url}/api/v1/charts/${id}`)).json();
  expect(chart.repairs).toBe(1);
  expect(chart.parent).toBeTruthy();
  expect(chart.question).toBe("a column that is not there");
});

test("a chart that came out empty is repaired", async ({ page, server }) => {
  await ask(page, server.url, "an empty chart");
  await expect(page.getByText(/Repair 1 of 2: EmptyChart/).first()).toBeVisible();
  await expectState(page, "shown");
  await expect(page.getByTestId("figure").getByRole("img")).toHaveAccessibleName(/Filled/);
  await expect(page.getByText(/after one repair/)).toBeVisible();
});

/** @param {import("@playwright/test").Page} page */
function countRepairs(page) {
  /** @type {string[]} */
  const repairs = [];
  page.on("request", (request) => request.url().endsWith("/repair") && repairs.push(request.url()));
  return repairs;
}

test("a legend of nothing is repaired, with the chart in sight meanwhile", async ({ page, server }) => {
  await ask(page, server.url, "a legend of nothing");
  await expect(page.getByText(/Repair 1 of 2: LegendOfNothing/).first()).toBeVisible();
  await expect(page.getByTestId("figure").getByRole("img")).toHaveAccessibleName(/Nameless/);
  await expectState(page, "shown");
  await expect(page.getByTestId("figure").getByRole("img")).toHaveAccessibleName(/Named/);
});

test("an interactive figure that nobody can read is repaired once it is drawn", async ({ page, server }) => {
  const repairs = countRepairs(page);
  await ask(page, server.url, "two lines in one place");
  await expect(page.getByText(/Repair 1 of 2: OverlappingLabels: The labels of an axis run/).first()).toBeVisible();
  await expect(page.getByTestId("figure").getByText(/One over the other/)).toBeVisible();
  await expectState(page, "shown");
  await expect(page.getByTestId("figure").getByText(/Side by side/)).toBeVisible();
  await expect(page.getByTestId("figure").locator("iframe").contentFrame().getByText("Side by side")).toBeVisible();
  expect(repairs).toHaveLength(1);
});

test("a figure that its renderer refuses is repaired, by what the renderer says of the program's own names", async ({
  page,
  server,
}) => {
  const repairs = countRepairs(page);
  await ask(page, server.url, "a figure that Vega refuses");
  await expect(page.getByText(/Repair 1 of 2: FigureRefused: .*Unrecognized function: twice/).first()).toBeVisible();
  await expectState(page, "shown");
  await expect(page.getByTestId("figure").locator("iframe").contentFrame().getByText("Accepted")).toBeVisible();
  expect(repairs).toHaveLength(1);
});

test("a chart whose repair is worse is shown as it was", async ({ page, server }) => {
  const repairs = countRepairs(page);
  await ask(page, server.url, "north and South");
  await expect(page.getByText(/Repair 1 of 2: MissingSeries/).first()).toBeVisible();
  await expect(page.getByText(/Repair 2 of 2: ValueError: worse/).first()).toBeVisible();
  await expectState(page, "shown");
  await expect(page.getByTestId("figure").getByRole("img")).toHaveAccessibleName(/Half/);
  await expect(page.getByText(/no better/)).toBeVisible();
  await expect(page.getByTestId("program")).toContainText("Half");
  expect(repairs).toHaveLength(2);
  // The address is the shown chart's: it is the one of which there was no repair.
  const id = new URL(page.url()).pathname.split("/").pop();
  const chart = await (await page.request.get(`${server.url}/api/v1/charts/${id}`)).json();
  expect([chart.repairs, chart.parent]).toEqual([0, null]);
});

test("a repair that is stopped leaves the chart that was there", async ({ page, server }) => {
  await ask(page, server.url, "SOUTH and north");
  await expect(page.getByText(/Repair 1 of 2: MissingSeries/).first()).toBeVisible();
  await page.getByTestId("stop").click();
  await expectState(page, "shown");
  await expect(page.getByTestId("figure").getByRole("img")).toHaveAccessibleName(/Other half/);
  await expect(page.getByText(/repair was stopped/)).toBeVisible();
  await expect(page.getByTestId("program")).toContainText("Other half");
});

test("names of columns that are only written otherwise are put right without the model", async ({ page, server }) => {
  const repairs = countRepairs(page);
  await ask(page, server.url, "names in another case");
  await expectState(page, "shown");
  await expect(page.getByTestId("figure").getByRole("img")).toHaveAccessibleName(/Right names/);
  await expect(page.getByTestId("program")).toContainText('df.groupby("region")["amount"].sum()');
  await expect(page.getByText(/“Region” is now “region”, “Amount” is now “amount”/)).toBeVisible();
  expect(repairs).toHaveLength(0);
  // The program as it was written is the version before.
  const id = new URL(page.url()).pathname.split("/").pop();
  const chart = await (await page.request.get(`${server.url}/api/v1/charts/${id}`)).json();
  const first = await (await page.request.get(`${server.url}/api/v1/charts/${chart.parent}`)).json();
  expect(first.program).toContain('groupby("Region")');
});

test("a package that is not here is replaced by the model, as one of the repairs", async ({ page, server }) => {
  await ask(page, server.url, "a table of polars");
  await expect(page.getByText(/Repair 1 of 2: ModuleNotFoundError: polars/).first()).toBeVisible();
  await expectState(page, "shown");
  await expect(page.getByTestId("figure").getByRole("img")).toHaveAccessibleName(/Without polars/);
  await expect(page.getByText(/after one repair/)).toBeVisible();
});

test("an import that the model forgot is added to its program", async ({ page, server }) => {
  await ask(page, server.url, "a forgotten import");
  await expectState(page, "shown");
  await expect(page.getByTestId("program")).toContainText("import numpy as np");
  await expect(page.getByTestId("figure").getByRole("img")).toHaveAccessibleName(/Imported/);
});

test("after two repairs it stops trying and shows the traceback", async ({ page, server }) => {
  const repairs = countRepairs(page);
  await ask(page, server.url, "fails for ever");
  await expect(page.getByText(/Repair 2 of 2/).first()).toBeVisible();
  await expectState(page, "failed");
  await expect(page.getByTestId("error")).toContainText("ZeroDivisionError: third");
  expect(repairs).toHaveLength(2);
  expect(await page.getByTestId("question").inputValue()).toBe("fails for ever");
});

test("a repair can be stopped", async ({ page, server }) => {
  await ask(page, server.url, "fails, repaired slowly");
  await expect(page.getByText(/Repair 1 of 2/).first()).toBeVisible();
  await page.getByTestId("stop").click();
  await expectState(page, "stopped");
  await expect(page.getByTestId("program")).toContainText("slow repair");
});
