// Every package the model is told of imports in the real browser with the network off.
import { expect, expectState, test } from "../fixtures.mjs";
import { storeProgram } from "../server.mjs";

// Off is off: the page cannot store the edited program then, says so, and runs it all the same.
test.use({ expectedErrors: [/ERR_INTERNET_DISCONNECTED/] });

test("what a program imports is on its way while the model still writes", async ({ page, server }) => {
  await page.goto(server.url);
  await expect(page.locator('[data-hook="seal-status"]')).toHaveText("ready", { timeout: 60_000 });
  await page.getByTestId("question").fill("a heat map, slowly");
  const fetched = page.waitForRequest((request) => request.url().endsWith("/seaborn.pack"));
  await page.getByTestId("ask").click();
  await fetched;
  await expect(page.locator("main")).toHaveAttribute("data-state", "asking");
  await expect(page.getByTestId("program")).not.toContainText("plt.show()");
  // Nothing waits for it, so nothing says that it does.
  await expect(page.locator('[data-hook="seal-status"]')).toHaveText("ready");
  await expectState(page, "shown");
  await expect(page.getByRole("img", { name: /Heat map/ })).toBeVisible();
});

test("every listed package imports with the network off", async ({ page, context, server }) => {
  test.setTimeout(300_000);
  await page.goto(server.url);
  const { packages, imports } = await page.evaluate(
    () => JSON.parse(document.getElementById("page-data")?.textContent ?? "{}").runtime,
  );
  const modules = Object.keys(imports).sort();
  expect(Object.keys(packages).length).toBeGreaterThan(20);
  const wanted = [
    "numpy",
    "pandas",
    "matplotlib",
    "seaborn",
    "scipy",
    "sklearn",
    "sympy",
    "PIL",
    "openpyxl",
    "lxml",
    "bs4",
    "plotly",
    "altair",
    "networkx",
  ];
  expect(modules).toEqual(expect.arrayContaining(wanted));

  const program = [
    ...modules.map((module) => `# needs: \nif False:\n    import ${module}`),
    "import importlib, warnings",
    "warnings.simplefilter('ignore')",
    "failed = []",
    `for name in ${JSON.stringify(modules)}:`,
    "    try:",
    "        importlib.import_module(name)",
    "    except BaseException as error:",
    "        failed.append(f'{name}: {type(error).__name__}: {error}')",
    `print(len(failed), 'of ${modules.length} failed', failed)`,
  ].join("\n");
  const chart = await storeProgram(server.url, program);
  // Once with the server, so that the page holds every file; then with no network at all.
  await page.goto(server.url + chart.url);
  await expectState(page, "shown");
  await page.getByTestId("program").fill(`${program}\nprint('offline')`);
  await context.setOffline(true);
  await page.getByTestId("run").click();
  await expect(page.getByTestId("stdout")).toContainText("offline", { timeout: 120_000 });
  await expect(page.getByTestId("stdout")).toContainText(`0 of ${modules.length} failed`);
});

test("a page that has drawn once goes on without the network, chart after chart", async ({ page, context, server }) => {
  const plot = (/** @type {string} */ title) =>
    `import matplotlib.pyplot as plt\nplt.plot([1, 3, 2])\nplt.title("${title}")\n`;
  const chart = await storeProgram(server.url, plot("On"));
  // The files that few programs need come a little later, for every page.
  const rest = page.waitForEvent("requestfinished", (request) => request.url().endsWith("/base-rest.pack"));
  await page.goto(server.url + chart.url);
  await expectState(page, "shown");
  await rest;
  await context.setOffline(true);
  for (const title of ["First", "Second", "Third"]) {
    await page.getByTestId("program").fill(plot(title));
    await page.getByTestId("run").click();
    await expect(page.getByTestId("figure").getByRole("img")).toHaveAccessibleName(new RegExp(title));
    await expectState(page, "shown");
  }
});
