// How long it takes until a chart is on the screen: `cargo xtask bench start [--runs N] [--browser chromium,firefox,webkit]`.
//
// One table a browser, all of it from one run on one machine, since the ratios are what can be compared: Pyodide's own way of
// starting (loadPyodide, loadPackage, import, plot; the same files from the same machine, in a worker of a plain page), and
// Sandplot without the snapshot, on a first visit, on a second visit in the same browser, in a page that is open already (a frame
// of its own for each interpreter, in either), and with an interpreter at hand.
import { parseArgs } from "node:util";
import { runProgram, STATE, until } from "../app-page.mjs";
import { find as findFirefox } from "../drivers/firefox.mjs";
import { startServer, storeProgram } from "../server.mjs";
import { startWire } from "../wire.mjs";
import { memoryOfChildren } from "./memory.mjs";
import { startStockServer } from "./stock.mjs";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "7" },
    browser: { type: "string", default: findFirefox() ? "chromium,firefox" : "chromium" },
  },
});
const RUNS = Number(values.runs);
const PROGRAM = "import numpy as np\nimport pandas as pd\nimport matplotlib.pyplot as plt\nplt.plot([1, 3, 2])";
/** Milliseconds after which a page has done what it does behind a chart: files that follow, the next interpreter, its warm-up. */
const SETTLED = 8000;

/** As if nobody had looked at the page for as long as it waits: its longest clock ends at once. */
const HIDE = `(() => {
  const wait = globalThis.setTimeout.bind(globalThis);
  globalThis.setTimeout = (work, after, ...rest) => wait(work, after >= 60_000 ? 0 : after, ...rest);
  Object.defineProperty(document, "visibilityState", { get: () => "hidden" });
  document.dispatchEvent(new Event("visibilitychange"));
})()`;

/**
 * @typedef {import("../drivers/chromium.mjs").Page} Page
 * @typedef {import("../drivers/chromium.mjs").Browser} Browser
 * @typedef {{milliseconds: number, bytes?: number, memory?: number}} Reading bytes over the wire; memory in bytes, above an empty page
 */

const sandplot = await startServer();
const wire = await startWire(sandplot.url);
const stockServer = await startStockServer(PROGRAM);
const stockWire = await startWire(stockServer.url);
const chart = await storeProgram(sandplot.url, PROGRAM);
const address = wire.url + chart.url;

for (const name of values.browser.split(",")) {
  const { launch } = await import(`../drivers/${name}.mjs`);
  console.log(`\n${await measure(launch)}`);
}
stockWire.close();
stockServer.close();
wire.close();
await sandplot.stop();
process.exit();

/** @param {() => Promise<Browser>} launch @returns {Promise<string>} the table */
async function measure(launch) {
  /** @type {Record<string, Reading[]>} */
  const readings = {};
  const note = (/** @type {string} */ name, /** @type {Reading} */ reading) => {
    readings[name] = [...(readings[name] ?? []), reading];
  };
  let title = "";
  for (let run = 0; run < RUNS; run += 1) {
    // In turn, so that a busy moment of the machine falls on all of them.
    await inFreshBrowser(launch, async (open) => note("stock", await stockStart(await open())));
    await inFreshBrowser(launch, async (open) => {
      wire.refuse("memory-1.bin");
      note("without the snapshot", await visit(await open()));
      wire.refuse(null);
    });
    await inFreshBrowser(launch, async (open, browser) => {
      title = `${browser.name} ${browser.version.replace(/^\w+\//, "")}`;
      const first = await open();
      const empty = memory();
      note("first visit", await visit(first));
      await sleep(SETTLED);
      const full = memory();
      const later = await open();
      await first.close();
      note("second visit", await visit(later));
      await sleep(SETTLED);
      // The first of two, since only the second follows a chart at once.
      await again(later);
      note("open page", await again(later));
      await sleep(SETTLED);
      note("interpreter at hand", { ...(await again(later)), memory: full - empty });
      note("same interpreter, hot", await hot(later));
      await sleep(SETTLED);
      await later.evaluate(HIDE);
      await sleep(SETTLED);
      note("hidden for five minutes", { milliseconds: Number.NaN, memory: memory() - empty });
    });
    process.stderr.write(`${title}: ${run + 1}/${RUNS}\n`);
  }
  return `${title}, medians of ${RUNS}\n\n${table(readings)}`;
}

