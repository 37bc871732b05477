// Every kind of figure, and every way a program may end: each program is stored and opened as /charts/{id}, which runs it at once.
import { expectAccessible, expectNothingCutOff } from "../accessible.mjs";
import { expect, expectState, test } from "../fixtures.mjs";
import { storeProgram } from "../server.mjs";

/** @type {[title: string, program: string, kinds: string[], output?: string][]} */
const PROGRAMS = [
  ["a matplotlib figure left open", "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2])\nplt.title('Open')", ["svg"]],
  [
    "several shows give several figures",
    "import matplotlib.pyplot as plt\nfor k in (1, 2, 3):\n    plt.plot([0, k])\n    plt.title(f'Figure {k}')\n    plt.show()",
    ["svg", "svg", "svg"],
  ],
  [
    "a heavy scatter comes as pixels",
    "import numpy as np, matplotlib.pyplot as plt\nr = np.random.default_rng(1)\nplt.scatter(r.normal(size=80_000), r.normal(size=80_000), s=1)",
    ["png"],
  ],
  [
    "savefig and close, as scripts do",
    "import matplotlib.pyplot as plt\nplt.bar(['a', 'b'], [1, 2])\nplt.savefig('chart.png')\nplt.close()",
    ["svg"],
  ],
  [
    "a script with a main guard and output",
    "import matplotlib.pyplot as plt\n\ndef main():\n    print('drawing')\n    plt.hist([1, 2, 2, 3])\n    plt.show()\n\nif __name__ == '__main__':\n    main()",
    ["svg"],
    "drawing\n",
  ],
  [
    "seaborn",
    "import pandas as pd, seaborn as sns\nsns.histplot(pd.DataFrame({'x': [1, 2, 2, 3, 3, 3]}), x='x')",
    ["svg"],
  ],
  ["pandas plots", "import pandas as pd\npd.DataFrame({'a': [1, 2], 'b': [2, 1]}).plot.bar(title='Pandas')", ["svg"]],
  [
    "plotly, shown",
    "import plotly.express as px\nfig = px.scatter(x=[1, 2], y=[3, 4], title='Plotly')\nfig.show()",
    ["plotly"],
  ],
  ["plotly, last in the program", "import plotly.graph_objects as go\ngo.Figure(go.Bar(x=['a'], y=[1]))", ["plotly"]],
  [
    "altair, assigned",
    "import altair as alt, pandas as pd\nchart = alt.Chart(pd.DataFrame({'x': [1, 2], 'y': [3, 1]})).mark_bar().encode(x='x:O', y='y')",
    ["vega"],
  ],
  [
    "a table as the last expression",
    "import pandas as pd\npd.DataFrame({'name': ['<b>x</b>', 'y'], 'n': [1, 2]})",
    ["table"],
  ],
  ["top-level await", "import asyncio, matplotlib.pyplot as plt\nawait asyncio.sleep(0.01)\nplt.plot([1, 2])", ["svg"]],
  [
    "all kinds at once, in the order they were made",
    "import matplotlib.pyplot as plt, plotly.express as px, pandas as pd\nplt.plot([1, 2])\nplt.show()\npx.bar(x=['a'], y=[1]).show()\npd.DataFrame({'a': [1]})",
    ["svg", "plotly", "table"],
  ],
];

for (const [title, program, kinds, output] of PROGRAMS) {
  test(title, async ({ page, server }) => {
    const chart = await storeProgram(server.url, program);
    await page.goto(server.url + chart.url);
    await expectState(page, "shown");
    const figures = page.getByTestId("figure");
    await expect(figures).toHaveCount(kinds.length);
    for (const [index, kind] of kinds.entries()) {
      const figure = figures.nth(index);
      await expect(figure).toHaveAttribute("data-kind", kind);
      if (kind === "table") await expect(figure.getByRole("table")).toBeVisible();
      else if (kind === "svg" || kind === "png") {
        expect(await figure.getByRole("img").evaluate((image) => image.complete && image.naturalWidth)).toBeGreaterThan(
          100,
        );
        const link = figure.getByRole("link", { name: /\.png$/ });
        await expect(link).toHaveAttribute("href", /^blob:/);
        const pixels = await link.evaluate(async (/** @type {HTMLAnchorElement} */ { href }) => {
          const picture = new Image();
          picture.src = href;
          await picture.decode();
          return picture.naturalWidth;
        });
        const shown = Number(await figure.getByRole("img").getAttribute("width"));
        expect(pixels).toBeGreaterThanOrEqual(kind === "svg" ? 2 * shown - 1 : shown);
      } else {
        // Drawn by a renderer in a frame of its own: the marks are looked for there.
        const frame = figure.locator("iframe").contentFrame();
        await expect(frame.locator("svg").first()).toBeVisible();
      }
    }
    if (output !== undefined) expect(await page.getByTestId("stdout").textContent()).toBe(output);
  });
}

