// Taking a chart away: every form of a figure, and the notebook of its program. Each file is opened and looked into.

import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, expectState, facesOf, test } from "../fixtures.mjs";
import { storeProgram } from "../server.mjs";

const LINE = "import matplotlib.pyplot as plt\nplt.plot([2010, 2020], [1, 3], label='a')\nplt.title('Rising')";
const HOSTILE = '</title><script>document.title="taken"</script>../../x';

/** @param {import("@playwright/test").Page} page @param {string} url @param {string} program @param {string} [question] */
async function openChart(page, url, program, question = "") {
  const chart = await storeProgram(url, program, question ? { question } : {});
  await page.goto(url + chart.url);
  await expectState(page, "shown");
  return page.getByTestId("figure").first();
}

/** @param {import("@playwright/test").Page} page @param {() => Promise<void>} action */
async function downloaded(page, action) {
  const [download] = await Promise.all([page.waitForEvent("download"), action()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** @param {import("@playwright/test").Page} page @param {import("@playwright/test").Locator} figure */
async function openDialog(page, figure) {
  await figure.getByRole("button", { name: /^Save as …: / }).click();
  const dialog = page.getByRole("dialog", { name: "Save the figure" });
  await expect(dialog).toBeVisible();
  return dialog;
}

test("PNG at a chosen size and density, with paper and without", async ({ page, server }) => {
  const figure = await openChart(page, server.url, LINE);
  let dialog = await openDialog(page, figure);
  await dialog.getByLabel("Unit").selectOption("cm");
  await dialog.getByLabel("Pixels an inch").fill("300");
  await dialog.getByLabel("Width").fill("12.7");
  await expect(dialog.getByRole("status")).toContainText("1,500 ×");
  const file = await downloaded(page, () => dialog.getByRole("button", { name: "Save" }).click());
  expect(file.name).toMatch(/\.png$/);
  expect(file.bytes.readUInt32BE(16)).toBe(1500);
  expect(file.bytes.toString("latin1", 37, 41)).toBe("pHYs");
  expect(Math.round(file.bytes.readUInt32BE(41) * 0.0254)).toBe(300);
  await expect(dialog).toBeHidden();

  /** @param {Buffer} bytes how see-through the first pixel is */
  const corner = (bytes) =>
    page.evaluate(async (base64) => {
      const picture = new Image();
      const url = URL.createObjectURL(new Blob([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))]));
      picture.src = url;
      await picture.decode();
      const context = new OffscreenCanvas(9, 9).getContext("2d");
      context?.drawImage(picture, 0, 0);
      return context?.getImageData(2, 2, 1, 1).data[3];
    }, bytes.toString("base64"));
  expect(await corner(file.bytes)).toBe(255);
  dialog = await openDialog(page, figure);
  await expect(dialog.getByLabel("Pixels an inch")).toHaveValue("300");
  await dialog.getByLabel("Without the paper: transparent").check();
  const clear = await downloaded(page, () => dialog.getByRole("button", { name: "Save" }).click());
  expect(await corner(clear.bytes)).toBe(0);
});

test("a size that no browser draws is refused in words", async ({ page, server }) => {
  const figure = await openChart(page, server.url, LINE);
  const dialog = await openDialog(page, figure);
  await dialog.getByLabel("Width").fill("900000");
  await dialog.getByRole("button", { name: "Save" }).click();
  expect(
    await dialog.getByLabel("Width").evaluate((input) => /** @type {HTMLInputElement} */ (input).validationMessage),
  ).toContain("At most 64 million pixels");
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
});

test("PDF with shapes, of a chosen width", async ({ page, server }) => {
  const figure = await openChart(page, server.url, LINE);
  const dialog = await openDialog(page, figure);
  await dialog.getByLabel("As").selectOption("pdf");
  await dialog.getByLabel("Unit").selectOption("in");
  await dialog.getByLabel("Width").fill("5");
  const { name, bytes } = await downloaded(page, () => dialog.getByRole("button", { name: "Save" }).click());
  expect(name).toMatch(/\.pdf$/);
  const text = bytes.toString("latin1");
  expect(text).toMatch(/^%PDF-1\.7\n/);
  expect(text).toMatch(/\/MediaBox \[0 0 360 /);
  expect(text).toMatch(/%%EOF\n$/);
});

test("the picture is copied", async ({ page, server, context }) => {
  const figure = await openChart(page, server.url, LINE);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await figure.getByRole("button", { name: /^Copy .* as an image$/ }).click();
  await expect(figure.getByRole("status")).toHaveText("Copied");
  // This server's pages may not read a clipboard, so another one does.
  const other = createServer((_request, response) => response.end("<!doctype html><title>a</title>"));
  await new Promise((resolve) => other.listen(0, "127.0.0.1", () => resolve(undefined)));
  try {
    const { port } = /** @type {import("node:net").AddressInfo} */ (other.address());
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.bringToFront();
    const width = await page.evaluate(async () => {
      const [item] = await navigator.clipboard.read();
      const blob = await item?.getType("image/png");
      return blob ? (await createImageBitmap(blob)).width : 0;
    });
    expect(width).toBeGreaterThan(800);
  } finally {
    other.close();
  }
});

for (const [kind, program] of [
  ["plotly", "import plotly.express as px\npx.line(x=[2010, 2020], y=[1, 3], title='TITLE').show()"],
  [
    "vega",
    "import altair as alt, pandas as pd\nalt.Chart(pd.DataFrame({'x': [2010, 2020], 'y': [1, 3]}), title='TITLE').mark_line().encode(x='x', y='y')",
  ],
]) {
  test(`an interactive ${kind} figure as PNG, SVG, PDF and a file that stays interactive`, async ({ page, server }) => {
    const figure = await openChart(page, server.url, program.replace("TITLE", HOSTILE), HOSTILE);
    let dialog = await openDialog(page, figure);
    await dialog.getByLabel("Width").fill("1234");
    const png = await downloaded(page, () => dialog.getByRole("button", { name: "Save" }).click());
    expect(Math.abs(png.bytes.readUInt32BE(16) - 1234)).toBeLessThanOrEqual(1);

    dialog = await openDialog(page, figure);
    await dialog.getByLabel("As").selectOption("svg");
    const svg = await downloaded(page, () => dialog.getByRole("button", { name: "Save" }).click());
    expect(svg.bytes.toString()).toMatch(/^<svg/);
    expect(svg.bytes.toString()).not.toMatch(/<script|<a /);
    expect(svg.bytes.toString()).toContain('@font-face{font-family:"Sandplot Sans"');

    dialog = await openDialog(page, figure);
    await dialog.getByLabel("As").selectOption("pdf");
    await dialog.getByLabel("Unit").selectOption("in");
    await dialog.getByLabel("Width").fill("5");
    const pdf = await downloaded(page, () => dialog.getByRole("button", { name: "Save" }).click());
    const text = pdf.bytes.toString("latin1");
    expect(text).toMatch(/^%PDF-1\.7\n/);
    expect(text).toMatch(/\/MediaBox \[0 0 360 /);
    expect(text).toContain("/FontFile2");
    expect(text).not.toContain("/Subtype /Image");

    const html = await downloaded(page, () => figure.getByRole("button", { name: /\.html$/ }).click());
    expect(html.name).toMatch(/^[\w-]+\.html$/);
    const path = join(tmpdir(), `sandplot-${kind}-${process.pid}.html`);
    await writeFile(path, html.bytes);
    // Not the page of the fixture, which wants every request to go to the server.
    const file = await page.context().newPage();
    await file.goto(`file://${path}`);
    const inside = file.locator("iframe").contentFrame();
    await expect(inside.locator("svg").first()).toBeVisible();
    expect(await facesOf(inside.locator("body"))).toContain("Sandplot Sans loaded");
    await expect(file).toHaveTitle(HOSTILE);
    await expect(file.getByRole("status")).toHaveText("");
    expect(await file.locator("iframe").getAttribute("sandbox")).toBe("allow-scripts");
    // Whatever runs in the frame, it cannot take the figure's data elsewhere by going there.
    const leaving = file.waitForEvent("console", (message) => message.text().includes("frame-src 'none'"));
    await file.frames()[1]?.evaluate(() => location.assign("http://127.0.0.1:9/"));
    await leaving;
  });
}

for (const [what, program, isShapes] of /** @type {const} */ ([
  [
    "turned names, dashes, a shape and a colour bar",
    "import plotly.graph_objects as go\nfig = go.Figure([go.Scatter(x=['a long name of many letters'] * 2 + list('bcdefghijklmnopqrstuvw'), y=list(range(24)), line={'dash': 'dot'}, mode='lines+markers', marker={'color': list(range(24)), 'colorscale': 'Viridis', 'showscale': True, 'symbol': 'diamond'})])\nfig.add_shape(type='circle', x0=1, x1=5, y0=2, y1=9, fillcolor='LightSalmon', opacity=0.4)\nfig.update_layout(title='a<sup>2</sup> and <b>bold</b>', yaxis_title='turned')\nfig.show()",
    true,
  ],
  ["a heat map", "import plotly.express as px, numpy as np\npx.imshow(np.arange(900).reshape(30, 30)).show()", true],
  [
    "an altair chart with a continuous legend",
    "import altair as alt, pandas as pd\nalt.Chart(pd.DataFrame({'x': [1, 2, 3], 'y': [3, 1, 2], 'c': [1, 5, 9]}), title=['two', 'lines']).mark_point(color='steelblue', filled=True).encode(x=alt.X('x').axis(labelAngle=-45), y='y', color='c')",
    true,
  ],
  [
    "pixels of WebGL",
    "import plotly.graph_objects as go\ngo.Figure(go.Scatter3d(x=[1, 2], y=[1, 2], z=[1, 2]), layout={'title': 'Space'}).show()",
    true,
  ],
  [
    "a letter that no font here has",
    "import plotly.express as px\npx.bar(x=['\\N{GRINNING FACE}'], y=[1]).show()",
    false,
  ],
])) {
  test(`PDF of an interactive figure: ${what}`, async ({ page, server }) => {
    const figure = await openChart(page, server.url, program);
    const dialog = await openDialog(page, figure);
    await dialog.getByLabel("As").selectOption("pdf");
    const { bytes } = await downloaded(page, () => dialog.getByRole("button", { name: "Save" }).click());
    const text = bytes.toString("latin1");
    expect(text).toMatch(/%%EOF\n$/);
    // What cannot be shapes as a whole is pixels as a whole, which take no font.
    expect(text.includes("/FontFile2")).toBe(isShapes);
    if (!isShapes) expect(text).toContain("/Subtype /Image");
  });
}

test("a heavy figure of pixels is offered as PNG only", async ({ page, server }) => {
  const figure = await openChart(
    page,
    server.url,
    "import numpy as np, matplotlib.pyplot as plt\nr = np.random.default_rng(1)\nplt.scatter(r.normal(size=80_000), r.normal(size=80_000), s=1)",
  );
  const dialog = await openDialog(page, figure);
  await expect(dialog.getByLabel("As").getByRole("option")).toHaveText(["PNG, pixels"]);
  await expect(dialog.getByLabel("Without the paper: transparent")).toBeHidden();
});

test("the program as a notebook, with the cell that opens its data", async ({ page, server }) => {
  await page.goto(server.url);
  await page.getByTestId("file-input").setInputFiles({
    name: "Käufe.csv",
    mimeType: "text/csv",
    buffer: Buffer.from("Jahr;Wert\n2010;1,5\n2020;2,5\n"),
  });
  await expect(page.getByRole("list", { name: "Open tables" })).toContainText("Käufe.csv");
  await page.getByTestId("program").fill("df.plot(x='Jahr', y='Wert')\n");
  await page.getByTestId("run").click();
  await expectState(page, "shown");
  const { name, bytes } = await downloaded(page, () =>
    page.getByRole("button", { name: "Download a notebook, .ipynb" }).click(),
  );
  expect(name).toMatch(/^[\w-]+\.ipynb$/);
  const { cells, nbformat, nbformat_minor } = JSON.parse(bytes.toString());
  expect([nbformat, nbformat_minor]).toEqual([4, 5]);
  expect(cells[0].source).toContain(`${server.url}/charts/`);
  expect(cells[1].source).toContain('pd.read_csv("Käufe.csv", sep=";", decimal=",")');
  expect(cells[2].source).toBe("df.plot(x='Jahr', y='Wert')");
});

test("a figure's data as a table, by keyboard, and as CSV", async ({ page, server }) => {
  const figure = await openChart(page, server.url, LINE.replace("'a'", "'<b>a</b>'"));
  await figure.getByText("Show as table").focus();
  await page.keyboard.press("Enter");
  const table = figure.getByRole("table");
  await expect(table).toMatchAriaSnapshot(`
    - 'table "Rising: 2 rows"':
      - caption: 'Rising: 2 rows'
      - rowgroup:
        - row:
          - columnheader "x"
          - columnheader "<b>a</b>"
      - rowgroup:
        - row:
          - cell "2010"
          - cell "1"
        - row:
          - cell "2020"
          - cell "3"
  `);
  await expect(figure.getByRole("img")).toHaveAttribute("alt", /rises from 1 \(2010\) to 3 \(2020\)/);
  const { name, bytes } = await downloaded(page, () => figure.getByRole("link", { name: /-data\.csv$/ }).click());
  expect(name).toMatch(/^[\w-]+-data\.csv$/);
  expect(bytes.toString()).toBe("x,<b>a</b>\r\n2010,1\r\n2020,3\r\n");
});