/** @param {Record<string, Reading[]>} readings */
function table(readings) {
  const median = (/** @type {(number | undefined)[]} */ list) =>
    list
      .map((value) => value ?? Number.NaN)
      .sort((a, b) => a - b)
      .at(list.length >> 1) ?? Number.NaN;
  const stock = median((readings["stock"] ?? []).map(({ milliseconds }) => milliseconds));
  const shown = (/** @type {number} */ value, digits = 0) => (Number.isNaN(value) ? "" : value.toFixed(digits));
  const rows = Object.entries(readings).map(([name, list]) => {
    const milliseconds = median(list.map((reading) => reading.milliseconds));
    const bytes = median(list.map((reading) => reading.bytes));
    const held = median(list.map((reading) => reading.memory));
    return `| ${name} | ${shown(milliseconds)} | ${shown(stock / milliseconds, 1)} | ${shown(bytes / 1e6, 1)} | ${shown(held / 1e6)} |`;
  });
  return ["| start | ms | faster than stock | MB over the wire | MB held |", "|---|---|---|---|---|", ...rows].join(
    "\n",
  );
}

/**
 * @param {() => Promise<Browser>} launch
 * @param {(open: () => Promise<Page>, browser: Browser) => Promise<void>} work
 */
async function inFreshBrowser(launch, work) {
  const browser = await launch();
  try {
    const profile = await browser.profile();
    await work(() => profile.open(), browser);
  } finally {
    await browser.close();
  }
}

/** Of the browser. */
function memory() {
  return memoryOfChildren((command) => command !== "sandplot");
}

/**
 * From the first frame's creation until the figure is shown.
 * @param {Page} page
 * @returns {Promise<Reading>}
 */
async function visit(page) {
  wire.taken();
  await page.goto(address);
  await until(page, `${STATE} === "shown"`);
  const milliseconds = await page.evaluate(`(() => {
    const at = (name) => performance.getEntriesByName(name).at(-1)?.startTime ?? NaN;
    return at("sandplot:shown") - at("sandplot:boot-start");
  })()`);
  return { milliseconds, bytes: wire.taken() };
}

/**
 * From the click on Run until the figure is shown. At once after a chart nothing is ready: the next interpreter has just begun to
 * start. Later it is.
 * @param {Page} page
 * @returns {Promise<Reading>}
 */
async function again(page) {
  const shown = await page.evaluate(`(() => {
    globalThis.clicked = performance.now();
    const shown = performance.getEntriesByName("sandplot:shown").length;
    document.querySelector('[data-testid="run"]').click();
    return shown;
  })()`);
  await until(page, `performance.getEntriesByName("sandplot:shown").length > ${shown}`);
  return {
    milliseconds: await page.evaluate('performance.getEntriesByName("sandplot:shown").at(-1).startTime - clicked'),
  };
}

/**
 * The same plot once more where it was just drawn, which no start can beat: the time inside Python.
 * @param {Page} page
 * @returns {Promise<Reading>}
 */
async function hot(page) {
  const program = [
    "import io, time, numpy as np, pandas as pd, matplotlib.pyplot as plt",
    "for turn in range(3):",
    "    begun = time.perf_counter()",
    "    figure, axes = plt.subplots()",
    "    axes.plot([1, 3, 2])",
    "    figure.savefig(io.BytesIO(), format='svg', bbox_inches='tight')",
    "    plt.close('all')",
    "print(1000 * (time.perf_counter() - begun))",
  ].join("\n");
  await page.evaluate(runProgram(program));
  const printed = `document.querySelector('[data-testid="stdout"]').textContent`;
  await until(page, `/\\d/.test(${printed}) && ${STATE} === "shown"`);
  return { milliseconds: Number(await page.evaluate(printed)) };
}

/** @param {Page} page @returns {Promise<Reading>} */
async function stockStart(page) {
  const empty = memory();
  stockWire.taken();
  await page.goto(stockWire.url);
  await until(page, "document.title !== ''");
  const milliseconds = Number(await page.evaluate("document.title"));
  const bytes = stockWire.taken();
  await sleep(SETTLED);
  return { milliseconds, bytes, memory: memory() - empty };
}

/** @param {number} milliseconds */
function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
