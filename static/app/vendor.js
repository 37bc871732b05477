// @ts-check
/**
 * The page's third-party code, fetched when it is first wanted and not before: a chart does without. By an address and not by an
 * import statement, since the files are there only once the bundle has been built; `#vendor/` has their types.
 */

/** @param {string} name */
const address = (name) => new URL(`../vendor/${name}`, import.meta.url).href;

/** @returns {Promise<typeof import("#vendor/codemirror")>} */
export const loadCodeMirror = () => import(address("codemirror.js"));

/** @returns {Promise<typeof import("#vendor/ruff-format")>} */
export const loadFormatter = () => import(address("ruff-format.js"));

export const FORMATTER_WASM = address("ruff-format.wasm");
