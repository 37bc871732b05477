// The same page in the browsers that Playwright does not drive here: Firefox and WebKit. What the specs look at in detail in Chromium
// must work there at all: a restored Python, a booted one where restoring fails, a table of one's own, every kind of figure, Stop.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { runProgram, STATE, STOP, until } from "../app-page.mjs";
import { startServer, storeProgram } from "../server.mjs";
import { startWire } from "../wire.mjs";

const CHART = "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2])\nplt.title('Drawn')";
const KINDS = [
  CHART,
  "plt.show()",
  "import plotly.express as px",
  "px.bar(x=['a', 'b'], y=[1, 2]).show()",
  "import altair as alt, pandas as pd",
  "table = pd.DataFrame({'a': [1, 2], 'b': [3, 4]})",
  "alt.Chart(table).mark_point().encode(x='a', y='b').show()",
  "table",
].join("\n");
const CSV = "region,amount\nNorth,120\nSouth,340\n";

const IS_DRAWN = `${STATE} === "shown" && /Drawn/.test(document.querySelector('[data-testid="figure"] img')?.alt ?? "")`;

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
/** @type {Awaited<ReturnType<typeof startWire>>} */
let wire;
before(async () => {
  server = await startServer();
  wire = await startWire(server.url);
});
after(async () => {
  wire.close();
  await server.stop();
});

for (const [name, packages] of [
  ["firefox", "firefox-esr"],
  ["webkit", "webkit2gtk-driver xvfb xdotool"],
]) {
  const { find, launch } = await import(`../drivers/${name}.mjs`);
  const skip = find() ? false : `${name} is missing: run \`apt-get install ${packages}\``;
  describe(name, { skip }, () => {
    /** @type {import("../drivers/chromium.mjs").Browser} */
    let browser;
    /** @type {import("../drivers/chromium.mjs").Page} */
    let page;
    before(async () => {
      browser = await launch();
      page = await (await browser.profile()).open();
    });
    after(() => browser?.close());

    /** @param {string} program */
    async function open(program) {
      const chart = await storeProgram(server.url, program);
      await page.goto(wire.url + chart.url);
    }

    test("Python is restored and draws", async () => {
      await open(CHART);
      await until(page, IS_DRAWN);
      assert.equal(await text(page, '[data-testid="seal-fallback"]'), "");
    });

    test("without a file of the snapshot Python boots, and the page says so", async () => {
      const other = await (await browser.profile()).open();
      wire.refuse("memory-1.bin");
      try {
        const chart = await storeProgram(server.url, CHART);
        await other.goto(wire.url + chart.url);
        await until(other, `${STATE} === "shown"`);
        assert.match(await text(other, '[data-testid="seal-fallback"]'), /without its memory snapshot/);
      } finally {
        wire.refuse(null);
        await other.close().catch(() => {});
      }
    });

    test("a file of one's own is opened and its rows are seen", async () => {
      await open("print('a page with a program')");
      await until(page, `${STATE} === "shown"`);
      await page.evaluate(`(() => {
        const given = new DataTransfer();
        given.items.add(new File([${JSON.stringify(CSV)}], "sales.csv", { type: "text/csv" }));
        const input = document.querySelector('[data-testid="file-input"]');
        input.files = given.files;
        input.dispatchEvent(new Event("change", { bubbles: true }));
      })()`);
      await until(page, `/South/.test(document.querySelector("main").innerText)`);
      await page.evaluate(runProgram("df.plot.bar(x='region', y='amount', title='Drawn')"));
      await until(page, IS_DRAWN);
    });

    test("every kind of figure is drawn", async () => {
      await open(KINDS);
      await until(page, `${STATE} === "shown"`);
      const kinds = await page.evaluate(
        `[...document.querySelectorAll('[data-testid="figure"]')].map((figure) => figure.dataset.kind).join()`,
      );
      assert.equal(kinds, "svg,plotly,vega,table");
    });

    test("a loop that swallows exceptions is stopped, and the next chart is drawn", async () => {
      await open("while True:\n    try:\n        while True: pass\n    except BaseException: pass");
      await until(page, `${STATE} === "running"`);
      await page.evaluate(STOP);
      await until(page, `${STATE} === "stopped"`);
      await page.evaluate(runProgram(CHART));
      await until(page, IS_DRAWN);
    });
  });
}

/** @param {import("../drivers/chromium.mjs").Page} page @param {string} selector */
function text(page, selector) {
  return page.evaluate(`document.querySelector(${JSON.stringify(selector)})?.textContent.trim() ?? ""`);
}
