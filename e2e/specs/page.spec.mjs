// The page itself: by keyboard, for a screen reader, on a phone, in the dark, over a reload, in two tabs.
import { runProgram } from "../app-page.mjs";
import { expect, expectState, test } from "../fixtures.mjs";
import { storeProgram } from "../server.mjs";

const SALES = { name: "sales.csv", mimeType: "text/csv", buffer: Buffer.from("region,amount\nNorth,120\nSouth,340\n") };

test.describe("the error page", () => {
  test.use({ expectedErrors: [/404/] });
  test("a chart that does not exist has a page with a way back", async ({ page, server }) => {
    const response = await page.goto(`${server.url}/charts/aaaaaaaaaaaaaaaaaaaaaaaaaa`);
    expect(response?.status()).toBe(404);
    await page.getByRole("link").first().click();
    await expectState(page, "idle");
  });
});

test("a question can be asked by keyboard alone", async ({ page, server }) => {
  await page.goto(server.url);
  await page.getByTestId("file-input").setInputFiles(SALES);
  await expect(page.getByRole("cell", { name: "North" }).first()).toBeVisible();
  await page.getByTestId("question").focus();
  await page.keyboard.type("Show the sales by region");
  await page.keyboard.press("Enter");
  await expectState(page, "shown");
  // The figure has the focus, so that the next Tab goes on from there.
  expect(await page.evaluate(() => Boolean(document.activeElement?.closest('[data-testid="figure"]')))).toBe(true);
});

for (const width of [320, 390, 1280, 2560]) {
  test(`nothing is cut off at ${width} pixels`, async ({ page, server }) => {
    await page.setViewportSize({ width, height: 800 });
    const chart = await storeProgram(
      server.url,
      "import matplotlib.pyplot as plt, pandas as pd\nplt.plot([1, 2])\nplt.show()\npd.DataFrame({f'column {i}': [i] for i in range(30)})",
    );
    await page.goto(server.url + chart.url);
    await expectState(page, "shown");
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBeLessThanOrEqual(0);
    const figure = await page.getByTestId("figure").first().boundingBox();
    expect(figure?.width).toBeLessThanOrEqual(width);
  });
}

for (const width of [390, 1280, 1920]) {
  test(`what is in sight stays where it is while a chart comes, at ${width} pixels`, async ({ page, server }) => {
    await page.setViewportSize({ width, height: 860 });
    await page.addInitScript(() => {
      const shifts = /** @type {any} */ (globalThis);
      shifts.shifted = [];
      new PerformanceObserver((list) => {
        for (const entry of /** @type {any[]} */ (list.getEntries()))
          shifts.shifted.push([
            entry.value,
            ...entry.sources.map((/** @type {any} */ { node }) => node?.className ?? ""),
          ]);
      }).observe({ type: "layout-shift", buffered: true });
    });
    const program = "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2])\nplt.title('A line')";
    const chart = await storeProgram(server.url, program, { question: "How does it go?" });
    await page.goto(server.url + chart.url);
    await expectState(page, "shown");
    await page.waitForTimeout(1000);
    const shifted = await page.evaluate(() => /** @type {any} */ (globalThis).shifted);
    const sum = shifted.reduce((/** @type {number} */ total, /** @type {[number]} */ [value]) => total + value, 0);
    // What "good" begins with (web.dev/cls).
    expect(sum, JSON.stringify(shifted)).toBeLessThan(0.1);
  });
}

test("on paper there is the question, the figure and its words, and nothing to click", async ({ page, server }) => {
  const program = "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2])";
  const chart = await storeProgram(server.url, program, { question: "How does it go?" });
  await page.goto(server.url + chart.url);
  await expectState(page, "shown");
  await page.emulateMedia({ media: "print" });
  await expect(page.getByRole("heading", { name: "How does it go?" })).toBeVisible();
  await expect(page.getByTestId("figure").getByRole("img")).toBeVisible();
  await expect(page.getByText("Line chart", { exact: false }).first()).toBeVisible();
  await expect(page.getByRole("button")).toHaveCount(0);
  await expect(page.getByRole("textbox")).toHaveCount(0);
  const look = await page.getByTestId("figure").evaluate((figure) => {
    const { borderTopWidth, boxShadow } = getComputedStyle(figure);
    const caption = /** @type {Element} */ (figure.querySelector("figcaption"));
    return { borderTopWidth, boxShadow, caption: getComputedStyle(caption).paddingInlineStart };
  });
  expect(look).toEqual({ borderTopWidth: "0px", boxShadow: "none", caption: "0px" });
});

test("a figure that the page itself puts the focus on shows no ring; what a key leads to does", async ({
  page,
  server,
}) => {
  const chart = await storeProgram(server.url, "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2])");
  await page.goto(server.url + chart.url);
  await expectState(page, "shown");
  await expect(page.getByTestId("figure")).toBeFocused();
  await expect(page.getByTestId("figure")).toHaveCSS("outline-style", "none");
  await page.keyboard.press("Tab");
  await expect(page.getByTestId("figure").locator(":focus")).toHaveCSS("outline-style", "solid");
});

