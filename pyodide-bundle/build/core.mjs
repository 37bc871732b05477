/**
 * Turns Pyodide's two ES modules into one classic script with two globals, `loadPyodide` and `createPyodideModule`.
 *
 * Browsers refuse module workers made from a blob in an opaque-origin frame, and the sandbox has no other kind of worker: so the
 * module syntax has to go. Only text is replaced, and every replacement must match exactly as often as it is said to: a new
 * Pyodide that is written differently stops the build here instead of failing in somebody's browser.
 */

/** Stands in for `import.meta.url`: a blob: address is no base for a URL, and nothing is ever fetched from this one. */
const MODULE_URL = "https://pyodide.invalid/pyodide.asm.mjs";

/**
 * @param {string} asmSource text of `pyodide.asm.mjs`
 * @param {string} pyodideSource text of `pyodide.mjs`
 * @returns {string} a classic script
 */
export function buildCore(asmSource, pyodideSource) {
  let asm = replaceExactly(asmSource, "export default _createPyodideModule", "return _createPyodideModule", 1);
  asm = replaceExactly(asm, "import.meta.url", JSON.stringify(MODULE_URL), 3);

  let loader = replaceExactly(pyodideSource, "//# sourceMappingURL=pyodide.mjs.map", "", 1);
  const exported = /export\{(\w+) as loadPyodide,\s*(\w+) as version\};/g;
  const matches = [...loader.matchAll(exported)];
  if (matches.length !== 1) {
    throw new Error(
      `pyodide.mjs: expected one export list, found ${matches.length}: this Pyodide needs a new core.mjs`,
    );
  }
  loader = loader.replace(exported, (_, name) => `return ${name};`);

  return [
    // Modules are strict; classic scripts are not unless they say so.
    `const createPyodideModule = (() => { "use strict";\n${asm}\n})();`,
    `const loadPyodide = (() => { "use strict";\n${loader}\n})();`,
    "",
  ].join("\n");
}

/**
 * @param {string} text
 * @param {string} from
 * @param {string} to
 * @param {number} times
 */
function replaceExactly(text, from, to, times) {
  const parts = text.split(from);
  if (parts.length !== times + 1) {
    throw new Error(
      `Pyodide's text holds ${JSON.stringify(from)} ${parts.length - 1} times, expected ${times}: this Pyodide needs a new core.mjs`,
    );
  }
  return parts.join(to);
}
