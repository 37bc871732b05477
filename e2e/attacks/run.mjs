// The attack suite: every vector of families/ against the release binary in a real browser, its controls first. Ends with 1 if
// anything leaked, broke, or proved nothing.
//
//   node e2e/attacks/run.mjs [--browser chromium|firefox|webkit|all] [--only ID,FAMILY,...] [--stopping] [--lanes N] [--together N] [--verbose]
//     [--skip-controls | --controls-only] [--overlay]
// With --stopping, --only takes stop, clock and cap.
import { randomBytes } from "node:crypto";
import { startServer, storeProgram } from "../server.mjs";
import { campaign } from "./campaign.mjs";
import { startCanary } from "./canary.mjs";
import { runControls } from "./control.mjs";
import { vectors as all } from "./families/index.mjs";
import { enter, inside } from "./namespace.mjs";
import { failures, keep, table } from "./report.mjs";
import { stopping } from "./stopping.mjs";
import { makeSecrets } from "./victim.mjs";
import { startWitness } from "./witness.mjs";

/** Seconds a program may run: a bomb that nobody stops ends by this clock. */
const RUN_SECONDS = 15;

const BROWSERS = ["chromium", "firefox", "webkit"];

const option = (/** @type {string} */ name) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : (process.argv[at + 1] ?? "");
};
const has = (/** @type {string} */ name) => process.argv.includes(`--${name}`);

enter();
process.exit(await main());

async function main() {
  const names = (option("browser") ?? "chromium").split(",").flatMap((name) => (name === "all" ? BROWSERS : [name]));
  const odd = names.find((name) => !BROWSERS.includes(name));
  if (odd !== undefined) throw new Error(`no such browser: ${odd}; there are ${BROWSERS.join(", ")} and all`);
  let status = 0;
  for (const name of names) status = Math.max(status, await attackIn(name));
  return status;
}

/** @param {string} name of a browser @returns {Promise<number>} what to exit with */
async function attackIn(name) {
  const only = option("only")?.split(",");
  const vectors = all.filter(({ id }) => !only || only.some((word) => id === word || id.startsWith(`${word}/`)));
  const begin = Date.now();
  const browser = await (await import(`../drivers/${name}.mjs`)).launch();
  const canary = await startCanary({ dns: inside });
  const server = await startServer({
    env: { SANDPLOT_RUN_SECONDS: String(RUN_SECONDS), SANDPLOT_MEMORY_MB: "768", SANDPLOT_LOG: "warn" },
  });
  const witness = await startWitness(server.url, { overlay: has("overlay") });
  const plain = await startWitness(server.url, { plain: true });
  console.log(`${browser.name} ${browser.version}, ${vectors.length} vectors`);
  if (!inside)
    console.log("Names are not watched: this system grants no network namespace (root, or user namespaces).");
  try {
    if (has("stopping")) return await runStopping(browser, only);
    return await runVectors({ browser, canary, server, witness, plain, vectors, begin });
  } finally {
    await browser.close().catch(() => {});
    canary.close();
    witness.close();
    plain.close();
    await server.stop();
  }
}

/**
 * @param {{browser: import("../drivers/chromium.mjs").Browser, canary: Awaited<ReturnType<typeof startCanary>>,
 *   server: Awaited<ReturnType<typeof startServer>>, witness: Awaited<ReturnType<typeof startWitness>>,
 *   plain: Awaited<ReturnType<typeof startWitness>>, vectors: import("./vector.mjs").Vector[], begin: number}} parts
 */
