// The whole way of a question with a real model: `cargo xtask eval --model openai:NAME [--url URL] [--plan auto|always|never]
// [--tasks DIR] [--only ID,ID] [--parallel N] [--drawn-only] [--out FILE]`.
//
// The model is named as for SANDPLOT_MODEL; --url is where an `openai:` one is served, and keys come from the environment. The weights of
// an `embedded:` one are those in the cache folder, and are fetched into it where they are not there. At the end it says how many charts
// were drawn and how many were right, on the first try and after repair, in how many seconds, and which kinds of failures there were.
// `--url` alone asks that server's model by the name `default`.
//
// A person's steps in a real browser: open the page, open the files, ask, wait for the figure. Without --tasks it asks the
// questions of the sample tables and counts figures. With --tasks it takes a folder with `tasks.json` (prompt, files),
// `extract.py` (figure -> facts, run inside the sandbox beside the program) and `score.py` (facts -> right or not, run here).
// It never fails on a wrong chart, which is the model's; it fails when the way itself breaks.
import { spawnSync } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "@playwright/test";
import config from "../playwright.config.mjs";
import { startServer, storeProgram } from "../server.mjs";
import { dataFolder, passedOn, secondsOf } from "./environment.mjs";

/** Minutes one question may take, with its repairs: a small model on two cores is slow. */
const MINUTES = 8;

const { values: options } = parseArgs({
  options: {
    model: { type: "string" },
    url: { type: "string" },
    // The older words for the two above.
    "model-url": { type: "string" },
    "model-name": { type: "string", default: "default" },
    // Whether the model fills in a form first: as SANDPLOT_PLAN.
    plan: { type: "string", default: "auto" },
    tasks: { type: "string" },
    only: { type: "string" },
    // Draws and does not score, which takes a second interpreter for each task; the programs are in the file of results.
    "drawn-only": { type: "boolean", default: false },
    // With 2, one question is drawn and scored while the model answers the next: for a model that leaves a core free.
    parallel: { type: "string", default: "1" },
    out: { type: "string", default: new URL("results/eval.json", import.meta.url).pathname },
  },
});
const url = options.url ?? options["model-url"];
const model = options.model ?? (url && `openai:${options["model-name"]}`);
if (!model) {
  console.error(
    "usage: cargo xtask eval --model openai:NAME [--url URL] [--plan auto|always|never] [--tasks DIR] [--only ID,ID] " +
      "[--parallel N] [--drawn-only] [--out FILE]",
  );
  process.exit(2);
}
const dataDir = await dataFolder(process.env);
const server = await startServer({
  dataDir,
  env: {
    ...passedOn(process.env),
    SANDPLOT_LISTEN: "127.0.0.1:0",
    SANDPLOT_MODEL: model,
    SANDPLOT_PLAN: options.plan,
    ...(url && { OPENAI_BASE_URL: url }),
  },
});
// Facts of single tasks are put there before the results are.
await mkdir(new URL("results/", import.meta.url), { recursive: true });
const browser = await chromium.launch(config.use.launchOptions);
const only = options.only?.split(",");
const tasks = (options.tasks ? await tasksOf(options.tasks) : await sampleTasks()).filter(
  ({ id }) => !only || only.includes(id),
);
const results = [];
let broken = 0;
const waiting = tasks.values();
await Promise.all(Array.from({ length: Number(options.parallel) }, worker));
await browser.close();
const forms = await formsFilledIn();
await server.stop();
await rm(dataDir, { recursive: true, force: true });

const drawn = results.filter(({ figures }) => figures > 0);
const first = drawn.filter(({ repairs }) => repairs === 0);
const right = results.filter((result) => result.right);
const share = (list) => `${list.length} of ${results.length} (${Math.round((100 * list.length) / results.length)} %)`;
console.log(`drawn ${share(drawn)}, on the first try ${share(first)}`);
if (results.some(({ right }) => right !== undefined))
  console.log(`right ${share(right)}, on the first try ${share(right.filter(({ repairs }) => repairs === 0))}`);
for (const line of secondsOf(results)) console.log(line);
if (forms) console.log(forms);
for (const [kind, number] of kindsOfFailure()) console.log(`${String(number).padStart(4)}  ${kind}`);
console.log(`${results.length - broken} passed, ${broken} failed`);
process.exitCode = broken > 0 ? 1 : 0;

