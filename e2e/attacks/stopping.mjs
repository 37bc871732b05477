// Kill and recover: Stop, the clock and the memory cap against programs that will not end, how long the page stood still
// meanwhile, and whether the next chart is drawn.

import { GAP, RESET_GAP, STATE, STOP, until, WATCH } from "../app-page.mjs";
import { startServer, storeProgram } from "../server.mjs";
import { nextChart, rest } from "./attack.mjs";

/** Enough for the next chart on a busy machine. */
/** Within which a chart is drawn on a slow machine: WebKit takes several of them. */
const runSeconds = (/** @type {string} */ browser) => (browser === "webkit" ? 15 : 6);
const CAP = 512;

/** May be closed for what it sends before anybody can stop it. */
const FLOOD = "a print of 200 MB";

/** @type {[name: string, program: string][]} */
const PROGRAMS = [
  [
    "a loop that swallows exceptions",
    "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
  ],
  ["time.sleep", "import time\ntime.sleep(3600)"],
  ["regex backtracking", "import re\nre.match(r'(a+)+$', 'a' * 60 + 'b')"],
  ["numpy in one call", "import numpy as np\na = np.ones((3500, 3500))\nwhile True: a @ a"],
  [
    "a fork of workers",
    "import js, os\nfrom pyodide.ffi import to_js\nurl = js.URL.createObjectURL(js.Blob.new(to_js(['for(;;);'])))\nwhile True:\n    for make in (lambda: js.Worker.new(url), os.fork):\n        try: make()\n        except BaseException: pass",
  ],
  [FLOOD, "for i in range(2000): print('x' * 100_000)\nwhile True: pass"],
];

/** Must end by themselves, as a MemoryError or with the sandbox: never with the page. @type {[name: string, program: string][]} */
const MEMORY = [
  ["4 GB in one array", "import numpy as np\nnp.ones(1 << 29)"],
  ["4 GB in small pieces", "kept = []\nwhile True: kept.append(bytearray(10_000_000))"],
  [
    "4 GB of JavaScript's",
    "import js\nkept = []\nfor i in range(40): kept.append(js.Uint8Array.new(100_000_000).fill(1))\nwhile True: pass",
  ],
];

/**
 * @param {import("../drivers/chromium.mjs").Browser} browser
 * @param {string[]} [only] the ways of being ended that are wanted: stop, clock, cap
 */
export async function stopping(browser, only) {
  const seconds = runSeconds(browser.name);
  const server = await startServer({
    env: { SANDPLOT_RUN_SECONDS: String(seconds), SANDPLOT_MEMORY_MB: String(CAP), SANDPLOT_LOG: "warn" },
  });
  const app = { url: server.url, runSeconds: seconds, store: () => Promise.reject(new Error("not used")) };
  const profile = await browser.profile();
  let page = await profile.open();
  /** @type {{program: string, by: string, state: string, "ended after ms": number, "page stood still ms": number, "next chart": string}[]} */
  const rows = [];
  /** @type {string[]} */
  const faults = [];

  /** @param {string} name @param {string} program @param {"stop" | "clock" | "cap"} by */
  async function one(name, program, by) {
    if (only && !only.includes(by)) return;
    try {
      const chart = await storeProgram(server.url, program);
      await page.goto(server.url + chart.url);
      await page.evaluate(WATCH);
      await until(page, `["running", "failed", "shown"].includes(${STATE})`);
      await page.evaluate(RESET_GAP);
      const begin = Date.now();
      if (by === "stop") {
        await new Promise((resolve) => setTimeout(resolve, 1000));
        await page.evaluate(STOP, 30);
      }
      const asked = by === "stop" ? Date.now() : begin;
      const state = await rest(page, app, 0);
      const ended = Date.now() - asked;
      const gap = await page.evaluate(GAP, 30);
      const error = await page.evaluate(`document.querySelector('[data-testid="error"]').textContent`);
      const next = await nextChart(page);
      const wanted =
        by === "stop"
          ? state === "stopped" || (name === FLOOD && error.includes("The program sent too much"))
          : by === "clock"
            ? error.includes(`${seconds} seconds`)
            : state === "failed";
      console.log(`${name}, by ${by}: ${state} after ${ended} ms`);
      rows.push({
        program: name,
        by,
        state,
        "ended after ms": ended,
        "page stood still ms": gap,
        "next chart": next || "drawn",
      });
      if (!wanted) faults.push(`${name}, by ${by}: ${state} ${error.slice(0, 300)}`);
      if (next) faults.push(`${name}, by ${by}: ${next}`);
      if (gap > 2000) faults.push(`${name}, by ${by}: the page stood still for ${gap} ms`);
    } catch (error) {
      faults.push(`${name}, by ${by}: ${page.crashed ? "the page crashed" : String(error)}`);
      await page.close().catch(() => {});
      page = await profile.open();
    }
  }
  for (const [name, program] of PROGRAMS) {
    await one(name, program, "stop");
    await one(name, program, "clock");
  }
  for (const [name, program] of MEMORY) await one(name, program, "cap");
  await profile.close();
  await server.stop();
  return { rows, faults };
}
