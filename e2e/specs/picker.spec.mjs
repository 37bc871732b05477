// The choice among several models, what is said of their work, and the limits that an operator sets.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { expect, expectState, test } from "../fixtures.mjs";

/** @param {string} title @param {object} [usage] */
function script(title, usage) {
  const program = `import matplotlib.pyplot as plt\nplt.plot([1, 3, 2])\nplt.title("${title}")`;
  return JSON.stringify({ replies: [{ reply: `\`\`\`python\n${program}\n\`\`\``, ...(usage && { usage }) }] });
}

/** @type {string} */
let folder;
/** @type {string} */
let models;

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sandplot-scripts-"));
  await writeFile(join(folder, "dune.json"), script("By dune"));
  await writeFile(join(folder, "beach.json"), script("By beach", { input: 1204, output: 312, cost: 0.00312 }));
  models = ["dune", "beach"].map((name) => `scripted:${join(folder, `${name}.json`)}`).join(",");
});

test.afterAll(() => rm(folder, { recursive: true }));

/** @param {import("@playwright/test").Page} page @param {string} question */
async function ask(page, question) {
  await page.getByTestId("question").fill(question);
  await page.getByTestId("ask").click();
}

test("a model is chosen by keyboard, asked, shown with what it took, and remembered", async ({ page, serve }) => {
  const { url } = await serve({ env: { SANDPLOT_MODEL: models } });
  await page.goto(url);
  const picker = page.getByLabel("Model");
  await expect(picker).toHaveValue("scripted:dune");
  for (const colorScheme of /** @type {const} */ (["dark", "light"])) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).exclude("iframe").analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
  }
  // From the button before it, as somebody comes who has no mouse.
  await page.getByTestId("ask").focus();
  await page.keyboard.press("Tab");
  await expect(picker).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(picker).toHaveValue("scripted:beach");
  await page.getByText("What leaves this tab").click();
  await expect(page.getByTestId("prompt-preview")).toContainText('"model": "scripted:beach"');

  await ask(page, "Draw a line");
  await expectState(page, "shown");
  await expect(page.getByTestId("figure").getByRole("img")).toHaveAccessibleName(/By beach/);
  await expect(page.getByText("by scripted:beach · 1,204 tokens in, 312 out · $0.0031")).toBeVisible();

  await page.goto(url);
  await expect(page.getByLabel("Model")).toHaveValue("scripted:beach");
  await page.getByLabel("Model").selectOption("dune");
  await ask(page, "Draw a line");
  await expectState(page, "shown");
  await expect(page.getByTestId("figure").getByRole("img")).toHaveAccessibleName(/By dune/);
  // This one says nothing of tokens.
  await expect(page.getByText("by scripted:dune", { exact: true })).toBeVisible();
});

test("a remembered model that is gone is not asked for, and one model needs no choice", async ({
  page,
  server,
  serve,
}) => {
  const { url } = await serve({ env: { SANDPLOT_MODEL: models } });
  await page.goto(url);
  await page.evaluate(() => localStorage.setItem("sandplot:model", "scripted:gone"));
  await page.reload();
  await expect(page.getByLabel("Model")).toHaveValue("scripted:dune");
  await page.goto(server.url);
  await expect(page.getByText("scripted writes the program.")).toBeVisible();
  await expect(page.getByLabel("Model")).toHaveCount(0);
  await page.getByText("What leaves this tab").click();
  await expect(page.getByTestId("prompt-preview")).not.toContainText('"model"');
});

test.describe("what is refused", () => {
  test.use({ expectedErrors: [/status of 4(22|29)/] });

  test("a model that left while the page was open is said, and the question kept", async ({ page, serve }) => {
    const { url } = await serve({ env: { SANDPLOT_MODEL: models } });
    await page.route("**/api/v1/charts", (route) => {
      const body = JSON.stringify({ ...route.request().postDataJSON(), model: "scripted:gone" });
      return route.continue({ postData: body });
    });
    await page.goto(url);
    await ask(page, "Draw a line");
    await expectState(page, "failed");
    await expect(page.getByTestId("error")).toContainText("It has scripted:dune, scripted:beach.");
    expect(await page.getByTestId("question").inputValue()).toBe("Draw a line");
  });

  test("who asks too often is told how long to wait, and the button waits with them", async ({ page, serve }) => {
    const { url } = await serve({ env: { SANDPLOT_MODEL: models, SANDPLOT_CLIENT_REQUESTS_PER_MINUTE: "1" } });
    await page.goto(url);
    await ask(page, "Draw a line");
    await expectState(page, "shown");
    await ask(page, "And another");
    await expectState(page, "failed");
    await expect(page.getByTestId("error")).toContainText("This server takes 1 request a minute from one person.");
    await expect(page.getByTestId("error").getByRole("button", { name: /Try again in \d+ s/ })).toBeDisabled();
    expect(await page.getByTestId("question").inputValue()).toBe("And another");
  });

  test("when the day's tokens are used up, programs of one's own still run", async ({ page, serve }) => {
    const { url } = await serve({ env: { SANDPLOT_MODEL: models, SANDPLOT_TOKENS_PER_DAY: "10" } });
    await page.goto(url);
    await ask(page, "Draw a line");
    await expectState(page, "shown");
    await ask(page, "And another");
    await expectState(page, "failed");
    await expect(page.getByTestId("error")).toContainText("used up");
    await expect(page.getByTestId("error").getByRole("button", { name: /Try again in \d+ h/ })).toBeDisabled();
    await page.getByTestId("program").fill("print('still here')");
    await page.getByTestId("run").click();
    await expectState(page, "shown");
    await expect(page.getByTestId("stdout")).toContainText("still here");
  });
});