/** Takes one task after the other until none is left. */
async function worker() {
  for (const task of waiting) {
    const result = await attempt(task).catch((error) => {
      broken += 1;
      return { id: task.id, state: "broken", figures: 0, why: String(error), seconds: 0, repairs: 0 };
    });
    results.push(result);
    await save();
    const mark = result.right === undefined ? "" : result.right ? "right " : "wrong ";
    console.log(
      `${String(results.length).padStart(3)}/${tasks.length} ${result.figures > 0 ? "drawn" : "none "} ${mark}` +
        `${result.seconds.toFixed(0).padStart(4)} s  repairs ${result.repairs}  ${result.id}  ${result.why ?? ""}`.slice(
          0,
          160,
        ),
    );
  }
}

/** How often the question left nothing to fill in, how often a form was filled in, and how often no form fitted. */
async function formsFilledIn() {
  const metrics = await fetch(`${server.url}/metrics`).then((response) => response.text());
  const count = (/** @type {string} */ outcome) =>
    metrics
      .split("\n")
      .filter((line) => line.includes('kind="plan"') && line.includes(`outcome="${outcome}"`))
      .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
  const [settled, filled, unfit] = [count("settled"), count("ok"), count("no_plan")];
  return settled + filled + unfit > 0
    ? `forms settled by the question alone: ${settled}; filled in by the model: ${filled}; no form fitted: ${unfit}`
    : "";
}

