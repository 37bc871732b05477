// @ts-check
/**
 * Draws one chart outside of the app, and nothing else: in a file that chart-file.js wrote, or in a frame of another site (the
 * server's `/embed/`). The document holds the program, the sealed frames and this script; Python's files come from the server that
 * the document names, each checked against the digest that the document has of it, or are in the document too. What runs and what
 * comes back is held as on the app's page, by the same modules.
 *
 * @import {Failure} from "./advice.js"
 * @import {SandboxConfig, SandboxStatus, TableFile} from "./sandbox.js"
 * @import {PlayerData, Runtime} from "./wire.js"
 *
 * @typedef {"idle" | "booting" | "running" | "shown" | "failed" | "stopped"} PlayerState
 */

import { failureOf, programFailure } from "./advice.js";
import { moveBars } from "./beat.js";
import { find, make, makeButton, setText } from "./dom.js";
import { createGallery } from "./figures.js";
import { t } from "./language.js";
import { runtimeFiles } from "./runtime.js";
import { createSandbox } from "./sandbox.js";
import { describeStatus } from "./seal-view.js";
import { matchWanted } from "./tables.js";
import { duration, listed, withoutMiddle } from "./words.js";

/** @type {PlayerData} */
const data = JSON.parse(document.getElementById("page-data")?.textContent ?? "");
const packed = new Map(data.packed.map(({ name, element }) => [name, blobIn(element, "application/gzip")]));
/** @type {TableFile[]} */
const given = data.given.map(({ name, element }) => ({ name, blob: blobIn(element, "") }));

/** @type {SandboxConfig} */
const config = {
  runtime: /** @type {Runtime} */ (data.runtime),
  runtimeBase: new URL(data.runtimeBase, document.baseURI).href,
  packed,
  startRuntimeWorker,
  limits: data.limits,
  // The site that shows this document is not asked for room.
  keepsFiles: false,
  // The snapshot is left out of a file: see chart-file.js.
  restores: packed.size === 0,
  sandbox: {
    workerFrame: data.sandbox.workerFrame,
    figureFrame: data.sandbox.figureFrame,
    workerScript: {
      url: "worker.js",
      integrity: data.sandbox.workerScript.integrity,
      blob: new Blob([data.sandbox.workerScript.text]),
    },
  },
};

const main = find("main", HTMLElement);
const status = make("output", { "aria-live": "polite", "data-testid": "status" });
const stop = makeButton(t("progress.stop"), () => ending());
const bar = make("progress", { "aria-label": t("progress.bar") });
const progress = make("div", { class: "progress", hidden: true }, status, stop, bar);
const problem = make("div", { class: "failure", role: "alert", "data-testid": "error", hidden: true });
const place = make("div", { class: "figures" });
const printed = make("pre", { tabindex: 0, role: "region", "aria-label": t("output.printed"), hidden: true });
const gallery = createGallery(place, config, { offers: !data.isEmbed });
/** Ends what is under way. */
let ending = () => {};

/** @param {string} element its id @param {string} type */
function blobIn(element, type) {
  const node = document.getElementById(element);
  const text = node?.textContent ?? "";
  // Its text would stay as long as the page.
  node?.remove();
  const { fromBase64 } = /** @type {any} */ (Uint8Array);
  const bytes = fromBase64
    ? fromBase64.call(Uint8Array, text)
    : Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return new Blob([bytes], { type });
}

