// Leads every vector through the app: some pages side by side, what went wrong once more alone.
import { attack, baseline, nextChart, rest } from "./attack.mjs";
import { plantSecrets, READ_STATE } from "./victim.mjs";

/**
 * @typedef {import("./vector.mjs").Vector} Vector
 * @typedef {import("./attack.mjs").Seen} Seen
 *
 * @typedef {object} Field
 * @property {import("../drivers/chromium.mjs").Browser} browser
 * @property {import("./attack.mjs").App} app
 * @property {import("./victim.mjs").Secrets} secrets
 * @property {(vector: Vector) => Promise<import("./vector.mjs").Places>} aim
 * @property {number} lanes
 * @property {number} together how many attempts may share a run
 * @property {boolean} verbose
 */

/** Families whose programs only try things and print what came of it. */
const SHARE = /^(network|python|workers|app|storage|navigation|permissions|runtime)\//;

/** @param {Vector[]} vectors @param {number} most @returns {Vector[][]} */
function group(vectors, most) {
  /** @type {Vector[][]} */
  const groups = [];
  /** @type {Vector[]} */
  let open = [];
  for (const vector of vectors) {
    const shares = most > 1 && SHARE.test(vector.id) && !vector.proof && !vector.more && !vector.linger && !vector.bomb;
    if (!shares) groups.push([vector]);
    else if (open.push(vector) === 1) groups.push(open);
    if (open.length === most) open = [];
  }
  return groups;
}

/** @param {Vector[]} vectors @param {Field} field */
export async function campaign(vectors, { browser, app, secrets, aim, lanes, together, verbose }) {
  const profile = await browser.profile();
  const victim = await profile.open();
  await plantSecrets(victim, `${app.url}/charts/none`, secrets);
  let page = await profile.open();
  const usual = await baseline(page, app);
  /** @type {Map<string, Seen>} */
  const seen = new Map();
  /** What was seen at first of those that were looked at again. @type {Map<string, Seen>} */
  const before = new Map();

  /** @param {Vector[]} some @param {import("../drivers/chromium.mjs").Page} on @param {string} state @param {number} windows */
  async function meet(some, on, state, windows) {
    const aimed = await Promise.all(some.map(async (vector) => ({ vector, places: await aim(vector) })));
    const found = await attack(aimed, { page: on, victim, profile, app, usual, state, windows, secrets });
    for (const [index, one] of found.entries()) {
      const id = some[index]?.id ?? "";
      seen.set(id, one);
      const wrong = [...one.leaks, ...one.faults].join("; ").replace(/\s+/g, " ").slice(0, 500);
      if (verbose || wrong) console.log(`${id}  ${one.state}  ${one.seconds.toFixed(1)} s  gap ${one.gap}  ${wrong}`);
    }
    return found;
  }

  /** A page that has been brought down serves nobody. @param {Seen[]} found */
  const isSpent = (found) =>
    found.some(({ leaks }) =>
      leaks.some((leak) => /page (crashed|did not answer|stood still)|not drawn|never/.test(leak)),
    );

  const state = await victim.evaluate(READ_STATE);
  const queue = group(vectors, together);
  /** @param {import("../drivers/chromium.mjs").Page} on */
  async function lane(on) {
    for (let some = queue.shift(); some; some = queue.shift()) {
      if (isSpent(await meet(some, on, state, 1 + lanes))) {
        await on.close().catch(() => {});
        on = await profile.open();
      }
    }
    return on;
  }
  const opened = [page];
  while (opened.length < lanes) opened.push(await profile.open());
  const left = await Promise.all(opened.map(lane));
  for (const one of left.slice(1)) await one.close().catch(() => {});
  page = left[0] ?? page;

  // What a neighbour, or a slow machine, may have caused is looked at again, alone. What was given or read stays so.
  for (const vector of vectors) {
    const one = seen.get(vector.id);
    if (!one || one.leaks.length + one.faults.length === 0) continue;
    before.set(vector.id, one);
    const now = await victim.evaluate(READ_STATE);
    const found = await meet([vector], page, now, 2);
    if (one.leaks.some((leak) => /read a secret|was given/.test(leak))) seen.set(vector.id, one);
    if (isSpent(found)) {
      await page.close().catch(() => {});
      page = await profile.open();
    }
  }
  const chart = await app.store("print('last')", {});
  await page.goto(app.url + chart.url);
  await rest(page, app, 0);
  const after = await nextChart(page).catch((error) => String(error));
  // The sweep: what was begun late, or kept for after the page, has this long to arrive.
  await new Promise((resolve) => setTimeout(resolve, 4000));
  await profile.close();
  return { seen, before, after };
}
