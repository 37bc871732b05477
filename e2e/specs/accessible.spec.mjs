// The page without seeing it, without a mouse, large, and without motion: every page and state.
import { expectAccessible, expectAccessibleEverywhere, expectNothingCutOff, listen, tabTo } from "../accessible.mjs";
import { expect, expectState, test } from "../fixtures.mjs";
import { storeProgram } from "../server.mjs";

const SALES = { name: "sales.csv", mimeType: "text/csv", buffer: Buffer.from("region,amount\nNorth,120\nSouth,340\n") };
const LOOP = "while True:\n    pass";
const plot = (/** @type {string} */ title) =>
  `import matplotlib.pyplot as plt\nplt.plot([2010, 2020], [1, 3], label="a")\nplt.title("${title}")\n`;

/** @param {import("@playwright/test").Page} page @param {string} url */
async function openSales(page, url) {
  await page.goto(url);
  await page.getByTestId("file-input").setInputFiles(SALES);
  await expect(page.getByRole("cell", { name: "North" }).first()).toBeVisible();
}

/** @param {import("@playwright/test").Page} page @param {string} question */
async function ask(page, question) {
  await page.getByTestId("question").fill(question);
  await page.getByTestId("ask").click();
}

test("no violation before a question, with data, and in the dialogs of data", async ({ page, server }) => {
  await page.goto(server.url);
  await expect(page.getByTestId("seal")).toHaveAttribute("data-phase", "ready");
  await expectAccessibleEverywhere(page);
  await expect(page.getByRole("main")).toMatchAriaSnapshot(`
    - main:
      - region "Data and question":
        - region "Data":
          - heading "Data" [level=2]
          - text: Choose files
          - button "Choose files"
        - textbox "Your question"
        - button "Ask"
      - region "Chart":
        - heading "Ask your data for a chart" [level=1]
        - region "No data at hand? Take a sample":
          - heading "No data at hand? Take a sample" [level=2]
          - list:
            - listitem:
              - heading "Penguins of Palmer Station" [level=3]
      - region "Program":
        - heading "Program" [level=2]
        - button "Run" [disabled]
        - textbox "Program"
  `);
  await openSales(page, server.url);
  await expectAccessibleEverywhere(page);
  await page.getByTestId("seal").locator("summary").first().click();
  await page.getByText("What leaves this tab").click();
  await expectAccessibleEverywhere(page);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^Change amount/ }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await expectAccessibleEverywhere(page);
});

test("no violation while a question is answered, drawn, explained, saved and compared", async ({ page, server }) => {
  await openSales(page, server.url);
  await ask(page, "a slow answer");
  await expect(page.getByTestId("program")).toContainText("import");
  await expectAccessibleEverywhere(page);
  await expectState(page, "shown");
  await expectAccessibleEverywhere(page);
  await expect(page.getByTestId("figure")).toMatchAriaSnapshot(`
    - figure /Figure.*Sales by region/:
      - img /Bar chart. Sales by region\\. Amount over Region\\. Highest 340 \\(South\\), lowest 120 \\(North\\)/
      - text: /Bar chart/
      - button /^Explain/
      - link /^Download .*png$/
      - link /^Download .*svg$/
      - button /^Copy .* as an image$/
      - button /^Save as …/
      - group: Show as table
  `);
  const figure = page.getByTestId("figure");
  await figure.getByText("Show as table").click();
  await figure.getByRole("button", { name: /^Explain/ }).click();
  await expect(figure.getByTestId("explanation")).toContainText("Each bar is a region");
  await expectAccessibleEverywhere(page);
  await figure.getByRole("button", { name: /^Save as …: / }).click();
  await expect(page.getByRole("dialog", { name: "Save the figure" })).toBeVisible();
  await expectAccessibleEverywhere(page);
  await page.keyboard.press("Escape");
  await ask(page, "make it logarithmic");
  await expect(figure.getByRole("img")).toHaveAccessibleName(/logarithmic/);
  await expectState(page, "shown");
  await page.getByRole("button", { name: /^Compare with version 1/ }).click();
  await expect(page.getByTestId("comparison")).toBeFocused();
  await expectAccessibleEverywhere(page);
});

test("no violation while a program runs, is stopped, fails and is repaired", async ({ page, server }) => {
  const loop = await storeProgram(server.url, LOOP);
  await page.goto(server.url + loop.url);
  await expectState(page, "running");
  await expectAccessibleEverywhere(page);
  await page.getByTestId("stop").click();
  await expectState(page, "stopped");
  await expectAccessibleEverywhere(page);
  await page.getByTestId("program").fill("1/0");
  await page.getByTestId("run").click();
  await expectState(page, "failed");
  await expectAccessibleEverywhere(page);
  await expect(page.getByRole("alert").filter({ hasText: "ZeroDivisionError" })).toMatchAriaSnapshot(`
    - alert:
      - 'heading "The program stopped in line 1: ZeroDivisionError" [level=2]'
      - paragraph: division by zero
      - paragraph: Change the program below and run it again.
      - region "Traceback"
  `);
  await openSales(page, server.url);
  await ask(page, "fails, repaired slowly");
  await expect(page.getByText(/Repair 1 of 2/).first()).toBeVisible();
  await expectAccessibleEverywhere(page);
  await expectState(page, "shown");
});