async function runVectors({ browser, canary, server, witness, plain, vectors, begin }) {
  const secrets = makeSecrets();
  const tail = randomBytes(4).toString("hex").slice(0, 6).replace(/^./, "k");
  const kept = await storeProgram(server.url, `print("${secrets.chart}")`);
  const tokenOf = (/** @type {import("./vector.mjs").Vector} */ vector, /** @type {"a" | "c"} */ letter) =>
    `${letter}${String(all.indexOf(vector)).padStart(3, "0")}zq${tail}`;
  const places = async (
    /** @type {import("./vector.mjs").Vector} */ vector,
    /** @type {string} */ token,
    /** @type {string} */ app,
  ) => ({
    token,
    address: canary.addressOf(token),
    app,
    chart: kept.id,
    udp: JSON.stringify(vector).includes("@UDP@") ? await canary.datagramPort(token) : 0,
    port: canary.port,
    rawPort: canary.rawPort,
    named: canary.hasDns,
  });

  const controls = has("skip-controls")
    ? new Map()
    : await runControls(vectors, { browser, canary, plain, secrets, places, tokenOf });
  const heardBefore = canary.hits.length;
  const controlSeconds = (Date.now() - begin) / 1000;
  console.log(
    `controls: ${[...controls.values()].filter(({ fired }) => fired).length} fired, ${Math.round(controlSeconds)} s`,
  );

  if (has("controls-only")) {
    for (const { id } of vectors) {
      const { fired, needed, how } = controls.get(id) ?? {};
      if (needed !== fired) console.log(fired ? "unexpected" : "silent", id, how);
    }
    return 0;
  }
  const { seen, before, after } = await campaign(vectors, {
    browser,
    secrets,
    app: {
      url: witness.url,
      runSeconds: RUN_SECONDS,
      store: (program, more) => storeProgram(server.url, program, more),
    },
    aim: (vector) => places(vector, tokenOf(vector, "a"), witness.url),
    lanes: Math.min(browser.lanes, Number(option("lanes") ?? browser.lanes), vectors.length),
    together: Number(option("together") ?? 1),
    verbose: has("verbose"),
  });

  const verdicts = vectors.map((vector) => {
    const token = tokenOf(vector, "a");
    const one = /** @type {import("./attack.mjs").Seen} */ (seen.get(vector.id));
    const control = controls.get(vector.id) ?? { fired: false, needed: false, how: "not run" };
    const leaks = [
      ...one.leaks,
      ...canary.of(token).map(({ kind, text }) => `the canary heard it (${kind}): ${text.slice(0, 200)}`),
      ...witness.of(token).map(({ method, url }) => `the server was asked: ${method} ${url}`),
    ];
    const faults = [
      ...one.faults,
      ...(control.needed && !control.fired ? [`its control is silent (${control.how})`] : []),
    ];
    const possible = control.fired || ("none" in vector.control && !vector.control.reaches);
    const isKnown =
      vector.known?.[browser.name] !== undefined && leaks.every((leak) => /did not answer|stood still/.test(leak));
    /** @type {import("./report.mjs").Verdict["verdict"]} */
    const verdict =
      leaks.length > 0 && isKnown
        ? "known"
        : leaks.length > 0
          ? "leak"
          : faults.length > 0
            ? "fault"
            : possible
              ? "held"
              : "not possible";
    const { gap, seconds, state: end, stdout } = one;
    return {
      id: vector.id,
      verdict,
      why: [...leaks, ...faults],
      control: control.how,
      fired: control.fired,
      needed: control.needed,
      gap,
      seconds,
      state: end,
      stdout,
      atFirst: before.get(vector.id),
    };
  });
  // What the unprotected pages ask for besides, such as plotly's own site, is no attack's.
  const strays = canary.hits
    .slice(heardBefore)
    .filter(({ token, text }) => token === null || (text.includes(secrets.tail) && !token.startsWith("c")));
  const writes = witness.seen.filter(
    ({ method, body }) => method !== "GET" && method !== "HEAD" && !body.includes("After"),
  );
  const general = [
    ...strays.map(({ kind, text }) => `the canary heard what no vector owns (${kind}): ${text.slice(0, 200)}`),
    ...writes.map(({ method, url, body }) => `the server was told: ${method} ${url} ${body.slice(0, 200)}`),
    ...(after ? [after] : []),
  ];
  const seconds = Math.round((Date.now() - begin) / 1000);
  const lines = failures(verdicts);
  const file = keep(`attacks-${browser.name}`, {
    browser: browser.name,
    version: browser.version,
    seconds,
    controlSeconds,
    names: canary.hasDns,
    background: [...new Set(canary.background)],
    general,
    verdicts,
  });
  console.log(`\n${table(verdicts)}\n`);
  for (const line of [...lines, ...general]) console.log(line);
  const gap = Math.max(...verdicts.map((verdict) => verdict.gap));
  console.log(`longest time the page stood still: ${gap} ms; ${seconds} s in all; ${file}`);
  return lines.length + general.length > 0 ? 1 : 0;
}

/** @param {import("../drivers/chromium.mjs").Browser} browser @param {string[]} [only] */
async function runStopping(browser, only) {
  const { rows, faults } = await stopping(browser, only);
  const file = keep(`stopping-${browser.name}`, { browser: browser.name, version: browser.version, rows, faults });
  console.table(rows);
  for (const fault of faults) console.log(fault);
  console.log(file);
  return faults.length > 0 ? 1 : 0;
}
