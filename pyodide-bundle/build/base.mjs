/**
 * What every interpreter starts with: the base packages' files and the memory snapshot that spares their import, arranged by when a
 * browser needs them. A restored interpreter needs the snapshot, the libraries of it and a few data files; the rest of the
 * files must be there by the time a program opens one of them; what only a start without the snapshot reads comes last.
 */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { arrangeCode } from "./code.mjs";
import { writeWhole } from "./fetch.mjs";
import { SITE_PACKAGES, sha256 } from "./manifest.mjs";
import { arrayBuffer } from "./node-worker.mjs";
import { encodePack } from "./pack.mjs";
import { takeSnapshot } from "./snapshot.mjs";

/** @import { Taken } from "./snapshot.mjs" */
/** @import { Files } from "./unpack.mjs" */

/** Fonts that a chart uses unless it asks for others (DejaVu's for mathematics), and what else libraries read in passing. */
const EARLY_DATA = [
  /^sandplot_fonts\/\w+-(Regular|Semibold)\.ttf$/,
  /\/DejaVuSans(-Oblique|Display)?\.ttf$/,
  /^tzdata\/zoneinfo\/UTC$/,
  /\/matplotlibrc$/,
  /METADATA$/,
];

/** Never of use in a browser: other screens' toolkits, test suites' helpers, build tools. */
const USELESS = [
  /^matplotlib\/(sphinxext|testing)\//,
  /^matplotlib\/backends\/(_?backend_(gtk|qt|tk|wx|web|nb|macosx|cairo)|_backend_(gtk|tk|wx)|_tkagg|_macosx|qt_|web_backend|qt_editor)/,
  /^matplotlib\/mpl-data\/images\//,
  /^PIL\/_imagingtk|^PIL\/ImageTk|^PIL\/ImageQt/,
  /^numpy\/_pyinstaller\//,
  /^pandas\/pyproject\.toml$/,
];

/** Names of the outputs, as runtime.json gives them. */
export const BASE_FILES = Object.freeze({
  snapshot: {
    metadata: "snapshot.json",
    // Several, so that one is verified and laid in place while the next one still comes, and that every browser's cache keeps them.
    memory: ["memory-1.bin", "memory-2.bin", "memory-3.bin", "memory-4.bin", "memory-5.bin"],
    wasm: "start.wasm",
    libraries: "start-libraries.pack",
    later: "later-libraries.pack",
    uncalled: "uncalled-code.pack",
    standIns: "stand-ins.wasm",
    data: "base-data.pack",
  },
  libraries: "base-libraries.pack",
  rest: "base-rest.pack",
  imported: "base-imported.pack",
});

/** The packs that hold all files of the base packages. */
export const BASE_PACKS = [BASE_FILES.libraries, BASE_FILES.snapshot.data, BASE_FILES.rest, BASE_FILES.imported];

/**
 * @typedef {object} BaseInputs
 * @property {Files} files of all base packages, compiled
 * @property {Buffer} harness its pack
 * @property {string} core text of pyodide-core.js
 * @property {string} worker text of the sandbox's worker
 * @property {Buffer} wasm
 * @property {Buffer} stdlib
 * @property {{abi_version: string, python: string}} abi
 * @property {string[]} modules that a program may import
 * @property {string} recipe digest of the files that decide how it is done
 */

/**
 * @param {BaseInputs} inputs
 * @param {string} folder of the cache
 * @returns {Promise<{outputs: Map<string, Buffer>, modules: string[], built: boolean, snapshot: {inputs: string, sha256: string}}>}
 *   `modules`: top-level names of what is imported; `snapshot`: digests of what it is made from and of its memory
 */
