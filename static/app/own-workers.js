// @ts-check
/**
 * The page's own workers, and the addresses of their scripts: the only ones there are, as the content security policy says.
 */

/** `runtime` fetches and checks Python's files; `format` formats programs, with a policy of its own. @typedef {"runtime" | "format"} WorkerName */

/** @type {Record<WorkerName, string>} */
const ADDRESSES = {
  runtime: new URL("./runtime-worker.js", import.meta.url).href,
  format: new URL("./format-worker.js", import.meta.url).href,
};

/** Made once: its name may not be used a second time. */
const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("sandplot", {
  createScriptURL: addressOf,
});

/** @param {string} name */
function addressOf(name) {
  if (!Object.hasOwn(ADDRESSES, name)) throw new TypeError(`the page has no worker named ${name}`);
  return ADDRESSES[/** @type {WorkerName} */ (name)];
}

/** @param {WorkerName} name */
export function startWorker(name) {
  return new Worker(policy?.createScriptURL(name) ?? addressOf(name), { type: "module" });
}
