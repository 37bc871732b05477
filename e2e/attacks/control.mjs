// The positive controls: each attempt again where nothing protects, on a second origin. One that does not arrive proves nothing
// about the attack, and is a fault of the suite unless the vector says why no page in this browser could.

import { fill } from "./vector.mjs";
import { CLEAN_UP, plant, plantSecrets, READ_STATE } from "./victim.mjs";

/**
 * @typedef {import("./vector.mjs").Vector} Vector
 * @typedef {{fired: boolean, needed: boolean, how: string}} ControlResult
 * @typedef {{browser: import("../drivers/chromium.mjs").Browser, canary: Awaited<ReturnType<typeof import("./canary.mjs").startCanary>>,
 *   plain: Awaited<ReturnType<typeof import("./witness.mjs").startWitness>>, secrets: import("./victim.mjs").Secrets,
 *   places: (vector: Vector, token: string, app: string) => Promise<import("./vector.mjs").Places>,
 *   tokenOf: (vector: Vector, letter: "a" | "c") => string}} Surroundings
 */

/** Controls of one page at a time: enough to be quick, few enough that a frame's load does not wait for others. */
const AT_ONCE = 6;
/** Of what no control is heard of. Those that cannot be heard in this browser take them in vain, a second each. */
const MORE_TRIES = 3;

/** @param {Vector[]} vectors @param {Surroundings} surroundings @returns {Promise<Map<string, ControlResult>>} */
export async function runControls(vectors, { browser, canary, plain, secrets, places, tokenOf }) {
  const profile = await browser.profile();
  const victim = await profile.open();
  await plantSecrets(victim, `${plain.url}/plain/empty.html`, secrets);
  const page = await profile.open();
  await page.goto(`${plain.url}/plain/page.html`);
  /** @type {Map<string, ControlResult>} */
  const results = new Map();
  /** @type {Map<string, string>} */
  const said = new Map();

  /** @param {Vector} vector */
  async function tryOne(vector, on = page) {
    const [kind, payload] = Object.entries(vector.control)[0] ?? [];
    if (kind === undefined || kind === "none") return;
    const at = await places(vector, tokenOf(vector, "c"), plain.url);
    const text = fill(payload === true ? vector.program : String(payload), at);
    const expression = `control(${JSON.stringify(kind === "there" ? "page" : kind)}, ${JSON.stringify(text)}, ${JSON.stringify(vector.control)})`;
    const answer = await on.evaluate(expression, 300).catch((error) => `failed: ${error.message}`);
    said.set(vector.id, String(answer));
  }

  /** Those that change what the origin keeps, or that read it, one by one; the rest side by side. @param {Vector} vector */
  const alone = (vector) => "python" in vector.control || vector.id.startsWith("storage/");
  const leaves = (/** @type {Vector} */ vector) => JSON.stringify(vector.control).includes("_top");
  const together = vectors.filter((vector) => !alone(vector) && !leaves(vector));
  /** @type {Set<string>} */
  const changed = new Set();
  const queue = [...together];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let vector = queue.shift(); vector; vector = queue.shift()) await tryOne(vector);
    }),
  );
  for (const vector of vectors.filter(alone)) {
    const isStorage = vector.id.startsWith("storage/");
    const before = isStorage ? await victim.evaluate(READ_STATE) : "";
    await tryOne(vector);
    if (!isStorage) continue;
    await new Promise((resolve) => setTimeout(resolve, 150));
    if ((await victim.evaluate(READ_STATE)) !== before) {
      changed.add(vector.id);
      await victim.evaluate(CLEAN_UP);
      await victim.evaluate(plant(secrets));
    }
  }
  for (const vector of vectors.filter(leaves)) {
    const other = await profile.open();
    await other.goto(`${plain.url}/plain/page.html`);
    await tryOne(vector, other);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await other.close();
  }
  // What was begun last may still be on its way.
  await new Promise((resolve) => setTimeout(resolve, 3000));

  /** @param {Vector} vector @returns {string[]} by whom, or how, its control was noticed */
  function heard(vector) {
    const token = tokenOf(vector, "c");
    const answer = said.get(vector.id) ?? "";
    /** @type {string[]} */
    const kinds = [...new Set(canary.of(token).map(({ kind }) => kind))];
    if (plain.of(token).length > 0) kinds.push("server");
    if (answer.includes(`GOT ${token}`)) kinds.push("had");
    if (answer.includes(secrets.tail)) kinds.push("read");
    if (changed.has(vector.id)) kinds.push("changed");
    if ("there" in vector.control && answer === "true") kinds.push("there");
    return kinds;
  }

  // Chromium holds back the WebSockets of a page that has seen many of them fail, which are all that Python's sockets have: what was
  // not heard is tried again where nothing has failed yet.
  for (let more = MORE_TRIES; more > 0; more -= 1) {
    const silent = vectors.filter((vector) => "python" in vector.control && heard(vector).length === 0);
    if (silent.length === 0) break;
    const other = await browser.profile();
    const fresh = await other.open();
    await fresh.goto(`${plain.url}/plain/page.html`);
    for (const vector of silent) await tryOne(vector, fresh);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await other.close();
  }

  for (const vector of vectors) {
    if ("none" in vector.control) {
      results.set(vector.id, { fired: false, needed: false, how: vector.control.none });
      continue;
    }
    const kinds = heard(vector);
    const reason = vector.absent?.[browser.name] ?? vector.absent?.["any"] ?? "";
    const blind = !canary.hasDns && /@(HOST|NAMED)@/.test(JSON.stringify(vector)) ? "names are not watched here" : "";
    results.set(vector.id, {
      fired: kinds.length > 0,
      needed: reason === "" && blind === "",
      how: kinds.length > 0 ? kinds.join() : reason || blind || `silent: ${(said.get(vector.id) ?? "").slice(0, 400)}`,
    });
  }
  await profile.close();
  return results;
}
