// Words about a figure, a program, and a part of it, on request: what leaves the tab for them, what is shown, how they are stopped.
import { expect, expectState, test } from "../fixtures.mjs";
import { storeProgram } from "../server.mjs";

const SALES = {
  name: "sales.csv",
  mimeType: "text/csv",
  buffer: Buffer.from("region,amount\nNorth,120\nSouth,340\nEast,210\nNorth,80\n"),
};

/** @param {import("@playwright/test").Page} page @param {string} url */
async function askForSales(page, url) {
  await page.goto(url);
  await page.getByTestId("file-input").setInputFiles(SALES);
  await page.getByTestId("question").fill("Show the sales by region");
  await page.getByTestId("ask").click();
  await expectState(page, "shown");
}

/** @param {import("@playwright/test").Page} page */
const sentRequest = (page) => page.waitForRequest((request) => request.url().endsWith("/explain"));

test("a figure is explained from its facts without a value of the table", async ({ page, server }) => {
  await askForSales(page, server.url);
  const figure = page.getByTestId("figure");
  const request = sentRequest(page);
  await figure.getByRole("button", { name: /^Explain/ }).click();
  const body = (await request).postData() ?? "";
  expect(body).not.toMatch(/North|South|East/);
  const { facts } = JSON.parse(body);
  // Sums of the chart: North is 200 there.
  expect(JSON.stringify(facts)).not.toMatch(/\b(200|340|210)\b/);
  expect(facts).toMatchObject({
    kind: "bar",
    title: "Sales by region",
    panels: [{ yLabel: "Amount" }],
  });
  const words = figure.getByRole("region", { name: /^Explanation of/ });
  await expect(words).toMatchAriaSnapshot(`
    - region /Explanation of Figure/:
      - status: /Explained in \\d+\\.\\d s/
      - button /Close/
      - paragraph: Each bar is a region, and its height is the sum of amount.
      - paragraph: /The highest bar comes first/
      - paragraph: /No row is left out/
      - paragraph: /A model wrote this and can be wrong · scripted.* · 420 tokens in, 38 out · \\$0\\.0004/
  `);

  // The seal has it, as everything that has left the tab.
  await page.getByTestId("seal").locator("summary").first().click();
  const sent = page.getByTestId("seal").getByRole("group").filter({ hasText: "to be explained" });
  await sent.locator("summary").click();
  await expect(sent.locator("pre")).toHaveText(body);
  await page.keyboard.press("Escape");

  // It is kept with the chart while the page is open, and asked for once.
  await figure.getByRole("button", { name: /^Close/ }).click();
  await expect(words).toBeHidden();
  await expect(figure.getByRole("button", { name: /^Explain/ })).toBeFocused();
  const again = sentRequest(page).then(
    () => "asked again",
    () => "",
  );
  await figure.getByRole("button", { name: /^Explain/ }).click();
  await expect(words).toContainText("Each bar is a region");
  expect(await Promise.race([again, page.waitForFunction(() => true).then(() => "")])).toBe("");
});

test("the program is explained, and of it what is selected", async ({ page, server }) => {
  await askForSales(page, server.url);
  const words = page.getByRole("region", { name: "Explanation of the program" });
  const button = page.getByRole("button", { name: /^Explain.*: the program$/ });
  await button.click();
  await expect(words).toContainText("Then it draws one bar for each.");
  await expect(words.getByRole("paragraph")).toHaveCount(3);

  await page.getByTestId("program").focus();
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Shift+End");
  await expect(button).toHaveText("Explain selection");
  const request = sentRequest(page);
  await button.click();
  expect(JSON.parse((await request).postData() ?? "").selection).toMatch(/^totals = df\.groupby/);
  await expect(words).toContainText("These lines add up the amounts of each region.");
});

test("an edited program has to run before it is explained, and the page says so", async ({ page, server }) => {
  await askForSales(page, server.url);
  await page.getByTestId("program").fill("print(df['region'].nunique())");
  await page.getByRole("button", { name: "Explain: the program" }).click();
  const words = page.getByRole("region", { name: "Explanation of the program" });
  await expect(words.getByRole("status")).toContainText("run it as it is now");
  await expect(words.getByRole("paragraph")).toHaveText([
    "Read off the program itself: 1 line.",
    "Of your tables it names the column region.",
  ]);
});

test("an explanation is stopped by button and by Escape, and a failure says why", async ({ page, server }) => {
  const slow = await storeProgram(
    server.url,
    "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title('Slow words')",
  );
  await page.goto(server.url + slow.url);
  await expectState(page, "shown");
  const figure = page.getByTestId("figure");
  const words = figure.getByTestId("explanation");
  await figure.getByRole("button", { name: /^Explain/ }).click();
  await expect(words).toContainText(/The model is (answering|explaining|reading)/);
  await words.getByRole("button", { name: /^Stop/ }).click();
  await expect(words.getByRole("status")).toContainText(/^Stopped after/);
  await figure.getByRole("button", { name: /^Explain/ }).click();
  await expect(words.getByRole("button", { name: /^Stop/ })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(words.getByRole("status")).toContainText(/^Stopped after/);
  await expectState(page, "shown");
});

test.describe("with a busy model", () => {
  test.use({ expectedErrors: [["status of 429"]] });
  test("what went wrong stands where the words would", async ({ page, server }) => {
    const chart = await storeProgram(
      server.url,
      "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title('No words')",
    );
    await page.goto(server.url + chart.url);
    await expectState(page, "shown");
    await page
      .getByTestId("figure")
      .getByRole("button", { name: /^Explain/ })
      .click();
    const words = page.getByTestId("figure").getByTestId("explanation");
    await expect(words.getByRole("status")).toHaveText("The model is busy");
    await expect(words).toContainText("Ask again in 7 seconds.");
  });
});

test("without a model the page says so, and what it can read off by itself", async ({ page, serve }) => {
  const server = await serve({ env: { SANDPLOT_MODEL: "none" } });
  const chart = await storeProgram(
    server.url,
    "import matplotlib.pyplot as plt\nplt.plot([1, 3])\nplt.title('Rising')",
  );
  await page.goto(server.url + chart.url);
  await expectState(page, "shown");
  await page.getByRole("button", { name: "Explain: the program" }).click();
  const words = page.getByRole("region", { name: "Explanation of the program" });
  await expect(words.getByRole("status")).toHaveText("Explaining takes a model, and none is connected to this server.");
  await expect(words).toContainText("Read off the program itself: 3 lines, with matplotlib.");
});
