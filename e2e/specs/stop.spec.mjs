// Any program can be ended, by the person and by the clock, and the next run works.
import { expect, expectState, test } from "../fixtures.mjs";
import { startServer, storeProgram } from "../server.mjs";

const SWALLOWS =
  "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass\n";
const DRAWS = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title('After')";

/** @param {import("@playwright/test").Page} page */
async function expectNextRun(page) {
  await page.getByTestId("program").fill(DRAWS);
  await page.getByTestId("run").click();
  await expectState(page, "shown");
  await expect(page.getByTestId("figure").getByRole("img")).toHaveAccessibleName(/After/);
}

for (const [title, program] of [
  ["a loop that swallows every exception", SWALLOWS],
  ["a sleep of an hour", "import time\ntime.sleep(3600)"],
  ["one long call into numpy", "import numpy as np\na = np.ones((9000, 9000))\nwhile True:\n    a = a @ a"],
]) {
  test(`${title} is stopped by the button, and the next run works`, async ({ page, server }) => {
    const chart = await storeProgram(server.url, program);
    await page.goto(server.url + chart.url);
    await expectState(page, "running");
    await page.getByTestId("stop").click();
    await expectState(page, "stopped");
    await expectNextRun(page);
  });
}

test("a program whose calls go too deep for the browser is told at once, and the next run works", async ({
  browser,
  server,
}) => {
  // Not by the fixture, since Pyodide writes of it on the console.
  const page = await browser.newPage();
  const deep = "class Deep:\n    def __repr__(self):\n        return repr(self)\nrepr(Deep())";
  const chart = await storeProgram(server.url, deep);
  await page.goto(server.url + chart.url);
  await expectState(page, "failed");
  await expect(page.getByTestId("error")).toContainText("calls itself without end");
  await expectNextRun(page);
  await page.close();
});

test("Escape stops a run", async ({ page, server }) => {
  const chart = await storeProgram(server.url, SWALLOWS);
  await page.goto(server.url + chart.url);
  await expectState(page, "running");
  await page.keyboard.press("Escape");
  await expectState(page, "stopped");
});

test.describe("with a short clock and little memory", () => {
  /** @type {Awaited<ReturnType<typeof startServer>>} */
  let strict;
  test.beforeAll(async () => {
    strict = await startServer({ env: { SANDPLOT_RUN_SECONDS: "4", SANDPLOT_MEMORY_MB: "512" } });
  });
  test.afterAll(() => strict.stop());

  test("the clock ends a run and says which limit it was", async ({ page }) => {
    const chart = await storeProgram(strict.url, SWALLOWS);
    await page.goto(strict.url + chart.url);
    await expectState(page, "failed");
    await expect(page.getByTestId("error")).toContainText("4 seconds");
  });

  test("memory beyond the cap is a MemoryError, and the next run works", async ({ page }) => {
    const chart = await storeProgram(strict.url, "blocks = []\nwhile True:\n    blocks.append(bytearray(50_000_000))");
    await page.goto(strict.url + chart.url);
    await expectState(page, "failed");
    await expect(page.getByTestId("error")).toContainText("MemoryError");
    await expectNextRun(page);
  });

  test("files beyond the cap find no space, and those that were removed make room again", async ({ page }) => {
    const program = [
      "for i in range(12):",
      "    open('/tmp/again', 'wb').write(b'x' * 50_000_000)",
      "    import os; os.remove('/tmp/again')",
      "print('there was room')",
      "for i in range(1000):",
      "    open(f'/tmp/{i}', 'wb').write(b'x' * 50_000_000)",
    ].join("\n");
    const chart = await storeProgram(strict.url, program);
    await page.goto(strict.url + chart.url);
    await expectState(page, "failed");
    await expect(page.getByTestId("stdout")).toHaveText("there was room\n");
    await expect(page.getByTestId("error")).toContainText("No space left on device");
    await page.getByTestId("program").fill("open('/tmp/large', 'wb').truncate(2_000_000_000)");
    await page.getByTestId("run").click();
    await expect(page.getByTestId("error")).toContainText("line 1");
    await expect(page.getByTestId("error")).toContainText("No space left on device");
    await expectNextRun(page);
  });

  test("endless printing is cut and the page stays alive", async ({ page }) => {
    const chart = await storeProgram(strict.url, "while True:\n    print('x' * 1000)");
    await page.goto(strict.url + chart.url);
    await expectState(page, "failed");
    const printed = (await page.getByTestId("stdout").textContent()) ?? "";
    expect(printed.length).toBeGreaterThan(1000);
    expect(printed.length).toBeLessThan(2_200_000);
  });
});

test("no run finds what an earlier one left", async ({ page, server }) => {
  const chart = await storeProgram(
    server.url,
    "import builtins, pandas\nprint(hasattr(builtins, 'left'), hasattr(pandas, 'left'))\nbuiltins.left = pandas.left = 1",
  );
  await page.goto(server.url + chart.url);
  await expectState(page, "shown");
  await page.getByTestId("run").click();
  await expect(page.locator("main")).not.toHaveAttribute("data-state", "shown");
  await expectState(page, "shown");
  await expect(page.getByTestId("stdout")).toHaveText("False False");
});