test("markup that a program made is text", async ({ page, server }) => {
  const chart = await storeProgram(
    server.url,
    "import pandas as pd\nprint('<img src=x onerror=alert(1)>')\npd.DataFrame({'<script>a</script>': ['<b>bold</b>']})",
  );
  await page.goto(server.url + chart.url);
  await expectState(page, "shown");
  await expect(page.getByRole("cell", { name: "<b>bold</b>" })).toBeVisible();
  await expect(page.getByTestId("stdout")).toHaveText("<img src=x onerror=alert(1)>");
});

test("a picture of more than shapes is shown as pixels", async ({ page, server }) => {
  const chart = await storeProgram(
    server.url,
    "import matplotlib.pyplot as plt\nplt.figtext(0.1, 0.5, 'A link', url='http://127.0.0.1/')\nplt.title('Linked')",
  );
  await page.goto(server.url + chart.url);
  await expectState(page, "shown");
  const figure = page.getByTestId("figure");
  expect(await figure.getByRole("img").evaluate((image) => image.naturalWidth)).toBeGreaterThan(100);
  await expect(figure.getByRole("link", { name: /\.png$/ })).toBeVisible();
  await expect(figure.getByRole("link", { name: /\.svg$/ })).toHaveCount(0);
});

test("on a phone a broad picture keeps its letters and scrolls, by keyboard too", async ({ page, server }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const chart = await storeProgram(
    server.url,
    "import matplotlib.pyplot as plt\nplt.figure(figsize=(10, 4))\nplt.plot([1, 2])\nplt.title('Broad')\nplt.figure(figsize=(6, 4))\nplt.plot([1, 2])",
  );
  await page.goto(server.url + chart.url);
  await expectState(page, "shown");
  const [broad, usual] = [page.getByTestId("figure").nth(0), page.getByTestId("figure").nth(1)];
  expect((await broad.getByRole("img").boundingBox())?.width).toBeGreaterThan(500);
  expect((await usual.getByRole("img").boundingBox())?.width).toBeLessThan(390);
  const box = broad.getByRole("region", { name: /Broad.*, scrolls$/ });
  await box.focus();
  // A busy browser has not always told its compositor of a box that scrolls when the first key comes, and drops that key.
  await expect(async () => {
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => box.evaluate(({ scrollLeft }) => scrollLeft), { timeout: 2000 }).toBeGreaterThan(0);
  }).toPass();
  await expect(box).toBeFocused();
  await expect(usual.getByRole("region")).toHaveCount(0);
  await expectAccessible(page);
  await expectNothingCutOff(page);
  await page.setViewportSize({ width: 1280, height: 900 });
  await expect(broad.getByRole("region")).toHaveCount(0);
});

test("an altair chart is drawn anew as wide as the window becomes; one with a width of its own scrolls", async ({
  page,
  server,
}) => {
  const table = "import altair as alt, pandas as pd\nd = pd.DataFrame({'t': [1, 2], 'v': [3, 4]})\n";
  const mark = "alt.Chart(d, title='Line').mark_line().encode(x='t', y='v')";
  const chart = await storeProgram(
    server.url,
    `${table}a = ${mark}\na.show()\nb = ${mark}.properties(width=700)\nb.show()\n`,
  );
  await page.goto(server.url + chart.url);
  await expectState(page, "shown");
  const [first, second] = [0, 1].map((at) => page.getByTestId("figure").nth(at).locator("iframe").contentFrame());
  const widthOf = async (/** @type {typeof first} */ frame) =>
    (await frame?.locator("svg").first().boundingBox())?.width ?? 0;
  expect(await widthOf(first)).toBeGreaterThan(600);
  await page.setViewportSize({ width: 390, height: 844 });
  await expect.poll(() => widthOf(first)).toBeLessThan(360);
  await expect(first?.getByRole("region") ?? page).toHaveCount(0);
  expect(await widthOf(second)).toBeGreaterThan(700);
  // A frame out of sight is not laid out anew.
  await page.getByTestId("figure").nth(1).scrollIntoViewIfNeeded();
  await expect(second?.getByRole("region", { name: "Line, scrolls" }) ?? page).toBeVisible();
});

test("a traceback names the program's own lines", async ({ page, server }) => {
  const chart = await storeProgram(server.url, "def half(x):\n    return x / 0\n\nprint('before')\nhalf(3)\n");
  await page.goto(server.url + chart.url);
  await expectState(page, "failed");
  const error = page.getByTestId("error");
  await expect(error).toContainText("ZeroDivisionError");
  await expect(error).toContainText("line 2");
  await expect(error).toContainText("return x / 0");
  await expect(error).not.toContainText("site-packages");
  await expect(page.getByTestId("stdout")).toHaveText("before");
});
