// A server with an access token, in a browser: the way in, the sandbox behind it, a link from elsewhere, the way out.
import { createServer } from "node:http";
import AxeBuilder from "@axe-core/playwright";
import { expect, expectState, test } from "../fixtures.mjs";
import { startServer } from "../server.mjs";

const TOKEN = "a-token-for-the-browser";

/** @type {Awaited<ReturnType<typeof startServer>>} */
let locked;
/** The address of a chart there. */
let chart = "";

test.beforeAll(async () => {
  locked = await startServer({ env: { SANDPLOT_ACCESS_TOKEN: TOKEN } });
  const response = await fetch(`${locked.url}/api/v1/charts`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify({ program: "print('seen')", question: "Who sees this?" }),
  });
  chart = `${locked.url}${(await response.json()).url}`;
});

test.afterAll(() => locked.stop());

/** @param {import("@playwright/test").Page} page @param {string} token */
async function logIn(page, token) {
  await page.getByLabel("Access token").fill(token);
  await page.getByRole("button", { name: "Log in" }).click();
}

test.describe("with a wrong token", () => {
  // Chromium reports the status of a refused page as an error.
  test.use({ expectedErrors: [["status of 403"]] });

  test("nobody comes in, with the right one to where they wanted", async ({ page }) => {
    await page.goto(chart);
    await expect(page).toHaveURL(/\/login\?next=/);
    await logIn(page, "a-guess");
    await expect(page.getByRole("alert")).toHaveText("That is not the access token.");
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);

    await logIn(page, TOKEN);
    await expect(page).toHaveURL(chart);
    await expectState(page, "shown");
    await expect(page.getByTestId("stdout")).toHaveText("seen");
    expect(await page.evaluate(() => document.cookie)).toBe("");

    await page.getByRole("button", { name: "Log out" }).click();
    await expect(page).toHaveURL(`${locked.url}/login`);
    await page.goto(chart);
    await expect(page).toHaveURL(/\/login\?next=/);
  });
});

test("who is logged in and follows a link on another site is not asked again", async ({ context }) => {
  const elsewhere = createServer((_, response) => {
    response.setHeader("content-type", "text/html").end(`<a href="${chart}">A chart</a>`);
  });
  await new Promise((resolve) => elsewhere.listen(0, "127.0.0.1", () => resolve(undefined)));
  const page = await context.newPage();
  await page.goto(`${locked.url}/login`);
  await logIn(page, TOKEN);
  await expect(page).toHaveURL(`${locked.url}/`);
  // Another name is another site, although it is the same machine.
  await page.goto(`http://localhost:${elsewhere.address().port}/`);
  await page.getByRole("link").click();
  await expect(page).toHaveURL(chart);
  await expect(page.getByRole("heading", { name: "Who sees this?" })).toBeVisible();
  elsewhere.close();
  elsewhere.closeAllConnections();
});
