// @ts-check
/**
 * Which packages a program needs beyond those every interpreter starts with. Pure.
 *
 * Found from the text, before the run: a program that asked for a file while running could tell something by asking. Too many
 * cost a few milliseconds, so a word in a string may count as an import; too few would break the program.
 *
 * @import {Runtime} from "./wire.js"
 */

const IMPORT = /(?:^|[\n;:])[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import\b|import[ \t]+([^\n;#]+))/g;

/**
 * @param {string} program
 * @param {Runtime} manifest
 * @returns {{name: string, file: string}[]} packages, those they depend on before them, without what every interpreter has
 */
export function packagesFor(program, manifest) {
  const wanted = new Set(packagesNamed(program, manifest));
  const text = joined(program);
  for (const hint of manifest.hints) {
    if (text.includes(hint.contains)) wanted.add(hint.package);
  }
  /** @type {{name: string, file: string}[]} */
  const ordered = [];
  const seen = new Set();
  /** @param {string} name */
  const visit = (name) => {
    const entry = Object.hasOwn(manifest.packages, name) ? manifest.packages[name] : undefined;
    if (!entry?.file || seen.has(name)) return;
    seen.add(name);
    for (const dependency of entry.depends) visit(dependency);
    ordered.push({ name, file: entry.file });
  };
  for (const name of wanted) visit(name);
  return ordered;
}

/**
 * The packages that a program imports itself, in its order, whether an interpreter has them or not.
 * @param {string} program
 * @param {Pick<Runtime, "imports">} manifest
 */
export function packagesNamed(program, manifest) {
  /** @type {Set<string>} */
  const named = new Set();
  for (const module of importedModules(program)) {
    const name = packageOf(module, manifest.imports);
    if (name) named.add(name);
  }
  return [...named];
}

/**
 * Whether a program imports a module of the standard library or of a base package that the snapshot does not hold. What its text
 * does not tell is found when it runs.
 * @param {string} program
 * @param {Runtime} manifest
 */
export function needsRest(program, manifest) {
  const held = new Set(manifest.base.modules);
  const isOurs = (/** @type {string} */ name) =>
    manifest.stdlib.includes(name) || Object.hasOwn(manifest.imports, name);
  for (const module of importedModules(program)) {
    const top = module.split(".")[0] ?? "";
    if (isOurs(top) && !held.has(top) && !packageFile(top, manifest)) return true;
  }
  return false;
}

/**
 * @param {string} module
 * @param {Runtime} manifest
 */
function packageFile(module, manifest) {
  const name = packageOf(module, manifest.imports);
  return name === undefined ? null : (manifest.packages[name]?.file ?? null);
}

/** With continued lines as one. @param {string} program */
function joined(program) {
  return program.replaceAll("\\\n", " ");
}

/** @param {string} program */
function* importedModules(program) {
  for (const [, from, list] of joined(program).matchAll(IMPORT)) {
    if (from) yield from;
    for (const item of list?.split(",") ?? []) {
      const module = item.trim().split(/\s/)[0];
      if (module) yield module;
    }
  }
}

/**
 * @param {string} module dotted
 * @param {Record<string, string>} imports
 */
function packageOf(module, imports) {
  for (let name = module; name; name = name.slice(0, Math.max(0, name.lastIndexOf(".")))) {
    if (Object.hasOwn(imports, name)) return imports[name];
  }
  return undefined;
}