/** runtime-worker.js is a text in this script, which the build put there: a document without an origin has no address for it. */
function startRuntimeWorker() {
  const text = /** @type {any} */ (globalThis).runtimeWorkerText;
  return new Worker(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
}

/** @param {PlayerState} state @param {string} [words] */
function enter(state, words = "") {
  const isBusy = state === "booting" || state === "running";
  progress.hidden = !isBusy && words === "";
  stop.hidden = bar.hidden = !isBusy;
  setText(status, words);
  problem.hidden = state !== "failed";
  main.dataset["state"] = state;
}

/** @param {SandboxStatus} now */
function follow({ phase, done, total }) {
  if (main.dataset["state"] !== "booting" || phase === "failed") return;
  if (phase === "ready") return enter("running", t("progress.running"));
  setText(status, t("progress.waiting", { status: describeStatus({ phase, done, total: 0 }) }));
  if (total > 0) {
    bar.max = total;
    bar.value = done;
  } else bar.removeAttribute("value");
}

/** @param {TableFile[]} tables */
async function draw(tables) {
  enter("booting", t("player.waiting"));
  printed.hidden = true;
  const sandbox = createSandbox(config, { onStatus: follow });
  let isStopped = false;
  ending = () => {
    isStopped = true;
    sandbox.stopOpening();
    sandbox.stop();
  };
  try {
    if (tables.length > 0) await sandbox.open(tables, data.edits);
    if (isStopped) return enter("stopped", t("player.stopped"));
    const result = await sandbox.run(data.program);
    setText(printed, withoutMiddle(result.stdout));
    printed.hidden = result.stdout === "" || data.isEmbed;
    await gallery.show(result.figures, data.title);
    if (result.error) return fail(programFailure(result.error));
    for (const picture of document.querySelectorAll("[data-hook=picture]")) picture.remove();
    enter("shown", data.isEmbed ? "" : t("player.drawn", { time: duration(result.milliseconds) }));
  } catch (error) {
    if (isStopped) enter("stopped", t("player.stopped"));
    else fail(failureOf(error, ""));
  } finally {
    // One chart is all there will be: its memory is given back.
    sandbox.dispose();
    runtimeFiles(config).forget();
  }
}

/** @param {Failure} failure */
function fail({ title, sentence, traceback, code }) {
  const server = new URL(config.runtimeBase).host;
  const isSaved = document.querySelector("[data-hook=picture]") !== null;
  const advice = [
    ...(code === "boot" && packed.size === 0 ? [t("player.server", { server })] : []),
    ...(isSaved ? [t("player.picture")] : []),
  ].join(" ");
  problem.replaceChildren(
    make("h2", {}, title),
    make("p", {}, sentence),
    make("p", {}, advice),
    ...(traceback
      ? [make("pre", { tabindex: 0, role: "region", "aria-label": t("failure.traceback") }, traceback)]
      : []),
    makeButton(t("failure.again"), () => begin()),
  );
  enter("failed");
}

/** @param {string[]} missing */
function askFor(missing) {
  const names = listed(missing);
  if (data.isEmbed) {
    main.append(make("p", { class: "wanted", role: "status" }, t("player.not_here", { files: names })));
    return;
  }
  const input = make("input", { type: "file", multiple: true, class: "unseen" });
  const note = make("p", { role: "status" }, t("player.not_in_file", { files: names }));
  const wanted = make("div", { class: "wanted" }, note, make("label", { class: "button" }, t("player.choose"), input));
  input.addEventListener("change", () => {
    const chosen = [...(input.files ?? [])].map((file) => ({ name: file.name, blob: file }));
    const { tables } = matchWanted(chosen, missing);
    const still = missing.filter((name) => !tables.some((table) => table.name === name));
    if (still.length > 0) return setText(note, t("player.still", { files: listed(still) }));
    wanted.remove();
    given.push(...tables);
    begin();
  });
  problem.before(wanted);
}

function begin() {
  const missing = data.wanted.filter((name) => !given.some((table) => table.name === name));
  if (missing.length > 0) return askFor(missing);
  draw(given);
}

function about() {
  const { runtime, digest } = config.runtime;
  const link = data.source
    ? [make("a", { href: data.source, target: "_blank", rel: "noopener" }, t("player.open"))]
    : [];
  const sealed = t("player.sealed", { version: runtime, digest: digest.slice(0, 12) });
  if (data.isEmbed) return make("footer", {}, ...link);
  return make("footer", {}, make("p", {}, sealed), ...link);
}

main.append(progress, problem, place, printed);
if (!data.isEmbed) {
  main.append(
    make(
      "details",
      {},
      make("summary", {}, t("player.program")),
      make("pre", { tabindex: 0, translate: "no" }, data.program),
    ),
  );
}
main.after(about());
moveBars([bar]);
begin();
