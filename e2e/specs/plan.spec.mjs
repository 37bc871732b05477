// A model that fills in a form: the page says so, shows the program that is made of it and never the form itself.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { expect, expectState, test } from "../fixtures.mjs";
import { startServer } from "../server.mjs";

const SALES = { name: "sales.csv", mimeType: "text/csv", buffer: Buffer.from("region,amount\nNorth,120\nSouth,340\n") };

const PLAN = JSON.stringify({
  chart: "bar",
  x: "region",
  measures: [{ aggregate: "sum", column: "amount" }],
  title: "Amount by region",
});
const WRITTEN =
  "import matplotlib.pyplot as plt\n\nfig, ax = plt.subplots()\nax.plot(df['amount'])\nax.set_title('Written')\nplt.show()";
const SCRIPT = {
  replies: [
    { when: "Request: bars", form: true, reply: PLAN, chunks: 20, delayMs: 60 },
    { when: "Request: other", form: true, reply: '{"chart": "other", "x": "region"}', chunks: 4, delayMs: 60 },
    { when: "slow", form: true, reply: PLAN, chunks: 20, delayMs: 2000 },
    { reply: `\`\`\`python\n${WRITTEN}\n\`\`\``, chunks: 3, delayMs: 1500 },
  ],
};

/** @type {string} */
let folder;
/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sandplot-plans-"));
  await writeFile(join(folder, "planner.json"), JSON.stringify(SCRIPT));
  const env = { SANDPLOT_MODEL: `scripted:${join(folder, "planner.json")}`, SANDPLOT_PLAN: "always" };
  server = await startServer({ env });
});

test.afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

/** @param {import("@playwright/test").Page} page @param {string} question */
async function ask(page, question) {
  await page.goto(server.url);
  await page.getByTestId("file-input").setInputFiles(SALES);
  await page.getByTestId("question").fill(question);
  await page.getByTestId("ask").click();
}

test("a form that was filled in becomes a program that is drawn, edited and run like any other", async ({ page }) => {
  await ask(page, "bars");
  await expect(page.getByText("The model is choosing what to draw")).toBeVisible();
  await expect(page.getByTestId("program")).not.toContainText('"chart"');
  await expectState(page, "shown");
  await expect(page.getByTestId("program")).toContainText('data.groupby("region")["amount"].sum()');
  await expect(page.getByTestId("figure").getByRole("img")).toHaveAccessibleName(/Amount by region/);
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  // A change of it is free code.
  await page.getByTestId("question").fill("as a line");
  await page.getByTestId("ask").click();
  await expect(page.getByTestId("program")).toContainText("Written");
  await expectState(page, "shown");
});

test("a question that leaves nothing to choose needs no model, and the program says whose it is", async ({ page }) => {
  await ask(page, "Bar chart of the total amount by region");
  await expectState(page, "shown");
  await expect(page.getByTestId("program")).toContainText('data.groupby("region")["amount"].sum()');
  await expect(page.getByText("by Sandplot alone")).toBeVisible();
  await page.reload();
  await expect(page.getByText("by Sandplot alone")).toBeVisible();
});

test("where no plan fits the model writes the program, and the page says so", async ({ page }) => {
  await ask(page, "other");
  await expect(page.getByText(/No plan fits/)).toBeVisible();
  await expectState(page, "shown");
  await expect(page.getByTestId("program")).toContainText("Written");
  await expect(page.getByTestId("program")).not.toContainText('"chart"');
});

test("whoever asks chooses between a form first and code, and the choice stays", async ({ page }) => {
  await page.goto(server.url);
  const method = page.getByLabel("Method");
  await expect(method).toHaveValue("auto");
  await page.getByText("What leaves this tab").click();
  const preview = page.getByTestId("prompt-preview");
  await expect(preview).not.toContainText('"plan"');
  await method.selectOption("Form first");
  await expect(page.getByText("the server writes the program of it")).toBeVisible();
  await expect(preview).toContainText('"plan": true');
  await method.selectOption("Code");
  await expect(page.getByText("without a form")).toBeVisible();
  await expect(preview).toContainText('"plan": false');
  expect((await new AxeBuilder({ page }).exclude("iframe").analyze()).violations).toEqual([]);

  await ask(page, "bars");
  await expectState(page, "shown");
  // The operator wants a form of every model here.
  await expect(page.getByTestId("program")).toContainText("Written");
  await page.reload();
  await expect(method).toHaveValue("code");
  // A change of a chart has no form in any case, so nothing is said of one.
  await page.getByText("What leaves this tab").click();
  await page.getByTestId("question").fill("as a line");
  await expect(preview).toContainText('"parent"');
  await expect(preview).not.toContainText('"plan"');
  await method.selectOption("Automatic");
  await expect(page.getByText("without a form")).toBeHidden();
  await page.reload();
  await expect(method).toHaveValue("auto");
});

test("choosing can be stopped", async ({ page }) => {
  await ask(page, "slow");
  await expect(page.getByText("The model is choosing what to draw")).toBeVisible();
  await page.getByTestId("stop").click();
  await expectState(page, "stopped");
  expect(await page.getByTestId("question").inputValue()).toBe("slow");
});
