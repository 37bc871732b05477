// A chart as one HTML file that draws it again: from disk, from another site, with and without the data, the runtime and the network.

import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import AxeBuilder from "@axe-core/playwright";
import { startSite, watch } from "../elsewhere.mjs";
import { expect, expectState, facesOf, test } from "../fixtures.mjs";
import { startServer, storeProgram } from "../server.mjs";

const LINE = "import matplotlib.pyplot as plt\nplt.plot([2010, 2020], [1, 3], label='a')\nplt.title('Rising')";
const HOSTILE = '</title><script>document.title="taken"</script>';
const CANARY = "canary-of-a-row";
const ORDERS = {
  name: "orders.csv",
  mimeType: "text/csv",
  buffer: Buffer.from(`kind,price\nplain,1\n${CANARY},3\n`),
};

/**
 * @param {import("@playwright/test").Page} page
 * @param {(dialog: import("@playwright/test").Locator) => Promise<void>} [choose]
 */
async function saved(page, choose = async () => {}) {
  await page.getByRole("button", { name: "Save as a web page …" }).click();
  const dialog = page.getByRole("dialog", { name: "Save as a web page" });
  await choose(dialog);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    dialog.getByRole("button", { name: "Save" }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^[\w-]+\.html$/);
  const text = await readFile(await download.path(), "utf8");
  const path = join(tmpdir(), `sandplot-${process.pid}-${Math.random().toString(36).slice(2)}.html`);
  await writeFile(path, text);
  return { text, url: pathToFileURL(path).href };
}

/** Opens a table of the person's own and draws it. @param {import("@playwright/test").Page} page @param {string} url */
async function drawOrders(page, url) {
  await page.goto(url);
  await page.getByTestId("file-input").setInputFiles(ORDERS);
  await expect(page.getByRole("list", { name: "Open tables" })).toContainText("orders.csv");
  await page.getByTestId("program").fill("df.plot.bar(x='kind', y='price')\n");
  await page.getByTestId("run").click();
  await expectState(page, "shown");
}

/**
 * Opens a file as somebody else would, who has nothing of the server, and notes what it asks for.
 * @param {import("@playwright/test").Browser} browser
 * @param {string} url
 */
async function opened(browser, url) {
  const context = await browser.newContext();
  const asked = watch(context);
  const file = await context.newPage();
  /** @type {string[]} */
  const faults = [];
  file.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  file.on("pageerror", (error) => faults.push(error.message));
  await file.goto(url);
  return { context, file, asked, faults };
}

test("from disk it draws the chart again, with the runtime of the server and nothing else", async ({
  page,
  server,
  browser,
}) => {
  const chart = await storeProgram(server.url, LINE, { question: HOSTILE });
  await page.goto(server.url + chart.url);
  await expectState(page, "shown");
  const { text, url } = await saved(page);
  expect(text).not.toContain("<script>document.title");

  const { context, file, asked, faults } = await opened(browser, url);
  await expectState(file, "shown");
  await expect(file).toHaveTitle(HOSTILE);
  await expect(file.getByTestId("figure").getByRole("img")).toHaveAttribute(
    "alt",
    /rises from 1 \(2010\) to 3 \(2020\)/,
  );
  await expect(file.getByTestId("status")).toContainText("Drawn anew in");
  await expect(file.getByRole("link", { name: "Open in Sandplot" })).toHaveAttribute("href", server.url + chart.url);
  expect(asked.filter((address) => address !== url && !address.startsWith(`${server.url}/runtime/`))).toEqual([]);
  expect(asked.length).toBeGreaterThan(5);
  // In one look: frames come and go while the next interpreter is made ready.
  const rules = await file.locator("iframe").evaluateAll((all) => all.map((frame) => frame.getAttribute("sandbox")));
  expect(rules.filter((rule) => rule !== "allow-scripts")).toEqual([]);
  expect((await new AxeBuilder({ page: file }).analyze()).violations).toEqual([]);
  await expect(file.getByRole("main")).toMatchAriaSnapshot(`
    - main:
      - heading [level=1]
      - status: /Drawn anew in/
      - figure
      - group: The program
  `);
  expect(faults).toEqual([]);
  await context.close();
});

test("the picture is there before, and stays where the server cannot be had", async ({ page, browser }) => {
  const short = await startServer();
  const chart = await storeProgram(short.url, LINE, { question: "Rising" });
  await page.goto(short.url + chart.url);
  await expectState(page, "shown");
  const { url } = await saved(page);
  await page.close();
  await short.stop();

  const { context, file } = await opened(browser, url);
  await expect(file.getByRole("img", { name: /rises from 1/ })).toBeVisible();
  await expectState(file, "failed");
  await expect(file.getByRole("alert")).toContainText(`Python’s files come from ${new URL(short.url).host}`);
  await expect(file.getByRole("img", { name: /rises from 1/ })).toBeVisible();
  await context.close();
});

