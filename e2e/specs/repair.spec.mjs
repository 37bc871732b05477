// A failed run goes back to the model with its traceback: at most twice, in sight, and stoppable.
import { expect, expectState, test } from "../fixtures.mjs";

const SALES = { name: "sales.csv", mimeType: "text/csv", buffer: Buffer.from("region,amount\nNorth,120\nSouth,340\n") };

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

test("an import that the model forgot is added to its program", async ({ page, server }) => {
  await ask(page, server.url, "a forgotten import");
  await expectState(page, "shown");
  await expect(page.getByTestId("program")).toContainText("import numpy as np");
  await expect(page.getByTestId("figure").getByRole("img")).toHaveAccessibleName(/Imported/);
});

test("after two repairs it stops trying and shows the traceback", async ({ page, server }) => {
  const repairs = [];
  page.on("request", (request) => request.url().endsWith("/repair") && repairs.push(request.url()));
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
