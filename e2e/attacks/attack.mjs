// One vector, as its victim meets it: the program's address is opened, and then everything is looked at that may have changed.
import { FIGURE_POINTS, GAP, LOOK, RESET_GAP, runProgram, STATE, STOP, WATCH } from "../app-page.mjs";
import { fill } from "./vector.mjs";
import { READ_STATE } from "./victim.mjs";

/** Milliseconds in which the page's thread may be busy before it counts as dead to the person. */
export const LONGEST_GAP = 5000;
const BOOT = 120_000;
const DRAWS = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title('After')";

/**
 * @typedef {{leaks: string[], faults: string[], gap: number, seconds: number, state: string, stdout: string}} Seen
 * @typedef {{vector: import("./vector.mjs").Vector, places: import("./vector.mjs").Places}} Aimed
 * @typedef {{url: string, store: (program: string, more: object) => Promise<{url: string}>, runSeconds: number}} App
 */

/** What the page says of itself without any attack; everything later is compared with it. @param {import("../drivers/chromium.mjs").Page} page @param {App} app */
export async function baseline(page, app) {
  const chart = await app.store("print('nothing')", {});
  await page.goto(app.url + chart.url);
  await rest(page, app, 0);
  return (await page.evaluate(LOOK)).page;
}

/**
 * Waits for the page to come to rest. @param {import("../drivers/chromium.mjs").Page} page @param {App} app
 * @param {number} running milliseconds after which a run counts as running for ever; 0 waits for the clock of the page
 * @returns {Promise<string>} the state
 */