test("on the widest screen the head, the desk and the foot begin on one line", async ({ page, server }) => {
  await page.setViewportSize({ width: 2560, height: 900 });
  await page.goto(server.url);
  const starts = [
    page.getByRole("banner").getByRole("link", { name: "Sandplot" }),
    page.getByRole("heading", { name: "Data", exact: true }),
    page.getByRole("contentinfo").getByText("Sandplot"),
  ].map(async (place) => Math.round((await place.boundingBox())?.x ?? 0));
  const [head, desk, foot] = await Promise.all(starts);
  expect(head).toBeGreaterThan(100);
  expect([desk, foot]).toEqual([head, head]);
});

test("a program that draws nothing has ended, and there is no chart to pass on", async ({ page, server }) => {
  const silent = await storeProgram(server.url, "print('no figure')\n");
  await page.goto(server.url + silent.url);
  await expectState(page, "shown");
  await expect(page.getByText(/^Ended in /)).toBeVisible();
  await expect(page.getByText(/^Drawn in /)).toBeHidden();
  await expect(page.getByTestId("share")).toBeHidden();
  await page.getByTestId("program").fill("import matplotlib.pyplot as plt\nplt.plot([1, 2])\n");
  await page.getByTestId("run").click();
  await expect(page.getByText(/^Drawn in /)).toBeVisible();
  await expect(page.getByTestId("share")).toBeVisible();
});

test("the line below a chart names the tables that its program draws from, and no others", async ({ page, server }) => {
  await page.goto(server.url);
  await page
    .getByRole("button", { name: /penguins/i })
    .first()
    .click();
  await expect(page.getByRole("region", { name: "Columns of penguins.csv" })).toBeVisible();
  await page.getByTestId("program").fill("import matplotlib.pyplot as plt\nplt.plot([1, 2])\n");
  await page.getByTestId("run").click();
  await expectState(page, "shown");
  await expect(page.getByText(/^Data: /)).toBeHidden();
  await page.getByTestId("program").fill("df['species'].value_counts().plot.bar()\n");
  await page.getByTestId("run").click();
  await expect(page.getByText(/^Data: penguins.csv \(.*CC0/)).toBeVisible();
});

test("a reload in the middle of an answer brings the question back", async ({ page, server }) => {
  await page.goto(server.url);
  await page.getByTestId("file-input").setInputFiles(SALES);
  await page.getByTestId("question").fill("a slow answer");
  await page.getByTestId("ask").click();
  await expect(page.getByTestId("program")).toContainText("import");
  await page.reload();
  expect(await page.getByTestId("question").inputValue()).toBe("a slow answer");
  await expectState(page, "idle");
});

test("a question typed and a program edited survive a reload", async ({ page, server }) => {
  const chart = await storeProgram(server.url, "print('stored')");
  await page.goto(server.url + chart.url);
  await expectState(page, "shown");
  await page.getByTestId("question").fill("not asked yet");
  await page.getByTestId("program").fill("print('edited, not run')");
  await page.reload();
  await expect(page.getByTestId("program")).toHaveText("print('edited, not run')");
  expect(await page.getByTestId("question").inputValue()).toBe("not asked yet");
});

test("a program that is run before the page has come to rest is not replaced by the stored one", async ({
  page,
  server,
}) => {
  const chart = await storeProgram(server.url, "print('stored')");
  await page.addInitScript(`
    if (globalThis === top) addEventListener("DOMContentLoaded", () => ${runProgram("print('quicker')")});
  `);
  await page.goto(server.url + chart.url);
  await expectState(page, "shown");
  await expect(page.getByTestId("stdout")).toHaveText("quicker");
  await expect(page.getByTestId("program")).toHaveText("print('quicker')");
});

test("a covered window, which gets no frames, says what happens all the same", async ({ page, server }) => {
  await page.addInitScript(() => {
    globalThis.requestAnimationFrame = () => 0;
  });
  const chart = await storeProgram(server.url, "print(6 * 7)");
  await page.goto(server.url + chart.url);
  await expectState(page, "shown");
  await expect(page.getByTestId("stdout")).toHaveText("42");
  await expect(page.getByTestId("seal")).toHaveAttribute("data-phase", "ready");
});

test("two tabs do not disturb each other", async ({ page, context, server }) => {
  const other = await context.newPage();
  await page.goto(server.url);
  await other.goto(server.url);
  await page.getByTestId("file-input").setInputFiles(SALES);
  await other
    .getByTestId("file-input")
    .setInputFiles({ name: "other.csv", mimeType: "text/csv", buffer: Buffer.from("region,amount\nWest,1\n") });
  await page.getByTestId("question").fill("Show the sales by region");
  await other.getByTestId("question").fill("make it logarithmic");
  await page.getByTestId("ask").click();
  await other.getByTestId("ask").click();
  await expectState(page, "shown");
  await expectState(other, "shown");
  await expect(page.getByTestId("figure").getByRole("img")).toHaveAccessibleName(/^((?!logarithmic).)*$/);
  await expect(other.getByTestId("figure").getByRole("img")).toHaveAccessibleName(/logarithmic/);
  expect(new URL(page.url()).pathname).not.toBe(new URL(other.url()).pathname);
});

test("a stored program is inert text in the page", async ({ page, server }) => {
  const program = "# </pre><script>alert(1)</script> & \"quotes\"\nprint('ok')\n";
  const chart = await storeProgram(server.url, program);
  await page.goto(server.url + chart.url);
  await expectState(page, "shown");
  expect(await page.getByTestId("program").textContent()).toBe(program);
});
