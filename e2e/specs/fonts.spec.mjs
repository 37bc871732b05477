// Letters of every script that a table holds stand on its charts as letters, in every form a chart has; whoever has none of them fetches no
// font for them.

import { readFile } from "node:fs/promises";
import { inflateSync } from "node:zlib";
import { expect, expectState, facesOf, test } from "../fixtures.mjs";

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
  const pdf = await saved(page, figure, "pdf");
  expect(pdf.toString("latin1", 0, 5)).toBe("%PDF-");
  const streams = streamsOf(pdf);
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
  test(`an interactive chart of ${library}'s has them in the bundled fonts, on the screen and in every file`, async ({
    page,
    server,
  }) => {
    const asked = fontsAskedFor(page);
    await page.goto(server.url);
    await page.getByTestId("file-input").setInputFiles(FILE);
    await expect(page.getByText("cities.csv").first()).toBeVisible();
    const figure = await run(page, String(program));
    expect([...asked].sort()).toEqual(["font-han.pack", "font-hangul.pack", "font-kana.pack", "font-latin.pack"]);
    const frame = figure.locator("iframe").contentFrame();
    for (const word of ["重庆市", "さいたま市", "부산광역시", "Αθήνα", "Санкт-Петербург"]) {
      await expect(frame.getByText(word, { exact: true }).first()).toBeVisible();
    }
    const shown = await frame
      .getByText("重庆市", { exact: true })
      .first()
      .evaluate((text) => getComputedStyle(text).fontFamily);
    expect(shown).toBe('"Sandplot Sans", "Noto Sans JP", "Noto Sans SC", "Noto Sans KR", sans-serif');
    const faces = await facesOf(frame.locator("body"));
    for (const family of ["Sandplot Sans", "Noto Sans JP", "Noto Sans SC", "Noto Sans KR"])
      expect(faces).toContain(`${family} loaded`);

    const svg = (await saved(page, figure, "svg")).toString();
    const families = [...svg.matchAll(/@font-face\{font-family:"([^"]+)"/g)].map(([, family]) => family);
    expect(new Set(families)).toEqual(new Set(["Sandplot Sans", "Noto Sans JP", "Noto Sans SC", "Noto Sans KR"]));
    expect(svg.length).toBeLessThan(200_000);
    // The letters of an image come from the image alone: without the fonts in it they are others.
    const [withThem, without] = await Promise.all(
      [svg, svg.replace(/<style>.*?<\/style>/s, "")].map((text) => page.evaluate(inkOf, text)),
    );
    expect(withThem).not.toBe(without);

    const pdf = await saved(page, figure, "pdf");
    const streams = streamsOf(pdf);
    for (const letter of "重さ부ΑС") {
      const code = (letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
      expect(
        streams.some((text) => text.includes(`> <${code}>`)),
        letter,
      ).toBe(true);
    }
    expect(pdf.toString("latin1").match(/\/FontFile2/g)?.length).toBeGreaterThanOrEqual(4);
    expect(pdf.length).toBeLessThan(200_000);
  });
}

test("an interactive chart in Latin letters waits for no other font, and is as wide on every machine", async ({
  page,
  server,
}) => {
  const asked = fontsAskedFor(page);
  await page.goto(server.url);
  const figure = await run(
    page,
    "import plotly.graph_objects as go\ngo.Figure(go.Bar(x=['Wiiiide'], y=[1]), layout={'font': {'family': 'Courier New', 'size': 40}, 'title': 'MMMM'})",
  );
  expect([...asked]).toEqual(["font-latin.pack"]);
  const widths = await figure
    .locator("iframe")
    .contentFrame()
    .getByText("MMMM", { exact: true })
    .evaluate((text) => {
      const context = document.createElement("canvas").getContext("2d");
      const { fontSize, fontWeight } = getComputedStyle(text);
      if (context) context.font = `${fontWeight} ${fontSize} "Sandplot Sans"`;
      return [
        /** @type {SVGTextElement} */ (/** @type {unknown} */ (text)).getComputedTextLength(),
        context?.measureText("MMMM").width,
      ];
    });
  expect(Math.abs((widths[0] ?? 0) - (widths[1] ?? 1))).toBeLessThan(0.5);
  // Of the font's own table, and not of a browser's measure.
  expect(widths[0]).toBeGreaterThan(20);
});

test("a letter that a program only computes has no font fetched, so nothing can be told by asking", async ({
  page,
  server,
}) => {
  const asked = fontsAskedFor(page);
  await page.goto(server.url);
  await run(page, "import plotly.graph_objects as go\ngo.Figure(go.Bar(x=[chr(20140), chr(12354)], y=[1, 2]))");
  expect([...asked]).toEqual(["font-latin.pack"]);
});

test("the ticks of three dimensions are written in them too", async ({ page, server }) => {
  await page.goto(server.url);
  const figure = await run(
    page,
    "import plotly.graph_objects as go\ngo.Figure(go.Scatter3d(x=[1, 2], y=[1, 2], z=[1, 2]))",
  );
  expect(await facesOf(figure.locator("iframe").contentFrame().locator("body"))).toContain("normal loaded");
});

/** How many pixels of a picture are dark, by its text. @param {string} svg */
async function inkOf(svg) {
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  await image.decode();
  const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
  context?.drawImage(image, 0, 0);
  const { data } = context?.getImageData(0, 0, image.width, image.height) ?? { data: [] };
  let sum = 0;
  for (const value of data) sum += value;
  return sum;
}

/** @param {import("@playwright/test").Page} page @param {import("@playwright/test").Locator} figure @param {string} form */
async function saved(page, figure, form) {
  await figure.getByRole("button", { name: /^Save as …: / }).click();
  const dialog = page.getByRole("dialog", { name: "Save the figure" });
  await dialog.getByLabel("As").selectOption(form);
  return downloaded(page, () => dialog.getByRole("button", { name: "Save" }).click());
}

/** What is in a PDF, unpacked. @param {Buffer} pdf */
function streamsOf(pdf) {
  return [...pdf.toString("latin1").matchAll(/stream\n([\s\S]*?)\nendstream/g)].map(([, text]) => {
    try {
      return inflateSync(Buffer.from(text ?? "", "latin1")).toString("latin1");
    } catch {
      return text ?? "";
    }
  });
}
