// What Lighthouse says of the app page and of a chart's page, on a desk and in a hand: `cargo xtask lighthouse [--runs N]`.
//
// Accessibility and best practices have to be perfect: what they look at is the same every time. Performance is measured on a machine
// that does other things too, so it is the median of several runs that is printed, and held against a bound only with --strict.
import { parseArgs } from "node:util";
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";
import desktop from "lighthouse/core/config/desktop-config.js";
import { startServer, storeProgram } from "../server.mjs";

const { values } = parseArgs({
  options: { runs: { type: "string", default: "5" }, strict: { type: "boolean", default: false } },
});
const RUNS = Number(values.runs);
const PERFECT = ["accessibility", "best-practices"];
const LEAST_PERFORMANCE = 95;
const CATEGORIES = ["performance", ...PERFECT];
const MEASURES = [
  "first-contentful-paint",
  "largest-contentful-paint",
  "total-blocking-time",
  "cumulative-layout-shift",
];

const server = await startServer();
const chart = await storeProgram(
  server.url,
  "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2])\nplt.title('A line')\n",
);
const pages = { "app page": server.url, "chart page": server.url + chart.url };
const presets = { desktop, mobile: undefined };

/** @param {number[]} numbers */
const median = (numbers) => numbers.toSorted((one, other) => one - other)[numbers.length >> 1] ?? 0;

/** A browser's fault while it records a page: Lighthouse itself asks for another look then. It says nothing about the page. */
const NOT_RECORDED = new Set(["NO_NAVSTART", "NO_TRACING_STARTED"]);
const LOOKS = 3;

/** @param {string} url @param {object | undefined} config */
async function look(url, config) {
  for (let left = LOOKS - 1; ; left -= 1) {
    const { lhr } = await lookOnce(url, config);
    if (!lhr.runtimeError) return lhr;
    if (left === 0 || !NOT_RECORDED.has(lhr.runtimeError.code))
      throw new Error(`no result: ${lhr.runtimeError.message}`);
    console.log(`  looks again: ${lhr.runtimeError.code}`);
  }
}

/** @param {string} url @param {object | undefined} config a browser that has seen nothing yet, each time */
async function lookOnce(url, config) {
  const chrome = await launch({
    chromePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic"],
    logLevel: "silent",
  });
  try {
    const result = await lighthouse(url, { port: chrome.port, onlyCategories: CATEGORIES, logLevel: "error" }, config);
    if (!result) throw new Error("no result");
    return result;
  } finally {
    chrome.kill();
  }
}

let isGood = true;
/** @param {string} line */
function complain(line) {
  isGood = false;
  console.log(`  ${line}`);
}

try {
  for (const [page, url] of Object.entries(pages)) {
    for (const [preset, config] of Object.entries(presets)) {
      const looks = [];
      for (let run = 0; run < RUNS; run += 1) looks.push(await look(url, config));
      const score = (/** @type {string} */ name) =>
        looks.map((one) => Math.round((one.categories[name]?.score ?? 0) * 100));
      const measured = MEASURES.map((name) => {
        const audit = (/** @type {typeof looks[number]} */ one) => one.audits[name];
        const middle = median(looks.map((one) => audit(one)?.numericValue ?? 0));
        return `${name} ${middle < 1 ? middle.toFixed(3) : `${Math.round(middle)} ms`}`;
      });
      const scores = CATEGORIES.map((name) => `${name} ${median(score(name))}`).join(", ");
      console.log(`${page}, ${preset}: ${scores} (${RUNS} ${RUNS === 1 ? "run" : "runs"}; ${measured.join(", ")})`);
      for (const name of PERFECT) {
        if (Math.min(...score(name)) === 100) continue;
        for (const one of looks) {
          for (const { id } of one.categories[name]?.auditRefs ?? []) {
            const audit = one.audits[id];
            if (audit?.score === null || audit?.score === undefined || audit.score >= 1) continue;
            const nodes = (audit.details?.items ?? [])
              .map((item) => item.node?.snippet ?? JSON.stringify(item))
              .slice(0, 5);
            complain(`${name}: ${id}: ${audit.title} ${nodes.join(" ")}`);
          }
        }
      }
      if (values.strict && page === "app page" && median(score("performance")) < LEAST_PERFORMANCE)
        complain(`performance is below ${LEAST_PERFORMANCE}`);
    }
  }
} finally {
  await server.stop();
}
process.exitCode = isGood ? 0 : 1;