test("rows are in the file only if somebody chose so", async ({ page, server, browser }) => {
  await drawOrders(page, server.url);
  const without = await saved(page, async (dialog) => {
    await expect(dialog.getByRole("checkbox", { name: /^Put the rows of orders\.csv/ })).not.toBeChecked();
    await expect(dialog.getByRole("status")).toContainText("It asks for the data before it draws.");
  });
  expect(without.text).not.toContain(Buffer.from(CANARY).toString("base64").slice(0, 12));
  expect(without.text).not.toContain('id="table-0"');

  const first = await opened(browser, without.url);
  await expect(first.file.getByText("This chart is drawn from orders.csv, which is not in this file.")).toBeVisible();
  expect(first.asked).toEqual([without.url]);
  // Renamed since: the only file that is wanted is the only one there is.
  await first.file.getByLabel("Choose the file").setInputFiles({ ...ORDERS, name: "orders (1).csv" });
  await expectState(first.file, "shown");
  await expect(first.file.getByTestId("figure")).toHaveCount(1);
  expect(first.faults).toEqual([]);
  await first.context.close();

  const given = await saved(page, (dialog) => dialog.getByRole("checkbox", { name: /^Put the rows/ }).check());
  expect(given.text).toContain('id="table-0"');
  const second = await opened(browser, given.url);
  await expectState(second.file, "shown");
  await second.file.getByText("Show as table").click();
  await expect(second.file.getByRole("cell", { name: CANARY })).toBeVisible();
  expect(second.faults).toEqual([]);
  await second.context.close();
});

test("with Python in it, it draws an interactive figure without any network", async ({ page, server, browser }) => {
  test.setTimeout(400_000);
  const program = "import plotly.express as px\npx.line(x=[2010, 2020], y=[1, 3], title='Rising').show()";
  const chart = await storeProgram(server.url, program, { question: "Rising" });
  await page.goto(server.url + chart.url);
  await expectState(page, "shown");
  const { text, url } = await saved(page, (dialog) => dialog.getByRole("checkbox", { name: /^Works offline/ }).check());
  console.log(`a file with Python and plotly in it: ${(text.length / 1e6).toFixed(1)} MB`);
  expect(text).toContain("connect-src &#39;none&#39;");

  const { context, file, asked, faults } = await opened(browser, url);
  await expectState(file, "shown");
  const frame = file.getByTestId("figure").locator("iframe").contentFrame();
  await expect(frame.locator("svg").first()).toBeVisible();
  expect(await facesOf(frame.locator("body"))).toContain("Sandplot Sans loaded");
  expect(asked).toEqual([url]);
  expect(faults).toEqual([]);
  await context.close();
});

test("from another site it draws as well, and its program reaches nothing", async ({ page, server, browser }) => {
  /** @type {string[]} */
  const heard = [];
  let text = "";
  const site = await startSite((path) => {
    if (path.startsWith("/heard")) heard.push(path);
    return path === "/chart.html" ? text : "<!doctype html><title>canary</title>";
  });
  const canary = `${site.url}/heard`;
  // Each of these would reach the site that the file itself lies on, if nothing held it.
  const attempts = {
    xhr: "(url) => { const x = new XMLHttpRequest(); x.open('GET', url, false); x.send(); return x.status }",
    socket: "(url) => { new WebSocket(url.replace('http', 'ws')) }",
    events: "(url) => { new EventSource(url) }",
    fetch: "(url) => fetch(url, {mode: 'no-cors'})",
    scripts: "(url) => { importScripts(url) }",
    nested: "(url) => { new Worker(URL.createObjectURL(new Blob(['fetch(' + JSON.stringify(url) + ')']))) }",
  };
  const program = [
    "from pyodide.code import run_js",
    "import inspect",
    ...Object.entries(attempts).flatMap(([name, attempt]) => [
      "try:",
      `    made = run_js(${JSON.stringify(attempt)})("${canary}/${name}")`,
      "    made = await made if inspect.isawaitable(made) else made",
      "except BaseException as error:",
      `    print("${name} held")`,
    ]),
    LINE,
  ].join("\n");
  const chart = await storeProgram(server.url, program, { question: "Hostile" });
  await page.goto(server.url + chart.url);
  await expectState(page, "shown");
  ({ text } = await saved(page));

  const { context, file, asked } = await opened(browser, `${site.url}/chart.html`);
  await expectState(file, "shown");
  const printed = file.getByRole("region", { name: "What the program printed" });
  for (const name of ["xhr", "fetch", "scripts"]) await expect(printed).toContainText(`${name} held`);
  expect(heard).toEqual([]);
  expect(asked.some((address) => address.startsWith(`${server.url}/runtime/`))).toBe(true);
  // The page itself, opened by hand, may ask no more than the program in it.
  await expect(file.evaluate((url) => fetch(url, { mode: "no-cors" }), `${canary}/page`)).rejects.toThrow();
  await expect(file.evaluate((url) => fetch(url, { mode: "no-cors" }), `${server.url}/runtime.json`)).rejects.toThrow();
  expect(heard).toEqual([]);
  await context.close();
  site.stop();
});

test("a byte of the runtime that is not the pinned one is refused", async ({ page, server, browser }) => {
  const chart = await storeProgram(server.url, LINE, { question: "Rising" });
  await page.goto(server.url + chart.url);
  await expectState(page, "shown");
  const { url } = await saved(page);
  const context = await browser.newContext();
  const file = await context.newPage();
  await file.route(/\/runtime\/.*pyodide-core\.js$/, (route) =>
    route.fulfill({
      status: 200,
      headers: { "access-control-allow-origin": "*", "content-type": "text/javascript" },
      body: "postMessage('taken')",
    }),
  );
  await file.goto(url);
  await expectState(file, "failed");
  await expect(file.getByRole("alert")).toContainText("pyodide-core.js is not the file this server pinned");
  await context.close();
});
