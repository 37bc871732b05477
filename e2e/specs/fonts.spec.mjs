// Letters of every script that a table holds stand on its charts as letters, in every form a chart has; whoever has none of them fetches no
// font for them.

import { readFile } from "node:fs/promises";
import { inflateSync } from "node:zlib";
import { expect, expectState, test } from "../fixtures.mjs";

const FILE = new URL("../fixtures/cities.csv", import.meta.url).pathname;
const FONTS = /\/font-\w+\.pack$/;
/** What stands at the bars, and in the title. */
const SHOWN = "北京市上海重庆東京都区部さいたま名古屋（ナゴヤ）서울특별시부산광역Αθήνα城人口";
const BARS = `import matplotlib.pyplot as plt

fig, ax = plt.subplots(figsize=(7, 6))
ax.barh(df["城市"], df["人口"])
ax.set_title("城市人口")
`;

/** @param {import("@playwright/test").Page} page @param {string} program */
async function run(page, program) {
  await page.getByTestId("program").fill(program);
  await page.getByTestId("run").click();
  await expectState(page, "shown");
  return page.getByTestId("figure").first();
}

/** @param {import("@playwright/test").Page} page @param {() => Promise<void>} action */
async function downloaded(page, action) {
  const [download] = await Promise.all([page.waitForEvent("download"), action()]);
  return readFile(await download.path());
}

/** @param {import("@playwright/test").Page} page */
function fontsAskedFor(page) {
  /** @type {Set<string>} */
  const asked = new Set();
  page.on("request", (request) => {
    const name = FONTS.exec(request.url())?.[0];
    if (name) asked.add(name.slice(1));
  });
  return asked;
}

test("names in Chinese, Japanese, Korean, Greek and Cyrillic are no boxes on a chart of matplotlib's", async ({
  page,
  server,
}) => {
  const asked = fontsAskedFor(page);
  await page.goto(server.url);
  await page.getByTestId("file-input").setInputFiles(FILE);
  await expect(page.getByText("cities.csv").first()).toBeVisible();
  const figure = await run(page, BARS);
  await expect(figure).toHaveAttribute("data-kind", "svg");
  await expect(page.getByRole("region", { name: "Warnings" })).toBeHidden();
  expect([...asked].sort()).toEqual(["font-han.pack", "font-hangul.pack", "font-kana.pack"]);

  // Each letter is a shape of a font that has it, and none is the shape that stands for no letter.
  const svg = (await downloaded(page, () => figure.getByRole("link", { name: /\.svg$/ }).click())).toString();
  const shapes = new Map(
    [...svg.matchAll(/<path id="([\w.-]+)-([0-9a-f]+)" d="([^"]*)"/g)].map(([, font, at, d]) => [at, { font, d }]),
  );
  for (const letter of SHOWN) {
    const shape = shapes.get((letter.codePointAt(0) ?? 0).toString(16));
    expect(shape, `${letter} is drawn`).toBeDefined();
    expect(shape?.font, letter).toMatch(/^(NotoSans(JP|SC|KR)|Sandplot)/);
    expect(shape?.d.length, letter).toBeGreaterThan(20);
  }
  expect(new Set([...shapes.values()].map(({ d }) => d)).size).toBeGreaterThan(new Set(SHOWN).size - 3);

  // As pixels, and on paper, where the words can be searched as well.
  const png = await downloaded(page, () => figure.getByRole("link", { name: /\.png$/ }).click());
  expect(png.length).toBeGreaterThan(20_000);
  await figure.getByRole("button", { name: /^Save as …: / }).click();
  const dialog = page.getByRole("dialog", { name: "Save the figure" });
  await dialog.getByLabel("As").selectOption("pdf");
  const pdf = await downloaded(page, () => dialog.getByRole("button", { name: "Save" }).click());
  expect(pdf.toString("latin1", 0, 5)).toBe("%PDF-");
  const streams = [...pdf.toString("latin1").matchAll(/stream\n([\s\S]*?)\nendstream/g)].map(([, text]) => {
    try {
      return inflateSync(Buffer.from(text ?? "", "latin1")).toString("latin1");
    } catch {
      return text ?? "";
    }
  });
  expect(streams.join("").length).toBeGreaterThan(10_000);
});

test("a program that writes such letters itself gets the fonts of those, and no others", async ({ page, server }) => {
  const asked = fontsAskedFor(page);
  await page.goto(server.url);
  await run(page, 'import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title("東京の気温（℃）")');
  await expect(page.getByRole("region", { name: "Warnings" })).toBeHidden();
  expect([...asked]).toEqual(["font-kana.pack"]);
  await run(page, 'import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title("Größe, μέγεθος, размер")');
  await expect(page.getByRole("region", { name: "Warnings" })).toBeHidden();
  expect([...asked]).toEqual(["font-kana.pack"]);
});

for (const [library, program] of [
  ["plotly", "import plotly.express as px\npx.bar(df, x='人口', y='城市', color='国家')"],
  ["altair", "import altair as alt\nalt.Chart(df).mark_bar().encode(x='人口', y='城市', color='国家')"],
]) {
  test(`an interactive chart of ${library}'s shows them in the browser's fonts`, async ({ page, server }) => {
    await page.goto(server.url);
    await page.getByTestId("file-input").setInputFiles(FILE);
    await expect(page.getByText("cities.csv").first()).toBeVisible();
    const figure = await run(page, String(program));
    const frame = figure.locator("iframe").contentFrame();
    for (const word of ["重庆市", "さいたま市", "부산광역시", "Αθήνα", "Санкт-Петербург"]) {
      await expect(frame.getByText(word, { exact: true }).first()).toBeVisible();
    }
    const family = await frame
      .getByText("重庆市", { exact: true })
      .first()
      .evaluate((text) => getComputedStyle(text).fontFamily);
    expect(family).toMatch(/Source Sans 3.*Noto Sans CJK JP.*sans-serif/);
  });
}
