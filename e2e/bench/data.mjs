// What a large file costs: `cargo xtask bench data [--megabytes N] [--runs N]`.
//
// The same CSV, made for it, is read by pandas outside of any browser and opened by Sandplot in Chromium, in turn. Native pandas only
// reads; Sandplot also finds the types, describes each column and keeps the outcome for later runs. A later run is a program that
// counts the rows in an interpreter that had to be started and given the tables: from the click until its answer, beside the same
// with no table open.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "@playwright/test";
import { cacheFolder } from "../../pyodide-bundle/build/manifest.mjs";
import { GAP, RESET_GAP, until, WATCH } from "../app-page.mjs";
import { startServer } from "../server.mjs";
import { writeBigTable } from "./big-table.mjs";
import { memoryOfChildren } from "./memory.mjs";

/** The version that the bundle has. */
const PANDAS = "3.0.2";
const { values } = parseArgs({
  options: { megabytes: { type: "string", default: "100" }, runs: { type: "string", default: "3" } },
});
const RUNS = Number(values.runs);
const COUNT_ROWS = "print(len(df))";
const SAY_HELLO = "print(1)";

const folder = await mkdtemp(join(tmpdir(), "sandplot-bench-"));
const path = join(folder, "orders.csv");
const rows = await writeBigTable(path, Number(values.megabytes) * 1e6);
const { size } = await stat(path);
const python = nativePython();
const server = await startServer();
/** @type {Record<string, number[]>} */
const readings = {};
const note = (/** @type {string} */ name, /** @type {number} */ value) => {
  readings[name] = [...(readings[name] ?? []), value];
};
for (let run = 0; run < RUNS; run += 1) {
  note("native", nativeSeconds());
  await open();
  process.stderr.write(`${run + 1}/${RUNS}\n`);
}
await server.stop();
await rm(folder, { recursive: true });

const median = (/** @type {string} */ name) => {
  const sorted = [...(readings[name] ?? [])].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
};
const native = median("native");
const line = (/** @type {string} */ what, /** @type {string} */ name) =>
  `| ${what} | ${median(name).toFixed(2)} | ${(median(name) / native).toFixed(2)} |`;
console.log(`
CSV of ${(size / 1e6).toFixed(0)} MB, ${rows} rows; medians of ${RUNS}

| what | seconds | of native |
|---|---|---|
${line("native pandas, read_csv", "native")}
${line("Sandplot: until the table is shown", "open")}
${line("of which: made into a table, types found", "parsing")}
${line("a program run twice at once: the second, with this table", "later")}
${line("the same without a table", "bare")}

Longest time in which the page gave no sign: ${median("gap").toFixed(0)} ms. Memory above the open page: ${median("memory").toFixed(0)} MB.`);
process.exit();

/** One visit: the file is opened, and a program runs twice, the second time in an interpreter that got the tables handed over. */
async function open() {
  const browser = await chromium.launch({ executablePath: process.env["CHROMIUM"] || undefined });
  const page = await browser.newPage();
  const phase = (/** @type {string} */ name) =>
    `document.querySelector('[data-testid="seal"]').dataset.phase === "${name}"`;
  await page.goto(server.url);
  await until(page, phase("ready"));
  note("bare", await secondRun(SAY_HELLO));
  const before = memory();
  await page.evaluate(WATCH);
  await page.evaluate(RESET_GAP);
  const begun = performance.now();
  await page.getByTestId("file-input").setInputFiles(path);
  const progress = "(document.querySelector('[data-hook=\"data-phase\"]').textContent)";
  await until(page, `${progress}.startsWith("Finding")`);
  const parsing = performance.now();
  await until(page, `${progress}.startsWith("Describing") || !document.querySelector('[data-hook="sheet"]').hidden`);
  note("parsing", (performance.now() - parsing) / 1000);
  await until(page, `!document.querySelector('[data-hook="sheet"]').hidden`);
  note("open", (performance.now() - begun) / 1000);
  note("gap", Number(await page.evaluate(GAP)));
  note("memory", (memory() - before) / 1e6);
  // Both wait for an interpreter to start: what they differ by is the handing over, as far as the machine is quiet.
  note("later", await secondRun(COUNT_ROWS));
  await browser.close();

  /** Seconds of a run that no interpreter was at hand for. @param {string} program */
  async function secondRun(program) {
    await run(program);
    return run(`${program} # again`);
  }

  /** @param {string} program */
  async function run(program) {
    const shown = await page.evaluate('performance.getEntriesByName("sandplot:shown").length');
    await page.getByTestId("program").fill(program);
    const begun = performance.now();
    await page.getByTestId("run").click();
    await until(page, `performance.getEntriesByName("sandplot:shown").length > ${shown}`);
    return (performance.now() - begun) / 1000;
  }
}

function memory() {
  return memoryOfChildren((command) => command !== "sandplot");
}

/** Pandas as it comes from its makers, in the cache beside the bundle's inputs. */
function nativePython() {
  const home = join(cacheFolder(), `pandas-${PANDAS}`);
  const program = join(home, "bin/python");
  if (!existsSync(join(home, "installed"))) {
    must("python3", ["-m", "venv", home]);
    must(program, ["-m", "pip", "install", "--quiet", `pandas==${PANDAS}`]);
    must("touch", [join(home, "installed")]);
  }
  return program;
}

function nativeSeconds() {
  const program = `import time, pandas\nbegun = time.perf_counter()\npandas.read_csv(${JSON.stringify(path)})\nprint(time.perf_counter() - begun)`;
  return Number(must(python, ["-c", program]));
}

/** @param {string} program @param {string[]} words */
function must(program, words) {
  const { status, stdout, stderr, error } = spawnSync(program, words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${words.join(" ")}: ${error?.message ?? stderr}`);
  return stdout;
}
