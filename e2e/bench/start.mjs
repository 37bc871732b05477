// How long it takes until a chart is on the screen: `cargo xtask bench start [--runs N]`.
//
// One table, all from one run on one machine, since the ratios are what can be compared: Pyodide's own way of starting
// (loadPyodide, loadPackage, import, plot; the same files from the same machine, in a worker of a plain page), and Sandplot
// without the snapshot, on a first visit, on a second visit in the same browser, in a page that is open already (a frame of its own
// for each interpreter, in either), and with an interpreter at hand.
import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "@playwright/test";
import { createFetcher } from "../../pyodide-bundle/build/fetch.mjs";
import { cacheFolder, nodeModules, readManifest } from "../../pyodide-bundle/build/manifest.mjs";
import { createProgress } from "../../pyodide-bundle/build/progress.mjs";
import config from "../playwright.config.mjs";
import { startServer, storeProgram } from "../server.mjs";

const { values } = parseArgs({ options: { runs: { type: "string", default: "7" } } });
const RUNS = Number(values.runs);
const PROGRAM = "import numpy as np\nimport pandas as pd\nimport matplotlib.pyplot as plt\nplt.plot([1, 3, 2])";

const sandplot = await startServer();
const stock = await startStockServer();
const chart = await storeProgram(sandplot.url, PROGRAM);
const address = sandplot.url + chart.url;
/** @typedef {{milliseconds: number, bytes: number}} Reading */
/** @type {Record<string, Reading[]>} */
const readings = {
  stock: [],
  "without the snapshot": [],
  "first visit": [],
  "second visit": [],
  "open page": [],
  "interpreter at hand": [],
  "same interpreter, hot": [],
};

for (let run = 0; run < RUNS; run += 1) {
  // In turn, so that a busy moment of the machine falls on all of them.
  readings["stock"]?.push(await inFreshBrowser(stockStart));
  readings["without the snapshot"]?.push(
    await inFreshBrowser(async (page) => {
      await page.route("**/memory-1.bin", (route) => route.abort());
      return visit(page);
    }),
  );
  await inFreshBrowser(async (page) => {
    readings["first visit"]?.push(await visit(page));
    // What follows the first chart is part of the visit.
    await page.waitForTimeout(4000);
    const later = await page.context().newPage();
    await page.close();
    readings["second visit"]?.push(await visit(later));
    await later.waitForTimeout(4000);
    await again(later);
    readings["open page"]?.push(await again(later));
    await later.waitForTimeout(8000);
    readings["interpreter at hand"]?.push(await again(later));
    readings["same interpreter, hot"]?.push(await hot(later));
  });
  process.stderr.write(`${run + 1}/${RUNS}\r`);
}
await sandplot.stop();
stock.close();

const median = (/** @type {number[]} */ list) => list.sort((a, b) => a - b)[list.length >> 1] ?? Number.NaN;
const base = median((readings["stock"] ?? []).map(({ milliseconds }) => milliseconds));
console.log("| start | median ms | faster than stock | MB over the wire |\n|---|---|---|---|");
for (const [name, list] of Object.entries(readings)) {
  const milliseconds = median(list.map((reading) => reading.milliseconds));
  const bytes = median(list.map((reading) => reading.bytes)) / 1e6;
  console.log(`| ${name} | ${milliseconds.toFixed(0)} | ${(base / milliseconds).toFixed(1)} | ${bytes.toFixed(1)} |`);
}

/**
 * In a profile of its own on disk: a private one's cache is too small for a runtime.
 * @template T
 * @param {(page: import("@playwright/test").Page) => Promise<T>} measure
 * @returns {Promise<T>}
 */
