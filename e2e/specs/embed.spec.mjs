// A chart in a frame on another site: drawn there without that site being isolated, sealed, and with nothing in it to be clicked into.

import { startSite, watch } from "../elsewhere.mjs";
import { expect, expectState, facesOf, test } from "../fixtures.mjs";
import { startServer, storeProgram } from "../server.mjs";

const LINE = "import matplotlib.pyplot as plt\nplt.plot([2010, 2020], [1, 3], label='a')\nplt.title('Rising')";
const PENGUINS = {
  tables: [{ name: "penguins", file: "penguins.csv", columns: [{ name: "species", type: "text" }] }],
};
const ORDERS = { tables: [{ name: "orders", file: "orders.csv", columns: [{ name: "price", type: "number" }] }] };

/** @type {Awaited<ReturnType<typeof startServer>>} */
let open;
/** What the other site's page holds. */
let content = "";
/** @type {Awaited<ReturnType<typeof startSite>>} */
let site;

test.beforeAll(async () => {
  site = await startSite(() => `<!doctype html><html lang="en"><title>A blog</title><h1>A blog</h1>${content}</html>`);
  open = await startServer({ env: { SANDPLOT_EMBED: site.url } });
});

test.afterAll(async () => {
  site.stop();
  await open.stop();
});

/**
 * The snippet that the page offers.
 * @param {import("@playwright/test").Page} page
 * @param {string} url of the chart
 */
async function snippetOf(page, url) {
  await page.goto(url);
  await expectState(page, "shown");
  await page.getByRole("button", { name: "Embed …" }).click();
  const text = await page.getByTestId("to-copy").inputValue();
  await page.getByRole("button", { name: "Close" }).click();
  return text;
}

/** @param {import("@playwright/test").Browser} browser */
async function visited(browser) {
  const context = await browser.newContext();
  const asked = watch(context);
  const page = await context.newPage();
  await page.goto(site.url);
  return { context, page, asked, frame: page.getByTitle(/./).first().contentFrame() };
}

test("the snippet draws the chart on another site, from a frame without an origin", async ({ page, browser }) => {
  const chart = await storeProgram(open.url, LINE, { question: "Rising" });
  content = await snippetOf(page, open.url + chart.url);
  expect(content).toMatch(/^<iframe src="http:\/\/127\.0\.0\.1:\d+\/embed\/[a-z2-7]{26}" title="Rising"/);

  const { context, page: blog, asked, frame } = await visited(browser);
  expect(await blog.evaluate(() => crossOriginIsolated)).toBe(false);
  await expect(frame.getByRole("main")).toHaveAttribute("data-state", "shown");
  await expect(frame.getByTestId("figure").getByRole("img")).toHaveAttribute("alt", /rises from 1/);
  const inside = blog.frames()[1];
  expect(await inside?.evaluate(() => self.origin)).toBe("null");
  await expect(frame.getByRole("button")).toHaveCount(0);
  await expect(frame.getByRole("textbox")).toHaveCount(0);
  const elsewhere = asked.filter((address) => !address.startsWith(`${open.url}/runtime/`) && !/favicon/.test(address));
  expect(elsewhere).toEqual([`${site.url}/`, `${open.url}/embed/${chart.id}`]);
  // The way to the chart's own page, which is as that page is otherwise.
  const [own] = await Promise.all([
    context.waitForEvent("page"),
    frame.getByRole("link", { name: "Open in Sandplot" }).click(),
  ]);
  await expect(own).toHaveURL(open.url + chart.url);
  await expectState(own, "shown");
  await context.close();
});