export async function rest(page, app, running) {
  const begin = Date.now();
  let began = 0;
  for (;;) {
    const state = await page.evaluate(STATE, 15);
    if (state === "shown" || state === "failed" || state === "stopped") return state;
    const now = Date.now();
    if (state === "running") began ||= now;
    if (began && running && now - began > running) return "running";
    // Drawing has a clock of its own, of a minute, which begins when that of the run has ended.
    if (began && now - began > app.runSeconds * 1000 + 75_000) return "never ended";
    if (!began && now - begin > BOOT) return `never ran (${state})`;
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
}

/** @param {import("../drivers/chromium.mjs").Page} page @returns {Promise<string>} empty, or what is wrong */
export async function nextChart(page) {
  await page.evaluate(runProgram(DRAWS));
  const begin = Date.now();
  while (Date.now() - begin < 60_000) {
    const drawn = await page.evaluate(
      `${STATE} === "shown" && /After/.test(document.querySelector('[data-testid="figure"] img')?.alt ?? "")`,
    );
    if (drawn) return "";
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return `the next chart was not drawn: ${await page.evaluate(`${STATE} + " " + document.querySelector('[data-testid="error"]').textContent`)}`;
}

/**
 * Several together where their programs only try something and say so: then they share one run, see `together`.
 * @param {Aimed[]} aimed
 * @param {object} surroundings
 * @param {import("../drivers/chromium.mjs").Page} surroundings.page
 * @param {import("../drivers/chromium.mjs").Page} surroundings.victim
 * @param {import("../drivers/chromium.mjs").Profile} surroundings.profile
 * @param {App} surroundings.app
 * @param {any} surroundings.usual what `baseline` gave
 * @param {string} surroundings.state of the origin before
 * @param {number} surroundings.windows before
 * @param {import("./victim.mjs").Secrets} surroundings.secrets
 * @returns {Promise<Seen[]>} one for each
 */
export async function attack(aimed, { page, victim, profile, app, usual, state, windows, secrets }) {
  const [first] = aimed;
  if (!first) return [];
  const { vector, places } = first;
  /** @type {Seen} */
  const seen = { leaks: [], faults: [], gap: 0, seconds: 0, state: "", stdout: "" };
  let printed = "";
  let said = "";
  const begin = Date.now();
  const odd = profile.odd.length;
  try {
    const more = vector.more ? JSON.parse(fill(JSON.stringify(vector.more), places)) : {};
    const programs = aimed.map((one) => fill(one.vector.program, one.places));
    const chart = await app.store(programs.length > 1 ? together(programs) : (programs[0] ?? ""), more);
    await page.goto(app.url + chart.url);
    await page.evaluate(WATCH);
    const busy = vector.proof === "busy";
    // A chart that names a table waits for it, and runs nothing.
    if (vector.more && "profile" in vector.more) await new Promise((resolve) => setTimeout(resolve, 1500));
    else seen.state = await rest(page, app, busy ? 1500 : 0);
    if (busy && seen.state === "running") {
      await page.evaluate(STOP);
      const stopped = await rest(page, app, 3000);
      if (stopped !== "stopped") seen.leaks.push(`could not be stopped: ${stopped}`);
    } else if (seen.state.startsWith("never")) seen.leaks.push(seen.state);
    if (vector.click) {
      for (const [x, y] of await page.evaluate(FIGURE_POINTS)) await page.click(x, y);
    }
    if (vector.linger) await new Promise((resolve) => setTimeout(resolve, vector.linger));

    const look = await page.evaluate(LOOK);
    printed = `${look.outcome.stdout}\n${look.outcome.value}`;
    seen.stdout = look.outcome.stdout.slice(0, 1000);
    said = look.outcome.error.slice(0, 300);
    if (!busy) seen.state = look.outcome.state;
    if (aimed.length === 1) seen.faults.push(...missingProof(first, look.outcome, seen.state));
    seen.leaks.push(
      ...changes(look.page, { ...usual, path: chart.url, title: vector.more ? look.page.title : usual.title }),
    );
    if (JSON.stringify(look.outcome).includes(secrets.tail)) seen.leaks.push("read a secret");
    seen.gap = await page.evaluate(GAP);
    if (seen.gap > LONGEST_GAP) seen.leaks.push(`the page stood still for ${seen.gap} ms`);

    const now = await victim.evaluate(READ_STATE);
    if (now !== state) seen.leaks.push(`the origin's state changed: ${now.slice(0, 2000)}`);
    const open = await profile.windows();
    if (open !== windows) seen.leaks.push(`${open - windows} windows were opened`);
    if (profile.odd.length > odd) seen.leaks.push(...profile.odd.slice(odd));
    if (vector.bomb) {
      await page.evaluate(RESET_GAP);
      const wrong = await nextChart(page);
      if (wrong) seen.leaks.push(wrong);
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    seen.leaks.push(page.crashed ? "the page crashed" : `the page did not answer: ${message}`);
  }
  seen.seconds = (Date.now() - begin) / 1000 / aimed.length;
  return aimed.map(({ places: { token } }) => {
    const leaks = printed.includes(`GOT ${token}`) ? ["was given what it asked for"] : [];
    const faults =
      aimed.length > 1 && !printed.includes(`tried ${token}`)
        ? [`no proof that it was tried: ${seen.state}; ${said}`]
        : [];
    const stdout =
      aimed.length > 1
        ? printed
            .split("\n")
            .filter((line) => line.includes(token))
            .join("\n")
            .slice(0, 1000)
        : seen.stdout;
    return { ...seen, stdout, leaks: [...seen.leaks, ...leaks], faults: [...seen.faults, ...faults] };
  });
}

/** Programs side by side in one interpreter, each with a namespace of its own. @param {string[]} programs */
const together = (programs) => `
import ast, asyncio, inspect
async def alone(text):
    try:
        made = eval(compile(text, "program.py", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), {"__name__": "__main__"})
        if inspect.isawaitable(made):
            await made
    except BaseException as error:
        print(type(error).__name__, error)
await asyncio.gather(*[alone(text) for text in ${JSON.stringify(programs)}])
`;

/** @param {Aimed} aimed @param {import("./vector.mjs").Outcome} outcome @param {string} state @returns {string[]} */
function missingProof({ vector: { proof = "tried" }, places }, outcome, state) {
  const said = `${outcome.stdout}\n${outcome.value}\n${outcome.error}\n${outcome.text}`;
  const made =
    proof === "any" ||
    (proof === "busy" && state === "running") ||
    (proof === "figure" && outcome.figures.length > 0) ||
    (proof === "shown" && outcome.state === "shown") ||
    (proof === "tried" && outcome.stdout.includes(`tried ${places.token}`)) ||
    (proof instanceof RegExp && proof.test(said));
  return made
    ? []
    : [`no proof that it was tried: ${state}; ${outcome.error.slice(0, 300)} ${outcome.stdout.slice(0, 200)}`];
}

/** @param {any} page @param {any} usual @returns {string[]} */
function changes(page, usual) {
  return Object.keys(usual)
    .filter((key) => page[key] !== usual[key])
    .map((key) => `the page changed: ${key} is ${JSON.stringify(page[key]).slice(0, 300)}`);
}