async function inFreshBrowser(measure) {
  const folder = await mkdtemp(join(tmpdir(), "sandplot-bench-"));
  const browser = await chromium.launchPersistentContext(folder, config.use.launchOptions);
  try {
    return await measure(await browser.newPage());
  } finally {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * From the first frame's creation until the figure is shown.
 * @param {import("@playwright/test").Page} page
 */
async function visit(page) {
  const count = await countBytes(page);
  await page.goto(address);
  await page.locator('main[data-state="shown"]').waitFor({ timeout: 120_000 });
  const milliseconds = await page.evaluate(() => {
    const at = (/** @type {string} */ name) => performance.getEntriesByName(name).at(-1)?.startTime ?? Number.NaN;
    return at("sandplot:shown") - at("sandplot:boot-start");
  });
  return { milliseconds, bytes: await count() };
}

/**
 * From the click on Run until the figure is shown. At once after a chart nothing is ready: the next interpreter has just begun to
 * start. Later it is.
 * @param {import("@playwright/test").Page} page
 */
async function again(page) {
  const { shown, clicked } = await page.evaluate(() => {
    const shown = performance.getEntriesByName("sandplot:shown").length;
    const clicked = performance.now();
    document.querySelector('[data-testid="run"]')?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    return { shown, clicked };
  });
  await page.waitForFunction((count) => performance.getEntriesByName("sandplot:shown").length > count, shown);
  const milliseconds = await page.evaluate(
    (start) => (performance.getEntriesByName("sandplot:shown").at(-1)?.startTime ?? Number.NaN) - start,
    clicked,
  );
  return { milliseconds, bytes: 0 };
}

/**
 * The same plot once more where it was just drawn, which no start can beat: the time inside Python.
 * @param {import("@playwright/test").Page} page
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
  await page.getByTestId("program").fill(program);
  await page.getByTestId("run").click();
  await page.getByTestId("stdout").filter({ hasText: /\d/ }).waitFor();
  return { milliseconds: Number(await page.getByTestId("stdout").textContent()), bytes: 0 };
}

/** @param {import("@playwright/test").Page} page */
async function stockStart(page) {
  const count = await countBytes(page);
  await page.goto(stock.url);
  await page.waitForFunction(() => document.querySelector("img")?.complete, null, { timeout: 120_000 });
  return { milliseconds: Number(await page.title()), bytes: await count() };
}

/**
 * Bytes of bodies as they come over the wire.
 * @param {import("@playwright/test").Page} page
 */
async function countBytes(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  let bytes = 0;
  session.on("Network.loadingFinished", ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  return async () => {
    await session.detach();
    return bytes;
  };
}

/** Pyodide as it comes, and the page that its documentation would have one write. */
async function startStockServer() {
  const manifest = readManifest();
  const pyodide = dirname(createRequire(import.meta.url).resolve("pyodide/package.json"));
  const progress = createProgress("fetching", { bytes: 0, files: 0 });
  const { inputs, distribution } = manifest;
  const fetcher = createFetcher({ inputs, cache: cacheFolder(), nodeModules, distribution, progress });
  const worker = `
    import { loadPyodide } from "/pyodide/pyodide.mjs";
    onmessage = async () => {
      const python = await loadPyodide({ indexURL: "/pyodide/" });
      await python.loadPackage(["numpy", "pandas", "matplotlib"], { messageCallback() {} });
      const png = python.runPython(${JSON.stringify(`${PROGRAM}\nimport io\nout = io.BytesIO()\nplt.savefig(out, format='png')\nout.getvalue()`)}).toJs();
      postMessage(png);
    };`;
  const page = `<!doctype html><title></title><script type="module">
    const started = performance.now();
    const worker = new Worker("/worker.js", { type: "module" });
    worker.onmessage = async ({ data }) => {
      const image = new Image();
      image.src = URL.createObjectURL(new Blob([data], { type: "image/png" }));
      await image.decode();
      document.body.append(image);
      requestAnimationFrame(() => { document.title = String(performance.now() - started); });
    };
    worker.postMessage({});
  </script><body></body>`;
  /** @type {Record<string, string>} */
  const types = {
    js: "text/javascript",
    mjs: "text/javascript",
    wasm: "application/wasm",
    json: "application/json",
    html: "text/html",
  };
  const server = createServer(async (request, response) => {
    const name = (request.url ?? "/").split("/").pop() || "index.html";
    const type = types[name.split(".").pop() ?? ""] ?? "application/octet-stream";
    response.setHeader("Content-Type", type);
    if (name === "index.html") return void response.end(page);
    if (name === "worker.js") return void response.end(worker);
    if (name.endsWith(".whl")) return void response.end(await fetcher.obtain(name));
    createReadStream(join(pyodide, name))
      .on("error", () => response.writeHead(404).end())
      .pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}