test("a chart of a sample table is drawn, of one's own file says what it lacks", async ({ page, browser }) => {
  const sample = await storeProgram(open.url, "df['species'].value_counts().plot.bar()", { profile: PENGUINS });
  content = await snippetOf(page, open.url + sample.url);
  const first = await visited(browser);
  await expect(first.frame.getByRole("main")).toHaveAttribute("data-state", "shown");
  await expect(first.frame.getByTestId("figure")).toHaveCount(1);
  await first.context.close();

  const own = await storeProgram(open.url, "df.plot()", { profile: ORDERS });
  content = `<iframe title="own" src="${open.url}/embed/${own.id}" sandbox="allow-scripts"></iframe>`;
  const second = await visited(browser);
  await expect(second.frame.getByRole("status")).toHaveText(
    "This chart is drawn from orders.csv, which is not here: rows are never stored on the server.",
  );
  await expect(second.frame.getByRole("link", { name: "Open in Sandplot" })).toBeVisible();
  // Python is not fetched for nothing.
  expect(second.asked.filter((address) => address.includes("/runtime/"))).toEqual([]);
  await second.context.close();
});

test("an interactive figure is drawn in the frame too", async ({ browser }) => {
  const program = "import plotly.express as px\npx.line(x=[2010, 2020], y=[1, 3], title='Rising').show()";
  const chart = await storeProgram(open.url, program);
  content = `<iframe title="live" src="${open.url}/embed/${chart.id}" sandbox="allow-scripts" width="700" height="600"></iframe>`;
  const { context, frame } = await visited(browser);
  await expect(frame.getByRole("main")).toHaveAttribute("data-state", "shown");
  const figure = frame.getByTestId("figure").locator("iframe").contentFrame();
  await expect(figure.locator("svg").first()).toBeVisible();
  expect(await facesOf(figure.locator("body"))).toContain("Sandplot Sans loaded");
  await context.close();
});

test("opened by itself a frame's page has no origin either, and cannot act for who is logged in", async ({
  browser,
}) => {
  const token = "a-token-for-the-frames";
  const locked = await startServer({
    env: { SANDPLOT_ACCESS_TOKEN: token, SANDPLOT_LINKS: "anyone", SANDPLOT_EMBED: "any" },
  });
  const headers = { "Content-Type": "application/json", Authorization: `Bearer ${token}` };
  const body = JSON.stringify({ program: LINE });
  const stored = await (await fetch(`${locked.url}/api/v1/charts`, { method: "POST", headers, body })).json();
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${locked.url}/login`);
  await page.getByLabel("Access token").fill(token);
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page).toHaveURL(`${locked.url}/`);

  await page.goto(`${locked.url}/embed/${stored.id}`);
  await expectState(page, "shown");
  expect(await page.evaluate(() => self.origin)).toBe("null");
  // Neither read nor written, whatever ran here.
  const attempt = (/** @type {string} */ path, /** @type {RequestInit} */ options) =>
    page.evaluate(
      ([url, init]) =>
        fetch(/** @type {string} */ (url), /** @type {RequestInit} */ (init)).then(
          () => "answered",
          () => "held",
        ),
      /** @type {const} */ ([locked.url + path, options]),
    );
  expect(await attempt("/api/v1/charts", { method: "POST", body, credentials: "include", mode: "no-cors" })).toBe(
    "held",
  );
  expect(await attempt(stored.url, { credentials: "include" })).toBe("held");
  await context.close();
  await locked.stop();
});

test.describe("on a site that the operator did not name", () => {
  test("the frame stays empty", async ({ browser }) => {
    const chart = await storeProgram(open.url, LINE);
    const other = await startSite(
      () => `<!doctype html><iframe title="x" src="${open.url}/embed/${chart.id}"></iframe>`,
    );
    const context = await browser.newContext();
    const page = await context.newPage();
    const refused = page.waitForEvent("console", (message) => message.text().includes("frame-ancestors"));
    await page.goto(other.url);
    await refused;
    await expect(page.getByTitle("x").contentFrame().getByRole("main")).toHaveCount(0);
    await context.close();
    other.stop();
  });
});

test("where embedding is off, the page says so and how it is switched on", async ({ page, server }) => {
  const chart = await storeProgram(server.url, LINE);
  await page.goto(server.url + chart.url);
  await expectState(page, "shown");
  await page.getByRole("button", { name: "Embed …" }).click();
  const dialog = page.getByRole("dialog", { name: "Show this chart on another site" });
  await expect(dialog).toContainText("SANDPLOT_EMBED=any");
  await expect(dialog.getByRole("textbox")).toHaveCount(0);
});