for (const [library, program, words] of /** @type {const} */ ([
  ["plotly", "import plotly.express as px\npx.bar(x=['a', 'b'], y=[1, 7], title='Bars').show()", /Bar chart/],
  [
    "altair",
    "import altair as alt, pandas as pd\nalt.Chart(pd.DataFrame({'t': [1, 2], 'v': [3, 4]}), title='Line').mark_line().encode(x='t', y='v')",
    /Line chart/,
  ],
  ["a table", "import pandas as pd\npd.DataFrame({'a': [1, 2], 'b': ['x', 'y']})", /Table, 2 rows/],
])) {
  test(`no violation around a figure of ${library}`, async ({ page, server }) => {
    const chart = await storeProgram(server.url, program);
    await page.goto(server.url + chart.url);
    await expectState(page, "shown");
    await expect(page.getByTestId("figure")).toContainText(words);
    await expectAccessibleEverywhere(page);
  });
}

test("no violation where a chart is passed on: its frame, its web page, and the page in the frame", async ({
  page,
  serve,
}) => {
  const open = await serve({ env: { SANDPLOT_EMBED: "any" } });
  const chart = await storeProgram(open.url, plot("Passed on"));
  await page.goto(open.url + chart.url);
  await expectState(page, "shown");
  await page.getByRole("button", { name: "Embed …" }).click();
  const embed = page.getByRole("dialog", { name: "Show this chart on another site" });
  await expect(embed.getByRole("textbox")).toHaveValue(/<iframe/);
  await expectAccessibleEverywhere(page);
  // One below the other, and none on the next.
  const parts = [embed.getByRole("heading"), embed.getByRole("textbox"), embed.getByRole("button", { name: "Close" })];
  const boxes = await Promise.all(parts.map((part) => part.boundingBox()));
  for (const [at, box] of boxes.slice(1).entries()) {
    const before = boxes[at];
    expect((box?.y ?? 0) - (before?.y ?? 0) - (before?.height ?? 0)).toBeGreaterThanOrEqual(8);
  }
  await embed.getByRole("button", { name: "Close" }).click();
  await page.getByRole("button", { name: "Save as a web page …" }).click();
  await expect(page.getByRole("dialog", { name: "Save as a web page" })).toBeVisible();
  await expectAccessibleEverywhere(page);
  await page.goto(`${open.url}/embed/${chart.id}`);
  await expectState(page, "shown");
  await expectAccessibleEverywhere(page);
});

test("no violation before the door, and behind it where nobody comes in", async ({ page, serve }) => {
  const locked = await serve({ env: { SANDPLOT_ACCESS_TOKEN: "a-token-for-the-door" } });
  await page.goto(locked.url);
  await expect(page.getByLabel("Access token")).toBeFocused();
  await expectAccessibleEverywhere(page);
});

test.describe("where nothing is", () => {
  test.use({ expectedErrors: [["status of 404"]] });
  test("no violation on the page that says so", async ({ page, server }) => {
    await page.goto(`${server.url}/charts/aaaaaaaaaaaaaaaaaaaaaaaaaa`);
    await expectAccessibleEverywhere(page);
    await expect(page.getByRole("main")).toMatchAriaSnapshot(`
      - main:
        - paragraph: "404"
        - heading [level=1]
        - paragraph: /There is no chart at this address/
        - paragraph:
          - link "Back to a new chart"
    `);
  });
});

