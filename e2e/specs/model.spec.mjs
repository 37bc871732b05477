// What a person sees of each fault of a model, and that the question is kept.
import { mkdir } from "node:fs/promises";
import { expect, expectState, test } from "../fixtures.mjs";
import { startServer, storeProgram } from "../server.mjs";

const SALES = { name: "sales.csv", mimeType: "text/csv", buffer: Buffer.from("region,amount\nNorth,120\nSouth,340\n") };

/** @type {[question: string, code: string][]} */
const FAULTS = [
  ["over the limit", "model_rate_limited"],
  ["wrong key", "model_key"],
  ["the model is down", "model_unavailable"],
  ["cut in the middle", "model_stream_broken"],
  ["an empty answer", "model_empty"],
  ["only prose", "model_no_program"],
  ["a package nobody has", "package_missing"],
];

test("each fault of a model is said in words, and the question kept", async ({ page, server }) => {
  await page.goto(server.url);
  await page.getByTestId("file-input").setInputFiles(SALES);
  for (const [question, code] of FAULTS) {
    await test.step(question, async () => {
      await page.getByTestId("question").fill(question);
      await page.getByTestId("ask").click();
      await expect(page.getByTestId("error")).toContainText(code);
      await expectState(page, "failed");
      expect(await page.getByTestId("question").inputValue()).toBe(question);
    });
  }
  await page.reload();
  expect(await page.getByTestId("question").inputValue()).toBe(FAULTS.at(-1)?.[0]);
});

test("what a model thinks aloud is no program", async ({ page, server }) => {
  await page.goto(server.url);
  await page.getByTestId("file-input").setInputFiles(SALES);
  await page.getByTestId("question").fill("thinks first");
  await page.getByTestId("ask").click();
  await expectState(page, "shown");
  await expect(page.getByTestId("program")).not.toContainText("not this");
});

test("a silent model can be left with Stop, and the question stays", async ({ page, server }) => {
  await page.goto(server.url);
  await page.getByTestId("file-input").setInputFiles(SALES);
  await page.getByTestId("question").fill("only silence");
  await page.getByTestId("ask").click();
  await expectState(page, "asking");
  await page.getByTestId("stop").click();
  await expectState(page, "stopped");
  expect(await page.getByTestId("question").inputValue()).toBe("only silence");
});

test("without a model the page says how to connect one, and everything else works", async ({ page, serve }) => {
  const server = await serve();
  await page.goto(server.url);
  await expect(page.getByText("SANDPLOT_MODEL").first()).toBeVisible();
  await expect(page.getByTestId("ask")).toBeDisabled();
  // No question leads to a button that does nothing.
  await expect(page.getByRole("list", { name: /^Questions/ })).toHaveCount(0);
  await page
    .getByRole("button", { name: /penguins/i })
    .first()
    .click();
  await expect(page.getByRole("columnheader", { name: "bill_length_mm" }).first()).toBeVisible();
  await expect(page.getByRole("list", { name: "Suggested questions" })).toHaveCount(0);
  await expect(page.getByTestId("program")).toHaveText("");
  await page.getByRole("button", { name: "Start from a small program" }).click();
  await page.getByTestId("run").click();
  await expectState(page, "shown");
  await expect(page.getByTestId("figure")).toHaveCount(1);
  await page.getByTestId("program").fill("df['species'].value_counts().plot.bar(title='My own')");
  await page.getByTestId("run").click();
  await expectState(page, "shown");
  await expect(page.getByTestId("figure").getByRole("img")).toHaveAccessibleName(/My own/);
});

test("a chart survives kill -9 of the server", async ({ page, serve }) => {
  const dataDir = test.info().outputPath("data");
  await mkdir(dataDir, { recursive: true });
  const first = await startServer({ dataDir });
  const chart = await storeProgram(first.url, "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title('Kept')");
  await first.stop("SIGKILL");
  const second = await serve({ dataDir });
  await page.goto(second.url + chart.url);
  await expectState(page, "shown");
  await expect(page.getByTestId("figure").getByRole("img")).toHaveAccessibleName(/Kept/);
});
