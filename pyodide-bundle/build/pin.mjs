/**
 * wanted.json -> manifest.json: finds every file the wish needs, and writes down its size, sha256 and sources. What Pyodide's own
 * lock names is pinned by that lock; what it lacks is pinned by the bytes the index gives today, and from then on by the manifest:
 * this script is the only one that trusts what it receives, and its diff is there to be read.
 */

import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { unzipSync } from "fflate";
import { BuildFailure, runScript, WrongBytes } from "./failure.mjs";
import { createFetcher, writeWhole } from "./fetch.mjs";
import { cacheFolder, manifestPath, nodeModules, readManifest, sha256, wantedPath } from "./manifest.mjs";
import { downloadWithPip } from "./pip.mjs";
import { createProgress } from "./progress.mjs";
import { topLevelModules, unpackWheel } from "./unpack.mjs";

/** @import { FontFace, Hint, Input, Manifest, PinnedPackage, Script, Source } from "./manifest.mjs" */

/**
 * @typedef {object} Wanted
 * @property {string} runtime
 * @property {string} distribution
 * @property {{requirement: string, file: string, folder: string}} collection a package whose wheel carries wheels of the lock
 * @property {string[]} base mounted at boot, with all they need
 * @property {Record<string, {without?: string[]}>} fromLock
 * @property {Record<string, {file: string, depends?: string[]}>} fromIndex
 * @property {Hint[]} hints
 * @property {Record<string, {file: string, module: string, path?: string, package: string}>} renderers `path`: the file as npm has it; without, the build makes one
 * @property {Record<Script, {file: string, licence: string, faces: FontFace[]}>} fonts `file`: a wheel that carries them
 *
 * @typedef {{version: string, file_name: string, sha256: string, depends: string[]}} LockPackage
 * @typedef {{info: {python: string, abi_version: string}, packages: Record<string, LockPackage>}} Lock
 */

const CORE_FILES = ["pyodide.asm.mjs", "pyodide.asm.wasm", "pyodide.mjs", "python_stdlib.zip", "pyodide-lock.json"];

/** Modules no program means when it imports them, though the wheels put them at the top level. */
const NOT_OFFERED = new Set(["isympy", "docs", "examples"]);

/**
 * The packages of the lock that the wish names, with all they need, each with the dependencies it keeps.
 *
 * @param {Wanted["fromLock"]} wanted
 * @param {Lock["packages"]} lock
 * @returns {Map<string, string[]>}
 */
export function lockClosure(wanted, lock) {
  /** @type {Map<string, string[]>} */
  const closure = new Map();
  /** @param {string} name */
  const add = (name) => {
    if (closure.has(name)) return;
    const entry = lock[name];
    if (!entry) throw new BuildFailure(`${name} is wanted from Pyodide's lock, which does not have it`);
    const without = wanted[name]?.without ?? [];
    const depends = entry.depends.map(normalName).filter((dependency) => !without.includes(dependency));
    closure.set(name, depends);
    depends.forEach(add);
  };
  Object.keys(wanted).forEach(add);
  return closure;
}

/**
 * @param {string[]} names
 * @param {Record<string, {depends: string[]}>} packages
 * @returns {Set<string>}
 */
export function withDependencies(names, packages) {
  /** @type {Set<string>} */
  const all = new Set();
  /** @param {string} name */
  const add = (name) => {
    if (all.has(name)) return;
    all.add(name);
    const entry = packages[name];
    if (!entry) throw new BuildFailure(`${name} is needed, but neither fromLock nor fromIndex of wanted.json gives it`);
    entry.depends.forEach(add);
  };
  names.forEach(add);
  return all;
}

/** @param {string} name as PyPI compares them (PEP 503) */
function normalName(name) {
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}

/** @param {string} file */
function wheelVersion(file) {
  const version = file.split("-")[1];
  if (!version) throw new BuildFailure(`${file}: not the name of a wheel`);
  return version;
}