test("the whole way without a mouse", async ({ page, server }) => {
  test.setTimeout(300_000);
  await page.goto(server.url);
  await tabTo(page, page.getByRole("button", { name: "Weather in Seattle and New York" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("listitem").filter({ hasText: "weather.csv" })).toBeVisible();
  await tabTo(page, page.getByTestId("question"), "Shift+Tab");
  await page.keyboard.type("a loop by a loop");
  await page.keyboard.press("Enter");
  await expectState(page, "running");
  await page.keyboard.press("Escape");
  await expectState(page, "stopped");

  await tabTo(page, page.getByTestId("program"));
  await page.keyboard.press("Control+A");
  await page.keyboard.press("Delete");
  await page.keyboard.insertText(plot("By keyboard"));
  await page.keyboard.press("Control+Enter");
  await expectState(page, "shown");
  const figure = page.getByTestId("figure");
  await expect(figure.getByRole("img")).toHaveAccessibleName(/By keyboard/);
  // Tab indents while somebody edits, and leaves after Escape.
  await page.keyboard.press("Escape");
  await tabTo(page, figure.getByRole("button", { name: /^Save as …: / }), "Shift+Tab");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Save the figure" });
  await expect(dialog).toBeVisible();
  await tabTo(page, dialog.getByRole("button", { name: "Cancel" }));
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(figure.getByRole("button", { name: /^Save as …: / })).toBeFocused();

  await tabTo(page, figure.getByRole("button", { name: /^Explain/ }), "Shift+Tab");
  await page.keyboard.press("Enter");
  await expect(figure.getByTestId("explanation")).toContainText("Each bar is a region");
  await tabTo(page, page.getByTestId("undo"));
  await page.keyboard.press("Enter");
  await expectState(page, "running");
  await page.keyboard.press("Escape");
  await expectState(page, "stopped");
  await tabTo(page, page.getByTestId("seal").locator("summary").first(), "Shift+Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByText("What holds here")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByText("What holds here")).toBeHidden();
});

test("a screen reader is told each step once, and no counting", async ({ page, server }) => {
  await openSales(page, server.url);
  await expect(page.getByTestId("seal")).toHaveAttribute("data-phase", "ready");
  const said = await listen(page);
  await ask(page, "a slow answer");
  await expectState(page, "shown");
  const words = await said();
  expect(words[0]).toBe("Asking the model");
  expect(words).toContain("The model is writing the program");
  expect(words.at(-1)).toMatch(/^Drawn in \d/);
  expect(new Set(words).size).toBe(words.length);
  expect(words.length).toBeLessThanOrEqual(7);
});

test("nothing moves for those who want no motion", async ({ page, server }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  const loop = await storeProgram(server.url, LOOP);
  await page.goto(server.url + loop.url);
  await expectState(page, "running");
  const bar = page.getByRole("main").getByRole("progressbar");
  /** Where the bar's pattern stood within a second. */
  const places = () =>
    bar.evaluate(async (element) => {
      const seen = new Set();
      for (let turn = 0; turn < 20; turn += 1) {
        seen.add(getComputedStyle(element).backgroundPosition);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return seen.size;
    });
  expect(await places()).toBe(1);
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
  // Where it may move, it does.
  await page.emulateMedia({ reducedMotion: "no-preference" });
  expect(await places()).toBeGreaterThan(1);
  await page.getByTestId("stop").click();
});

test.describe("large and narrow", () => {
  for (const [what, viewport, deviceScaleFactor] of /** @type {const} */ ([
    ["at 200 % on a desk", { width: 640, height: 450 }, 2],
    ["at 320 pixels", { width: 320, height: 640 }, 1],
  ])) {
    test(`nothing is lost ${what}`, async ({ browser, server }) => {
      const context = await browser.newContext({ viewport, deviceScaleFactor });
      const page = await context.newPage();
      await openSales(page, server.url);
      await expectNothingCutOff(page);
      await page.getByTestId("seal").locator("summary").first().click();
      await expectNothingCutOff(page);
      await expect(page.getByText("What was sent")).toBeVisible();
      await page.keyboard.press("Escape");
      await ask(page, "Show the sales by region");
      await expectState(page, "shown");
      await expectNothingCutOff(page);
      const figure = page.getByTestId("figure");
      await figure.getByText("Show as table").click();
      await figure.getByRole("button", { name: /^Explain/ }).click();
      await expect(figure.getByTestId("explanation")).toContainText("Each bar is a region");
      await expectNothingCutOff(page);
      await figure.getByRole("button", { name: /^Save as …: / }).click();
      const dialog = page.getByRole("dialog", { name: "Save the figure" });
      await expectNothingCutOff(page);
      const room = await dialog.getByLabel("Width").evaluate((input) => {
        const { font, paddingInlineStart, paddingInlineEnd } = getComputedStyle(input);
        const context = new OffscreenCanvas(1, 1).getContext("2d");
        if (!context) return 0;
        context.font = font;
        const around = Number.parseFloat(paddingInlineStart) + Number.parseFloat(paddingInlineEnd);
        return input.clientWidth - around - context.measureText("1538").width;
      });
      expect(room, "four digits are to be seen whole").toBeGreaterThanOrEqual(0);
      for (const name of ["Save", "Cancel"]) {
        const button = dialog.getByRole("button", { name, exact: true });
        await button.scrollIntoViewIfNeeded();
        await expect(button).toBeInViewport();
      }
      await page.keyboard.press("Escape");
      await page.getByTestId("program").fill("1/0");
      await page.getByTestId("run").click();
      await expectState(page, "failed");
      await expectNothingCutOff(page);
      await expectAccessible(page);
      await context.close();
    });
  }
});
