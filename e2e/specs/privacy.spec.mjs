// What leaves the tab: shown before it leaves, chosen by the person and by the operator, and never a cell that was not meant to.
import { expect, expectState, test } from "../fixtures.mjs";

const ROWS = 120;
const HEADER = "who,city,amount,born,code,share,score\n";

/** Every cell of the table is one of a kind, so that any of them is known wherever it turns up. */
function canaries() {
  const cells = [];
  const lines = [];
  for (let i = 0; i < ROWS; i++) {
    const row = [
      `canary-name-${i}`,
      `canary-city-${i % 4}`,
      `${(7_312_345 + i * 7919).toString()}.25`,
      `19${40 + (i % 50)}-${String((i % 12) + 1).padStart(2, "0")}-1${i % 10}`,
      `0${81_234_567 + i}`,
      `${(11.12345 + i * 0.01).toFixed(5)}%`,
      String(9_123_457 + i * 13),
    ];
    cells.push(...row.map((cell) => cell.replace("%", "")));
    lines.push(row.join(","));
  }
  return { cells: [...new Set(cells)], csv: `${HEADER}${lines.join("\n")}\n` };
}

/** Everything a page sends: addresses, headers and bodies. @param {import("@playwright/test").Page} page */
function listen(page) {
  /** @type {string[]} */
  const sent = [];
  page.on("request", (request) => {
    sent.push(
      `${request.method()} ${request.url()}\n${JSON.stringify(request.headers())}\n${request.postData() ?? ""}`,
    );
  });
  return sent;
}

/** @param {import("@playwright/test").Page} page @param {string} csv @param {string} [name] */
async function open(page, csv, name = "secret.csv") {
  await page.getByTestId("file-input").setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(csv) });
  await expect(page.getByRole("region", { name: `Columns of ${name}` })).toBeVisible();
}

/** @param {import("@playwright/test").Page} page @param {string} question */
async function ask(page, question) {
  await page.getByTestId("question").fill(question);
  await page.getByTestId("ask").click();
}

test("no request holds a cell, whatever is asked, repaired, edited, followed up or loaded again", async ({
  page,
  server,
}) => {
  const { cells, csv } = canaries();
  const sent = listen(page);
  await page.goto(server.url);
  await open(page, csv);
  await ask(page, "say what is there");
  await expectState(page, "shown");
  await expect(page.getByTestId("stdout")).toContainText("secret 120");
  await ask(page, "quotes its cells");
  await expect(page.getByTestId("stdout")).toContainText("repaired 120");
  await expectState(page, "shown");
  await page.getByTestId("program").fill('print("mine", df["amount"].sum())');
  await page.getByTestId("run").click();
  await expect(page.getByTestId("stdout")).toContainText("mine");
  await page.reload();
  await expect(page.getByTestId("stdout")).toContainText("mine");
  await ask(page, "say what is there");
  await expect(page.getByTestId("stdout")).toContainText("secret 120");
  await expectState(page, "shown");

  const bodies = sent.filter((request) => request.startsWith("POST"));
  expect(bodies.filter((body) => body.includes("/repair"))).toHaveLength(1);
  expect(bodies.some((body) => body.includes('"who"') && body.includes("QuotesCells") === false)).toBe(true);
  const leaks = sent.flatMap((request) => cells.filter((cell) => request.includes(cell)));
  expect(leaks).toEqual([]);
});

test("the levels: names, statistics, samples; and the preview is what is sent, byte for byte", async ({
  page,
  server,
}) => {
  await page.goto(server.url);
  await open(page, "region,amount\nNorth,120.625\nSouth,340.5\nNorth,7\nSouth,8\n", "sales.csv");
  await page.getByText("What leaves this tab").click();
  const preview = page.getByTestId("prompt-preview");
  const level = page.getByTestId("privacy");
  await expect(level).toHaveValue("statistics");
  await expect(preview).toContainText('"rows": 4');
  await expect(preview).toContainText('"max": 340.5');
  await expect(preview).not.toContainText("North");
  await expect(preview).not.toContainText("120.625");
  await level.selectOption("names");
  await expect(preview).not.toContainText('"rows"');
  await expect(preview).not.toContainText("340.5");
  await expect(preview).toContainText('"type": "number"');
  await level.selectOption("samples");
  await expect(preview).toContainText("North");
  await expect(preview).toContainText("120.625");

  await page.getByTestId("question").fill("say what is there");
  const shown = await preview.textContent();
  const posted = page.waitForRequest((request) => request.method() === "POST");
  await page.getByTestId("ask").click();
  expect((await posted).postData()).toBe(shown);
  await expectState(page, "shown");
  await page.getByTestId("seal").click();
  await page.getByRole("listitem").getByText("Question and profile").click();
  await expect(page.getByRole("listitem").filter({ hasText: "Question and profile" }).locator("pre")).toHaveText(
    String(shown),
  );
});

test("a column: another name, a note, its values told, left out and brought back", async ({ page, server }) => {
  await page.goto(server.url);
  await open(page, "col_a,col_b,secret\nNorth,120,x1\nSouth,340,x2\nNorth,7,x3\nSouth,8,x4\n", "sales.csv");
  const preview = page.getByTestId("prompt-preview");
  await page.getByText("What leaves this tab").click();
  const dialog = page.getByRole("dialog");

  await page.getByRole("button", { name: "Change col_b" }).click();
  await dialog.getByLabel("Name").fill("revenue");
  await dialog.getByLabel("Note for the model").fill("in EUR, before tax");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(preview).toContainText('"name": "revenue"');
  await expect(preview).toContainText('"note": "in EUR, before tax"');
  await expect(preview).not.toContainText("North");

  await page.getByRole("button", { name: "Change col_a" }).click();
  await dialog.getByLabel(/Tell the model five values/).check();
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(preview).toContainText("North");

  await page.getByRole("button", { name: "Change secret" }).click();
  await dialog.getByLabel(/Leave this column out/).check();
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(preview).not.toContainText("secret");

  await ask(page, "say what is there");
  await expectState(page, "shown");
  await expect(page.getByTestId("stdout")).toContainText("['col_a', 'revenue']");

  await page.getByText("sales.csv").last().click();
  await page.getByRole("button", { name: "secret" }).click();
  await expect(page.getByRole("button", { name: "Change secret" })).toBeVisible();
});

test("the operator chooses the level that holds until the person chooses", async ({ page, serve }) => {
  const server = await serve({ env: { SANDPLOT_PRIVACY: "names" } });
  await page.goto(server.url);
  await expect(page.getByTestId("privacy")).toHaveValue("names");
  await page.getByText("What leaves this tab").click();
  await page.getByTestId("privacy").selectOption("statistics");
  await page.reload();
  await expect(page.getByTestId("privacy")).toHaveValue("statistics");
});
