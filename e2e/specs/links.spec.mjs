// Links: a short one that is copied, and the page that somebody without the token gets where the operator lets anyone read.

import AxeBuilder from "@axe-core/playwright";
import { expect, expectState, test } from "../fixtures.mjs";
import { startServer, storeProgram } from "../server.mjs";

const LINE = "import matplotlib.pyplot as plt\nplt.plot([2010, 2020], [1, 3])\nplt.title('Rising')";
const TOKEN = "a-token-for-the-links";

test("a short link is copied, and leads to the chart", async ({ page, server, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const chart = await storeProgram(server.url, LINE, { question: "Rising" });
  await page.goto(server.url + chart.url);
  await expectState(page, "shown");
  const share = page.getByRole("group", { name: "This chart elsewhere" });
  await expect(share).toMatchAriaSnapshot(`
    - group "This chart elsewhere":
      - button "Copy link"
      - button "Embed …"
      - button "Save as a web page …"
  `);
  await share.getByRole("button", { name: "Copy link" }).click();
  await expect(share.getByRole("status")).toHaveText("The link is copied.");
  // Asked a second time it is the same.
  const again = await fetch(`${server.url}/api/v1/charts/${chart.id}/link`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: "{}",
  });
  const { url } = await again.json();
  expect(url).toMatch(/^\/c\/[a-z2-7]{13}$/);
  await page.goto(server.url + url);
  await expect(page).toHaveURL(server.url + chart.url);
  await expectState(page, "shown");
  // This server's pages may not read a clipboard: pasting is a person's.
  await page.getByTestId("question").focus();
  await page.keyboard.press("Control+V");
  await expect(page.getByTestId("question")).toHaveValue(server.url + url);
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
});

test("where the browser does not copy, the link is there to be taken", async ({ page, server }) => {
  const chart = await storeProgram(server.url, LINE);
  await page.addInitScript(() => {
    Object.defineProperty(navigator, "clipboard", { value: undefined });
  });
  await page.goto(server.url + chart.url);
  await expectState(page, "shown");
  await page.getByRole("button", { name: "Copy link" }).click();
  await expect(page.getByRole("dialog", { name: "Link to this chart" }).getByRole("textbox")).toHaveValue(
    /^http:\/\/127\.0\.0\.1:\d+\/c\/[a-z2-7]{13}$/,
  );
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
});

test.describe("where anyone may read links", () => {
  /** @type {Awaited<ReturnType<typeof startServer>>} */
  let locked;
  /** @type {{id: string, url: string}} */
  let chart;

  test.beforeAll(async () => {
    locked = await startServer({ env: { SANDPLOT_ACCESS_TOKEN: TOKEN, SANDPLOT_LINKS: "anyone" } });
    const response = await fetch(`${locked.url}/api/v1/charts`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify({ program: LINE, question: "Who sees this?" }),
    });
    chart = await response.json();
  });

  test.afterAll(() => locked.stop());

  test("a stranger sees the chart and its program, and cannot ask", async ({ page, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.goto(locked.url + chart.url);
    await expectState(page, "shown");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Who sees this?");
    await expect(page.getByTestId("figure")).toHaveCount(1);
    await expect(page.getByTestId("ask")).toBeHidden();
    await expect(page.getByTestId("question")).toBeHidden();
    await expect(page.getByRole("button", { name: "Log out" })).toHaveCount(0);
    const program = page.getByTestId("program");
    await expect(program).toContainText("plt.plot");
    await program.click();
    await page.keyboard.type("broken = ");
    await expect(program).not.toContainText("broken");
    await page.getByRole("button", { name: "Copy link" }).click();
    await expect(page.getByText("The link is copied.")).toBeVisible();
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);

    await page.getByTestId("run").click();
    await expectState(page, "shown");
    await page.getByRole("link", { name: "Log in" }).click();
    await page.getByLabel("Access token").fill(TOKEN);
    await page.getByRole("button", { name: "Log in" }).click();
    await expect(page).toHaveURL(locked.url + chart.url);
    await expect(page.getByTestId("question")).toBeVisible();
    await expect(page.getByRole("button", { name: "Log out" })).toBeVisible();
  });
});
