// How fast the model in the server is beside a bare llama.cpp server with the same weights and threads, and what it saves to have read
// the rules of its prompt already: `cargo xtask bench model [--runs N] [--threads N] [--size 0.5b]`.
//
// Both are asked by the same program in the same way, the one as `embedded:`, the other as `openai:`, so the prompts are the same to the
// byte; in turn, so that a busy moment of the machine falls on both. Each turn starts its server anew: the first question is read from
// its beginning, the second, about another table, after the rules that both begin with. Tokens are those that the servers count.
import { existsSync } from "node:fs";
import { copyFile, link, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cacheFolder, startModelServer } from "../model-server.mjs";
import { startServer } from "../server.mjs";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "3" },
    threads: { type: "string", default: String(Math.max(1, availableParallelism() - 1)) },
    size: { type: "string", default: "1.5b" },
  },
});
const RUNS = Number(values.runs);
const THREADS = values.threads;
const CACHE = cacheFolder();
const NAME = `qwen2.5-coder-${values.size}`;
const FILE = `${NAME}-instruct-q4_k_m.gguf`;

/**
 * Two tables of the usual size that have no word in common, so that only the rules are shared. The questions leave a choice: what their
 * words settle is answered without the model. A test of the planner holds them to it.
 */
const QUESTIONS = JSON.parse(await readFile(new URL("questions.json", import.meta.url), "utf8"));

/** @typedef {{question: string, profile?: object}} Question */
/** @typedef {{begun: number, first: number, end: number, input: number, output: number}} Turn milliseconds and tokens */

const weights = await weightsFile();
const folder = await mkdtemp(join(tmpdir(), "sandplot-bench-"));
await mkdir(join(folder, "models"));
await link(weights, join(folder, "models", FILE)).catch(() => copyFile(weights, join(folder, "models", FILE)));

/** @type {Record<"embedded" | "bare", Record<"never" | "always", {cold: Turn[], warm: Turn[]}>>} */
const turns = {
  embedded: { never: { cold: [], warm: [] }, always: { cold: [], warm: [] } },
  bare: { never: { cold: [], warm: [] }, always: { cold: [], warm: [] } },
};
for (let run = 0; run < RUNS; run += 1) {
  for (const plan of /** @type {const} */ (["never", "always"])) {
    for (const who of /** @type {const} */ (run % 2 === 0 ? ["embedded", "bare"] : ["bare", "embedded"])) {
      // Each question is once the first and once the second.
      const questions = run % 2 === 0 ? QUESTIONS : [...QUESTIONS].reverse();
      const [cold, warm] = await turn(who, plan, questions);
      if (cold) turns[who][plan].cold.push(cold);
      if (warm) turns[who][plan].warm.push(warm);
      process.stderr.write(".");
    }
  }
}
process.stderr.write("\n");
report();
await rm(folder, { recursive: true, force: true });
process.exit();

/** @param {"embedded" | "bare"} who @param {"never" | "always"} plan @param {Question[]} questions */
async function turn(who, plan, questions) {
  const bare = who === "bare" ? await startModelServer(weights, Number(THREADS)) : null;
  const model =
    bare === null
      ? { SANDPLOT_MODEL: `embedded:${NAME}`, SANDPLOT_MODEL_THREADS: THREADS }
      : { SANDPLOT_MODEL: `openai:${NAME}`, OPENAI_BASE_URL: `http://127.0.0.1:${bare.port}/v1` };
  const server = await startServer({ dataDir: folder, env: { ...model, SANDPLOT_PLAN: plan } });
  /** @type {Turn[]} */
  const done = [];
  for (const question of questions) done.push(await answer(server.url, question));
  await server.stop();
  await bare?.stop();
  return done;
}

/** @param {string} url @param {Question} question @returns {Promise<Turn>} */
async function answer(url, question) {
  let begun = performance.now();
  const response = await fetch(`${url}/api/v1/charts`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
    body: JSON.stringify(question),
  });
  let first = 0;
  let usage = { inputTokens: 0, outputTokens: 0 };
  let rest = "";
  const decoder = new TextDecoder();
  for await (const bytes of response.body ?? []) {
    rest += decoder.decode(bytes, { stream: true });
    const events = rest.split("\n\n");
    rest = events.pop() ?? "";
    for (const event of events) {
      const name = /^event: (.*)$/m.exec(event)?.[1];
      const data = JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? "{}");
      // The model was loaded first; the bare server had done that before it was asked.
      if (name === "doing" && ["reading", "planning"].includes(data.what)) begun = performance.now();
      if (name === "delta" && first === 0) first = performance.now();
      if (name === "error") throw new Error(`${data.code}: ${data.message}`);
      if (name === "program" && data.settled)
        throw new Error(
          `no model was asked, since the words leave it no choice; ask something vaguer: ${question.question}`,
        );
      if (name === "program") usage = data.usage ?? usage;
    }
  }
  return { begun, first, end: performance.now(), input: usage.inputTokens, output: usage.outputTokens };
}

function report() {
  const { embedded, bare } = turns;
  /** @param {Turn} turn */
  const reading = (turn) => (turn.input / (turn.first - turn.begun)) * 1000;
  /** @param {Turn} turn */
  const writing = (turn) => ((turn.output - 1) / (turn.end - turn.first)) * 1000;
  /** @param {Turn} turn */
  const seconds = (turn) => (turn.end - turn.begun) / 1000;
  console.log(`${NAME}, ${THREADS} threads, medians of ${RUNS} turns\n`);
  console.log("| | bare llama.cpp server | in the server | ratio |\n|---|---|---|---|");
  for (const [title, of] of /** @type {const} */ ([
    ["reading, tokens/s", reading],
    ["writing, tokens/s", writing],
  ])) {
    const [theirs, ours] = [bare.never.cold.map(of), embedded.never.cold.map(of)];
    // Of turns that follow one another: what else the machine does changes from minute to minute.
    const ratio = median(ours.map((value, at) => value / (theirs[at] ?? Number.NaN)));
    console.log(`| ${title} | ${median(theirs).toFixed(1)} | ${median(ours).toFixed(1)} | ${ratio.toFixed(2)} |`);
  }
  console.log("\n| from the question to the program, s | rules read anew | rules read before |\n|---|---|---|");
  for (const [title, plan] of /** @type {const} */ ([
    ["a plan", "always"],
    ["a program", "never"],
  ])) {
    for (const [who, of] of /** @type {const} */ ([
      ["in the server", embedded],
      ["bare llama.cpp server", bare],
    ])) {
      const [cold, warm] = [median(of[plan].cold.map(seconds)), median(of[plan].warm.map(seconds))];
      console.log(`| ${title}, ${who} | ${cold.toFixed(1)} | ${warm.toFixed(1)} |`);
    }
  }
}

/** @param {number[]} numbers */
function median(numbers) {
  const sorted = numbers.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** Those in the cache folder, fetched by the server itself if they are not there. */
async function weightsFile() {
  const path = join(CACHE, "models", FILE);
  if (existsSync(path)) return path;
  console.error(`fetching ${FILE}`);
  const index = process.env.SANDPLOT_MODEL_INDEX ?? process.env.PIP_INDEX_URL ?? "";
  const env = { SANDPLOT_MODEL: `embedded:${NAME}`, SANDPLOT_MODEL_INDEX: index };
  const server = await startServer({ dataDir: CACHE, env });
  await answer(server.url, { question: "Draw the logistic function" }).catch(() => {});
  await server.stop();
  if (!existsSync(path)) throw new Error(`the weights were not fetched; put ${FILE} into ${join(CACHE, "models")}`);
  return path;
}
