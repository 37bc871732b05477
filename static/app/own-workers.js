// @ts-check
/**
 * The page's own workers, and the addresses of their scripts: the only ones there are, as the content security policy says.
 */

/** `runtime` fetches and checks Python's files; `format` formats programs, with a policy of its own. @typedef {"runtime" | "format"} WorkerName */

/** @type {Record<WorkerName, string>} */
const SCRIPTS = { runtime: "./runtime-worker.js", format: "./format-worker.js" };

/** Made once: its name may not be used a second time. @type {any} */
let policy;

/** Looked up only when asked for: a document that starts its workers otherwise has no such address. @param {string} name */
function addressOf(name) {
  if (!Object.hasOwn(SCRIPTS, name)) throw new TypeError(`the page has no worker named ${name}`);
  return new URL(SCRIPTS[/** @type {WorkerName} */ (name)], import.meta.url).href;
}

/** The first of its kind, until somebody takes it over. @type {Worker | undefined} */
let early;

/** Before there is anybody to take what it says. @param {import("./pinned.js").ToRuntimeWorker} message */
export function startEarly(message) {
  early = startWorker("runtime");
  // Nobody would hear of it: whoever wants one gets another, and hears what becomes of that.
  early.onerror = () => {
    early = undefined;
  };
  early.postMessage(message);
}

/** @param {WorkerName} name */
export function startWorker(name) {
  const started = early;
  if (name === "runtime" && started) {
    early = undefined;
    return started;
  }
  policy ??= /** @type {any} */ (globalThis).trustedTypes?.createPolicy("sandplot", { createScriptURL: addressOf });
  return new Worker(policy?.createScriptURL(name) ?? addressOf(name), { type: "module" });
}