/** What went wrong, the most frequent first. @returns {[string, number][]} */
function kindsOfFailure() {
  /** @type {Map<string, number>} */
  const kinds = new Map();
  for (const result of results) {
    if (result.right || (result.right === undefined && result.figures > 0)) continue;
    const kind = kindOf(result);
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return [...kinds].sort((a, b) => b[1] - a[1]);
}

/** @param {{state: string, figures: number, why?: string}} result */
function kindOf({ state, figures, why = "" }) {
  if (figures === 0 || state !== "shown") return `not drawn: ${/\b\w*(?:Error|Exception)\b/.exec(why)?.[0] ?? state}`;
  /** @type {[string, RegExp][]} */
  const kinds = [
    [
      "another kind of chart",
      /: no (?:bars|lines|pie|scatter|histogram|box|heatmap)|should be (?:horizontal|vertical)/,
    ],
    ["in another order", /not sorted/],
    ["stacked or side by side", /not stacked|side by side/],
    ["other words", /does not say|is empty|label|legend/],
    ["other values", /data|missing|expected|slices|bins|colou?rs|sizes|span|add up/],
  ];
  return `drawn, but ${kinds.find(([, words]) => words.test(why))?.[0] ?? "wrong in another way"}`;
}

/** @param {{id: string, prompt: string, files: string[], score?: (program: string) => Promise<object>}} task */
async function attempt(task) {
  // Nothing that moves: without a GPU it would be drawn by the core that a local model computes on.
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce" });
  try {
    const page = await context.newPage();
    await page.goto(server.url);
    await page.getByTestId("file-input").setInputFiles(task.files);
    await page.locator("main").evaluate(() => document.activeElement?.blur());
    await page.getByTestId("question").fill(task.prompt);
    const ask = page.getByTestId("ask");
    await ask.waitFor();
    await page.waitForFunction(() => !document.querySelector('[data-testid="ask"]')?.disabled, null, {
      timeout: 120_000,
    });
    const started = performance.now();
    await ask.click();
    // A run that failed is repaired by itself, so a state counts once it has stayed.
    const state = await restingState(page, MINUTES * 60_000);
    const seconds = (performance.now() - started) / 1000;
    const figures = await page.getByTestId("figure").count();
    const program = (await page.getByTestId("program").textContent()) ?? "";
    const id = new URL(page.url()).pathname.split("/").pop();
    const chart = id
      ? await fetch(`${server.url}/api/v1/charts/${id}`).then((response) => (response.ok ? response.json() : {}))
      : {};
    const error =
      state === "shown"
        ? undefined
        : (await page.getByTestId("error").allTextContents()).join(" ").trim().slice(0, 2000);
    const result = { id: task.id, state, figures, seconds, repairs: chart.repairs ?? 0, program, why: error };
    if (!task.score || options["drawn-only"]) return result;
    return { ...result, ...(state === "shown" ? await task.score(program) : { right: false }) };
  } finally {
    await context.close();
  }
}

/**
 * @param {import("@playwright/test").Page} page
 * @param {number} milliseconds
 */
async function restingState(page, milliseconds) {
  const handle = await page.waitForFunction(
    () => {
      const state = document.querySelector("main")?.getAttribute("data-state");
      const seen = /** @type {any} */ (globalThis);
      if (state !== seen.__state) {
        seen.__state = state;
        seen.__since = performance.now();
      }
      const rests = ["shown", "failed", "stopped"].includes(state ?? "");
      return rests && performance.now() - seen.__since > (state === "shown" ? 300 : 3000) ? state : false;
    },
    null,
    { timeout: milliseconds, polling: 100 },
  );
  return handle.jsonValue();
}

/** Questions of the sample tables. */
async function sampleTasks() {
  const folder = new URL("../../static/samples/", import.meta.url).pathname;
  const samples = JSON.parse(await readFile(join(folder, "samples.json"), "utf8"));
  const words = JSON.parse(await readFile(join(folder, "../words/en.json"), "utf8"));
  const questionsOf = (/** @type {string} */ name) =>
    Object.keys(words).filter((key) => key.startsWith(`sample.${name}.question.`));
  return samples.flatMap(({ name, file }) =>
    questionsOf(name).map((key, index) => ({
      id: `${file}#${index + 1}`,
      prompt: words[key],
      files: [join(folder, file)],
    })),
  );
}

/** @param {string} folder */
async function tasksOf(folder) {
  const list = JSON.parse(await readFile(join(folder, "tasks.json"), "utf8"));
  const extract = await readFile(join(folder, "extract.py"), "utf8");
  return list.map((task) => {
    const files = task.files.map(({ path }) => resolve(folder, path));
    return {
      id: task.id,
      prompt: task.prompt,
      files,
      score: (program) => scored(folder, task.id, extract, program, files),
    };
  });
}

/**
 * Runs the program once more in the sandbox, beside the extractor, and has its facts scored.
 * @param {string} folder
 * @param {string} id
 * @param {string} extract
 * @param {string} program
 * @param {string[]} files
 */
async function scored(folder, id, extract, program, files) {
  const encode = (text) => JSON.stringify(Buffer.from(text).toString("base64"));
  const wrapped = [
    "import ast, base64, json, types, zlib",
    "_extract = types.ModuleType('extract')",
    `exec(compile(base64.b64decode(${encode(extract)}), 'extract.py', 'exec'), _extract.__dict__)`,
    "_extract.install()",
    "_namespace = {'__name__': '__main__', **{name: globals()[name] for name in ('df', 'tables') if name in globals()}}",
    `exec(compile(base64.b64decode(${encode(program)}), 'program.py', 'exec'), _namespace)`,
    "print('FACTS' + base64.b64encode(zlib.compress(json.dumps(_extract.extract(_namespace)).encode())).decode())",
  ].join("\n");
  const profile = {
    tables: files.map((file) => ({
      name: basename(file).replace(/\W+/g, "_"),
      file: basename(file),
      rows: 0,
      columns: [],
    })),
  };
  const chart = await storeProgram(server.url, wrapped, { profile });
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(`${server.url}${chart.url}`);
    await page.getByTestId("file-input").setInputFiles(files);
    await restingState(page, 180_000);
    const printed = (await page.getByTestId("stdout").textContent()) ?? "";
    const found = /FACTS([A-Za-z0-9+/=]+)/.exec(printed)?.[1];
    if (!found) return { right: false, why: "no facts: the program did not end when it ran beside the extractor" };
    const facts = join(new URL("results/", import.meta.url).pathname, `${id}.facts.json`);
    const { inflateSync } = await import("node:zlib");
    await writeFile(facts, inflateSync(Buffer.from(found, "base64")));
    const score = spawnSync("python3", [join(folder, "score.py"), id, facts], { encoding: "utf8" });
    const verdict = JSON.parse(score.stdout);
    return { right: verdict.pass === true, why: verdict.reasons.join("; ") };
  } finally {
    await context.close();
  }
}

async function save() {
  await writeFile(options.out, JSON.stringify(results, null, 1));
}