async function main() {
  /** @type {Wanted} */
  const wanted = JSON.parse(readFileSync(wantedPath, "utf8"));
  const cache = cacheFolder();
  const known = existsSync(manifestPath) ? readManifest() : null;
  const progress = createProgress("pinning", { bytes: 0, files: 0 });
  const fetcher = createFetcher({
    inputs: known?.inputs ?? [],
    cache,
    nodeModules,
    distribution: wanted.distribution,
    progress,
  });

  /** @param {{requirement: string, file: string}} wish */
  const pinFromIndex = async ({ requirement, file }) => {
    const pinned = known?.inputs.find((input) => input.name === file);
    if (pinned) return { input: pinned, bytes: await fetcher.obtain(file) };
    mkdirSync(join(cache, "partial"), { recursive: true });
    progress.say(`new: ${file}`);
    const bytes = await downloadWithPip(requirement, file, {
      folder: join(cache, "partial"),
      onBytes: () => undefined,
    });
    const input = describeInput(file, bytes, [{ pip: requirement }]);
    writeWhole(join(cache, "inputs", input.sha256), bytes);
    return { input, bytes };
  };

  const runtimeVersion = installedVersion("pyodide");
  if (runtimeVersion !== wanted.runtime) {
    throw new BuildFailure(
      `wanted.json names Pyodide ${wanted.runtime}, installed is ${runtimeVersion}: change package.json and run npm ci`,
    );
  }
  /** @type {Lock} */
  const lock = JSON.parse(readFileSync(join(nodeModules, "pyodide/pyodide-lock.json"), "utf8"));

  /** @type {Input[]} */
  const inputs = CORE_FILES.map((path) => npmInput(path, "pyodide", path));
  /** @type {Record<string, PinnedPackage>} */
  const packages = {};
  /** @type {Record<string, string>} */
  const imports = {};
  /** @param {string} name @param {Uint8Array} wheel */
  const addImports = (name, wheel) => {
    for (const module of topLevelModules(unpackWheel(wheel))) {
      if (NOT_OFFERED.has(module)) continue;
      if (imports[module]) throw new BuildFailure(`both ${imports[module]} and ${name} hold a module ${module}`);
      imports[module] = name;
    }
  };

  const collection = await pinFromIndex(wanted.collection);
  inputs.push(collection.input);
  for (const [name, depends] of lockClosure(wanted.fromLock, lock.packages)) {
    const entry = lock.packages[name];
    if (!entry) continue;
    const file = entry.file_name;
    const member = `${wanted.collection.folder}${file}`;
    const found = unzipSync(collection.bytes, { filter: ({ name }) => name === member })[member];
    const bytes = found ? Buffer.from(found) : await fromDistribution(new URL(file, wanted.distribution));
    const digest = sha256(bytes);
    if (digest !== entry.sha256) {
      throw new WrongBytes(
        file,
        found ? wanted.collection.file : wanted.distribution,
        { sha256: entry.sha256, bytes: bytes.length },
        { sha256: digest, bytes: bytes.length },
      );
    }
    /** @type {Source[]} */
    const sources = [{ distribution: file }];
    if (found) sources.push({ archive: wanted.collection.file, member });
    inputs.push(describeInput(file, bytes, sources));
    packages[name] = { version: entry.version, input: file, depends, base: false };
    addImports(name, bytes);
  }

  for (const [name, { file, depends = [] }] of Object.entries(wanted.fromIndex)) {
    const version = wheelVersion(file);
    const { input, bytes } = await pinFromIndex({ requirement: `${name}==${version}`, file });
    inputs.push(input);
    packages[name] = { version, input: file, depends, base: false };
    addImports(name, bytes);
  }
  withDependencies(Object.keys(packages), packages);
  for (const name of withDependencies(wanted.base, packages)) {
    const entry = packages[name];
    if (entry) entry.base = true;
  }
  for (const hint of wanted.hints) {
    if (!packages[hint.package])
      throw new BuildFailure(`a hint names ${hint.package}, which is no package of wanted.json`);
  }

  /** @type {Manifest["renderers"]} */
  const renderers = {};
  for (const [kind, { file, module, package: name, path }] of Object.entries(wanted.renderers)) {
    renderers[kind] = { file, module, version: installedVersion(module), package: name };
    if (path) inputs.push(npmInput(file, module, path));
  }

  /** @type {Partial<Manifest["fonts"]>} */
  const fonts = {};
  /** Some carry several. @type {Map<string, {input: Input, bytes: Buffer}>} */
  const wheels = new Map();
  for (const [script, { file, licence, faces }] of Object.entries(wanted.fonts)) {
    const name = normalName(file.split("-")[0] ?? "");
    const requirement = `${name}==${wheelVersion(file)}`;
    const { input, bytes } = wheels.get(file) ?? (await pinFromIndex({ requirement, file }));
    wheels.set(file, { input, bytes });
    const members = new Set(Object.keys(unzipSync(bytes)));
    for (const member of [licence, ...faces.map((face) => face.member)]) {
      if (!members.has(member))
        throw new BuildFailure(`${file} holds no ${member}, which the font for ${script} needs`);
    }
    if (!inputs.some((known) => known.name === file)) inputs.push(input);
    fonts[/** @type {Script} */ (script)] = { input: file, licence, faces };
  }

  /** @type {Manifest} */
  const manifest = {
    runtime: wanted.runtime,
    python: lock.info.python,
    abi: lock.info.abi_version,
    distribution: wanted.distribution,
    inputs,
    packages: sorted(packages),
    imports: sorted(imports),
    hints: wanted.hints,
    renderers,
    fonts: /** @type {Manifest["fonts"]} */ (fonts),
  };
  writeWhole(manifestPath, `${JSON.stringify(manifest, null, 2)}\n`);
  progress.say(
    `pinned ${inputs.length} files, ${Object.keys(packages).length} packages, ${Object.keys(imports).length} modules`,
  );
}

/**
 * @param {string} name
 * @param {Uint8Array} bytes
 * @param {Source[]} sources
 * @returns {Input}
 */
function describeInput(name, bytes, sources) {
  return { name, bytes: bytes.length, sha256: sha256(bytes), sources };
}

/**
 * npm checked these bytes against package-lock.json when it installed them.
 *
 * @param {string} name
 * @param {string} module
 * @param {string} path
 */
function npmInput(name, module, path) {
  return describeInput(name, readFileSync(join(nodeModules, module, path)), [{ npm: module, path }]);
}

/** @param {string} module @returns {string} */
function installedVersion(module) {
  const place = join(nodeModules, module, "package.json");
  if (!existsSync(place)) throw new BuildFailure(`${module} is not installed: run \`npm ci\``);
  return JSON.parse(readFileSync(place, "utf8")).version;
}

/** @param {URL} url */
async function fromDistribution(url) {
  const response = await fetch(url).catch(() => null);
  if (!response?.ok) throw new BuildFailure(`${url}: cannot be fetched, and the collection lacks it`);
  return Buffer.from(await response.arrayBuffer());
}

/**
 * @template T
 * @param {Record<string, T>} record
 * @returns {Record<string, T>}
 */
function sorted(record) {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await runScript(main);