export async function buildBase(inputs, folder) {
  // In one order, since the order in which files are mounted leaves traces in memory.
  const files = inputs.files
    .filter(({ path }) => !USELESS.some((useless) => useless.test(path)))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const { harness, core, worker, wasm, stdlib, abi, modules, recipe } = inputs;
  const parts = [recipe, core, worker, encodePack(files), harness, wasm, stdlib, JSON.stringify({ abi, modules })];
  const digest = sha256(parts.map((part) => sha256(part)).join("\n"));
  const index = join(folder, `${digest}.snapshot`);
  const kept = readKept(index);
  const snapshot = kept ?? (await take({ ...inputs, files }));
  if (!kept) keep(index, snapshot);

  const paths = snapshot.metadata.libraries.map(({ path }) => path);
  const libraries = pick(files, paths);
  const { metadata, code } = arrangeCode(wasm, libraries, snapshot.metadata, snapshot.sizes, snapshot.calls);
  const imported = new Set(snapshot.imported);
  /** @type {Record<"data" | "rest" | "imported", Files>} */
  const sorted = { data: [], rest: [], imported: [] };
  for (const file of files) {
    if (libraries.includes(file)) continue;
    if (imported.has(`${SITE_PACKAGES}/${file.path}`)) sorted.imported.push(file);
    else if (EARLY_DATA.some((early) => early.test(file.path))) sorted.data.push(file);
    else sorted.rest.push(file);
  }
  metadata.absent = sorted.rest.map(({ path, bytes }) => [path, bytes.length]);
  const names = BASE_FILES.snapshot;
  return {
    built: !kept,
    snapshot: { inputs: digest, sha256: sha256(snapshot.memory) },
    modules: snapshot.modules,
    outputs: new Map([
      [names.metadata, Buffer.from(JSON.stringify(metadata))],
      ...cut(snapshot.memory, names.memory),
      [names.wasm, code.wasm],
      [names.libraries, encodePack(code.libraries)],
      [names.later, encodePack(code.later)],
      [names.uncalled, encodePack(code.uncalled)],
      [names.standIns, code.standIns],
      [names.data, encodePack(sorted.data)],
      [BASE_FILES.libraries, encodePack(libraries)],
      [BASE_FILES.rest, encodePack(sorted.rest)],
      [BASE_FILES.imported, encodePack(sorted.imported)],
    ]),
  };
}

/** @param {BaseInputs} inputs */
function take({ files, harness, core, worker, wasm, stdlib, abi, modules }) {
  return takeSnapshot({
    core,
    worker,
    boot: { type: "boot", abi, modules, memoryBytes: 2 ** 32 - 65536 },
    files: {
      wasm: arrayBuffer(wasm),
      stdlib: arrayBuffer(stdlib),
      harness: arrayBuffer(harness),
      packs: [arrayBuffer(encodePack(files))],
    },
    libraries: (paths) => pick(files, paths),
  });
}

/**
 * @param {Files} files
 * @param {string[]} paths as the interpreter knows them
 */
function pick(files, paths) {
  const byPath = new Map(files.map((file) => [`${SITE_PACKAGES}/${file.path}`, file]));
  return paths.map((path) => {
    const file = byPath.get(path);
    if (!file) throw new Error(`${path} is loaded and in no base package`);
    return file;
  });
}

/**
 * @param {string} index
 * @returns {Taken | null}
 */
function readKept(index) {
  if (!existsSync(index)) return null;
  const { sha256: digest, ...others } = JSON.parse(readFileSync(index, "utf8"));
  const memory = existsSync(`${index}.memory`) ? readFileSync(`${index}.memory`) : Buffer.alloc(0);
  return sha256(memory) === digest ? { ...others, memory } : null;
}

/**
 * @param {string} index
 * @param {Taken} snapshot
 */
function keep(index, { memory, ...others }) {
  writeWhole(`${index}.memory`, memory);
  writeWhole(index, JSON.stringify({ ...others, sha256: sha256(memory) }));
}

/**
 * @param {Buffer} bytes
 * @param {readonly string[]} names
 * @returns {[name: string, part: Buffer][]} parts of about one size
 */
function cut(bytes, names) {
  const size = Math.ceil(bytes.length / names.length);
  return names.map((name, number) => [name, bytes.subarray(number * size, (number + 1) * size)]);
}
