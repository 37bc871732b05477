// The versions of a chart: every ask and edit is one, with its picture; back, forth, side by side, branches; over a reload, in another
// browser, after a restart of the server.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, expectState, test } from "../fixtures.mjs";
import { startServer } from "../server.mjs";

const plot = (/** @type {string} */ title) =>
  `import matplotlib.pyplot as plt\n\nplt.plot([1, 3, 2])\nplt.title("${title}")\n`;

/** @param {import("@playwright/test").Page} page @param {string} program */
async function runProgram(page, program) {
  await page.getByTestId("program").fill(program);
  await page.getByTestId("run").click();
  await expectState(page, "shown");
}

/** @param {import("@playwright/test").Page} page */
const cards = (page) => page.getByTestId("versions").getByRole("list").getByRole("link");

/** @param {import("@playwright/test").Page} page @param {string} title */
const expectDrawn = (page, title) =>
  expect(page.getByTestId("figure").getByRole("img")).toHaveAccessibleName(new RegExp(title));

test("each edit is a version: back, forth, a branch, side by side, over a reload", async ({ page, server }) => {
  await page.goto(server.url);
  await runProgram(page, plot("First"));
  await expect(page.getByTestId("versions")).toBeHidden();
  await runProgram(page, plot("Second"));
  await expect(cards(page)).toHaveCount(2);
  await expect(cards(page).nth(1)).toHaveAttribute("aria-current", "page");
  await expect(cards(page).nth(1)).toContainText("2. Edited program");
  await expect(cards(page).nth(1)).toContainText("+1 −1 lines");
  await expect(cards(page).locator("img")).toHaveCount(2);
  await expect(page.getByRole("button", { name: "Redo" })).toBeDisabled();

  await page.getByRole("button", { name: "Undo" }).click();
  await expectState(page, "shown");
  await expectDrawn(page, "First");
  await expect(page.getByRole("button", { name: "Undo" })).toBeDisabled();
  await page.getByRole("button", { name: "Redo" }).click();
  await expectDrawn(page, "Second");
  await page.getByRole("button", { name: "Undo" }).click();
  await expectDrawn(page, "First");
  await runProgram(page, plot("Third"));
  await expect(cards(page)).toHaveCount(3);
  await expect(cards(page).nth(2)).toContainText("from 1");
  await expect(page.getByTestId("versions")).toMatchAriaSnapshot(`
    - region "Versions":
      - heading "Versions" [level=2]
      - button "Undo"
      - button "Redo" [disabled]
      - list:
        - listitem:
          - link /^1\\. Own program/
          - button "Compare with version 1, Own program"
        - listitem:
          - link /^2\\. Edited program .*\\+1 −1 lines$/
          - button "Compare with version 2, Edited program"
        - listitem:
          - link /^3\\. Edited program .*\\+1 −1 lines · from 1$/
      - paragraph:
        - text: Pictures of charts are kept in this browser, for 30 days at most.
        - button "Forget them"
  `);

  await page.getByRole("button", { name: "Compare with version 2, Edited program" }).click();
  const comparison = page.getByRole("region", { name: "Version 2 beside version 3" });
  await expect(comparison).toBeFocused();
  await expect(comparison.getByRole("img")).toHaveCount(2);
  await expect(comparison.locator("del")).toHaveText('- plt.title("Second")\n');
  await expect(comparison.locator("ins")).toHaveText('+ plt.title("Third")\n');
  await comparison.getByRole("button", { name: "Close" }).click();
  await expect(comparison).toBeHidden();

  await page.reload();
  await expectState(page, "shown");
  await expect(cards(page)).toHaveCount(3);
  await expect(cards(page).locator("img")).toHaveCount(3);
  await cards(page).nth(1).click();
  await expectDrawn(page, "Second");
  await page.getByTestId("forget-versions").click();
  await expect(page.getByTestId("versions")).toBeHidden();
});

test("the versions are in sight beside the figure, and below it where there is one column", async ({
  page,
  server,
}) => {
  await page.goto(server.url);
  await runProgram(page, plot("First"));
  await runProgram(page, plot("Second"));
  const desk = page.getByRole("region", { name: "Data and question" }).getByTestId("versions");
  const stage = page.getByRole("region", { name: "Chart" }).getByTestId("versions");
  await page.evaluate(() => scrollTo(0, 0));
  await expect(desk.getByRole("link").first()).toBeInViewport();
  // What is compared needs more room than that.
  await desk.getByRole("button", { name: /^Compare with version 1/ }).click();
  await expect(page.getByRole("region", { name: "Chart" }).getByTestId("comparison")).toBeFocused();
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(desk).toHaveCount(0);
  await expect(stage.getByRole("link")).toHaveCount(2);
  await page.setViewportSize({ width: 1280, height: 900 });
  await expect(desk).toBeVisible();
});

test("another browser, and a server that was started again, know what a chart came from and no more", async ({
  page,
  browser,
}) => {
  const dataDir = await mkdtemp(join(tmpdir(), "sandplot-versions-"));
  const first = await startServer({ dataDir });
  await page.goto(first.url);
  await runProgram(page, plot("First"));
  await runProgram(page, plot("Second"));
  const path = new URL(page.url()).pathname;
  await page.getByRole("button", { name: "Undo" }).click();
  await runProgram(page, plot("Third"));
  await expect(cards(page)).toHaveCount(3);
  await first.stop();
  const again = await startServer({ dataDir });
  const other = await (await browser.newContext()).newPage();
  try {
    await other.goto(again.url + path);
    await expectState(other, "shown");
    await expect(cards(other)).toHaveCount(2);
    await expect(cards(other).nth(0)).toContainText("1. Own program");
    await expect(cards(other).locator("img")).toHaveCount(1);
    await other.getByRole("button", { name: "Undo" }).click();
    await expectDrawn(other, "First");
    await expect(cards(other).locator("img")).toHaveCount(2);
  } finally {
    await other.context().close();
    await again.stop();
    await rm(dataDir, { recursive: true });
  }
});
