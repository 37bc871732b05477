// @ts-check
/**
 * Which packages a program needs beyond those every interpreter starts with. Pure.
 *
 * Found from the text, before the run: a program that asked for a file while running could tell something by asking. Too many
 * cost a few milliseconds, so a word in a string may count as an import; too few would break the program.
 *
 * @import {RuntimeManifest} from "./runtime.js"
 */

const IMPORT = /(?:^|[\n;:])[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import\b|import[ \t]+([^\n;#]+))/g;

/**
 * @param {string} program
 * @param {RuntimeManifest} manifest
 * @returns {string[]} names of packages, those they depend on before them, without the base packages
 */
export function packagesFor(program, manifest) {
  /** @type {Set<string>} */
  const wanted = new Set();
  const text = program.replaceAll("\\\n", " ");
  for (const module of importedModules(text)) {
    const name = packageOf(module, manifest.imports);
    if (name) wanted.add(name);
  }
  for (const hint of manifest.hints) {
    if (text.includes(hint.contains)) wanted.add(hint.package);
  }
  /** @type {string[]} */
  const ordered = [];
  const seen = new Set();
  /** @param {string} name */
  const visit = (name) => {
    const entry = Object.hasOwn(manifest.packages, name) ? manifest.packages[name] : undefined;
    if (!entry || entry.base || seen.has(name)) return;
    seen.add(name);
    for (const dependency of entry.depends) visit(dependency);
    ordered.push(name);
  };
  for (const name of wanted) visit(name);
  return ordered;
}

/** @param {string} text */
function* importedModules(text) {
  for (const [, from, list] of text.matchAll(IMPORT)) {
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
