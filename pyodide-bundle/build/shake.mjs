/**
 * Leaves out of Pyodide's script what nobody in a sandbox uses. Emscripten puts all it has into it, for libraries that may come: SDL,
 * OpenGL, sockets of browsers, half of a megabyte that every start of an interpreter would read, and names what WebAssembly exports
 * six thousand times for whoever writes JavaScript. What the runtime's own WebAssembly imports stays, and so does what any script of
 * ours or of Pyodide's reads by name; esbuild finds what of the rest that needs. Which imports those are is imports.mjs's to say.
 */

import { build } from "esbuild";

/** Hundreds of functions that Python's own code takes from whoever has a canvas: a worker of the sandbox has none. */
const OPENGL = /^emscripten_gl/;
const REFUSAL = '(){throw new Error("there is no OpenGL in the sandbox")}';

/** Where it stands, esbuild would have to keep every name for code that it cannot see. What is evaluated comes from libraries that bring
 * JavaScript along, of which there are none here. */
const EVAL = /(?<![\w$.])eval\(/g;
const PARKED = "evaluateHere(";

/**
 * @param {string} body of the function that makes a module, a text of statements which ends with `return moduleRtn`
 * @param {object} needs
 * @param {Set<string>} needs.imports names that some WebAssembly imports
 * @param {string[]} needs.readers scripts that use the module
 * @returns {Promise<string>} the same with less in it
 */
export async function shake(body, { imports, readers }) {
  const [ending] = /;return moduleRtn$/.exec(body) ?? [];
  if (!ending) throw unexpected("the end of its function");
  const rest = keepExports(keepImports(body.slice(0, -ending.length), imports), readers);
  const result = await build({
    stdin: { contents: `${rest.replace(EVAL, PARKED)};export{moduleRtn}`, loader: "js" },
    bundle: true,
    minifyWhitespace: true,
    format: "esm",
    platform: "neutral",
    target: "esnext",
    charset: "utf8",
    // Asked for by Node only.
    external: ["node:*", "ws"],
    legalComments: "none",
    logOverride: { "commonjs-variable-in-esm": "silent" },
    write: false,
  });
  const text = result.outputFiles[0]?.text ?? "";
  const end = text.lastIndexOf("export{moduleRtn};");
  if (end < 0) throw unexpected("what its function gives");
  return `${text.slice(0, end).replaceAll(PARKED, "eval(")}return moduleRtn`;
}

/**
 * The functions that are offered to WebAssembly, and what Emscripten notes of each for WebAssembly's tables.
 *
 * @param {string} body
 * @param {Set<string>} imports
 */
function keepImports(body, imports) {
  const [whole, inside] = /wasmImports=\{([^{}]*)\}/.exec(body) ?? [];
  if (!whole || inside === undefined) throw unexpected("what it offers to WebAssembly");
  /** How Emscripten writes down what a function takes and gives, which decides what it becomes in a table. */
  const noted = /(?<![\w$])(_\w+)\.sig="(\w*)";/g;
  const aliases = new Map(
    [...body.matchAll(/\bvar (_\w+)=(_\w+);/g)].map(([, alias = "", value = ""]) => [alias, value]),
  );
  /** @param {string} value @returns {string} */
  const named = (value) => (aliases.has(value) ? named(aliases.get(value) ?? "") : value);
  const signatures = new Map([...body.matchAll(noted)].map(([, value = "", signature]) => [named(value), signature]));
  /** @type {Map<string, string>} */
  const refusals = new Map();
  /** @type {[name: string, value: string][]} */
  const offers = [];
  for (const entry of inside.split(",")) {
    const [, name, value = name] = /^(\w+)(?::(\w+))?$/.exec(entry) ?? [];
    if (name === undefined || value === undefined) throw unexpected(`the offer ${entry}`);
    if (!imports.has(name)) continue;
    if (!OPENGL.test(name)) offers.push([name, value]);
    else {
      const signature = signatures.get(named(value));
      if (signature === undefined) throw unexpected(`what ${name} takes`);
      const refusal = `refuseOpenGl_${signature}`;
      refusals.set(refusal, `function ${refusal}${REFUSAL}${refusal}.sig="${signature}";`);
      offers.push([name, refusal]);
    }
  }
  const values = new Set(offers.map(([, value]) => named(value)));
  const list = offers.map(([name, value]) => `${name}:${value}`).join(",");
  const shortened = body
    .replace(noted, (statement, value) => (values.has(named(value)) ? statement : ""))
    .replace(whole, () => `wasmImports={${list}}`);
  // Before all else: the rest runs until Python is there.
  return `${[...refusals.values()].join("")}${shortened}`;
}

/**
 * What the module shows of itself, be it of this script or of WebAssembly's.
 *
 * @param {string} body
 * @param {string[]} readers
 */
function keepExports(body, readers) {
  const opening = "function assignWasmExports(wasmExports){";
  const [before = "", after = "", ...more] = body.split(opening);
  const end = after.indexOf("}");
  const assignments = after.slice(0, end).split(";");
  if (end < 0 || more.length > 0 || assignments.some((statement) => statement.includes("{")))
    throw unexpected("what WebAssembly exports");
  // Each has a variable, and all of these stand in one list.
  const lists = before.match(/\bvar \w+(?:,\w+){1000,};/g) ?? [];
  const [list] = lists;
  if (!list || lists.length > 1) throw unexpected("the list of what WebAssembly exports");
  const own = /(?<![\w$.])Module\["(\w+)"\]=\w+;/g;
  const others = before.replace(list, "") + after.slice(end);
  const read = propertiesIn([others.replace(own, ""), ...readers]);
  const keepRead = (/** @type {string} */ text) => text.replace(own, (shown, name) => (read.has(name) ? shown : ""));
  const named = new Set(keepRead(others).match(/(?<![\w$.])_\w+/g));
  const kept = assignments.flatMap((statement) => {
    const [, variable, value] = /^(_\w+)=Module\["\1"\]=(wasmExports\["\w+"\](?:\.value>>>0)?)$/.exec(statement) ?? [];
    if (variable === undefined || read.has(variable)) return [statement];
    return named.has(variable) ? [`${variable}=${value}`] : [];
  });
  return `${keepRead(before)}${opening}${kept.join(";")}${keepRead(after.slice(end))}`;
}

/**
 * Names that a text may read as a property of something: after a dot, or as a text of its own.
 *
 * @param {string[]} texts
 */
function propertiesIn(texts) {
  return new Set(
    texts.flatMap((text) => [...text.matchAll(/(?:\.|["'`])\s*([A-Za-z_$][\w$]*)/g)].map(([, name = ""]) => name)),
  );
}

/** @param {string} what */
function unexpected(what) {
  return new Error(`Pyodide's script is written differently (${what}): this Pyodide needs a new shake.mjs`);
}
