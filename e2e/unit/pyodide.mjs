/**
 * Real Pyodide under Node with the packages of the built bundle, for tests of the Python side that need no browser.
 * The harness itself is taken from its sources, so a change can be tested without bundling again.
 *
 * What the worker does around it (limits, messages, streams) is tested in the browser.
 */

import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import zlib from "node:zlib";
import { loadPyodide } from "pyodide";
import { BASE_PACKS } from "../../pyodide-bundle/build/base.mjs";
import { decodePack } from "../../pyodide-bundle/build/pack.mjs";
import { readColumns } from "../../pyodide-bundle/core/parquet.js";
import { say } from "../../static/app/language.js";
import "./english.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const dist = path.join(root, "pyodide-bundle/dist");
const site = "/lib/python3.14/site-packages";
const home = "/home/pyodide";

/**
 * @param {string[]} packages beyond those that are there at every start, by their names in the bundle
 */
export async function startPyodide(packages = []) {
  /** @type {string[]} */
  const lines = [];
  const keep = (/** @type {string} */ line) => lines.push(line);
  const pyodide = await loadPyodide({
    // Pyodide looks for it in the traces of errors, which some test runners write anew.
    indexURL: path.join(root, "node_modules/pyodide/"),
    stdout: keep,
    stderr: keep,
    stdin: () => null,
    env: { HOME: home, MPLBACKEND: "agg" },
  });
  const runtime = JSON.parse(fs.readFileSync(path.join(dist, "runtime.json"), "utf8"));
  const wanted = [...withDependencies(runtime.packages, packages)].map((name) => runtime.packages[name].file);
  for (const file of [...BASE_PACKS, ...wanted]) if (file) mount(pyodide, readPack(file));
  mount(pyodide, readHarness());
  const sandplot = pyodide.runPython("import sandplot; sandplot");
  sandplot.boot(JSON.stringify(Object.keys(runtime.imports)));
  /** @param {Record<string, string | Uint8Array>} files */
  const place = (files) =>
    Object.entries(files).map(([name, content]) => {
      pyodide.FS.writeFile(`${home}/${name}`, content);
      return { name, path: `${home}/${name}` };
    });

  return {
    pyodide,
    sandplot,

    /** Lays a pack of the bundle in place, as the worker does before a run. @param {string} file */
    mount: (file) => mount(pyodide, readPack(file)),

    /**
     * What `sandplot.load` says about these files.
     * @param {Record<string, string | Uint8Array>} files
     * @param {Record<string, Record<string, object>>} [edits]
     */
    load(files, edits = {}) {
      return inWords(JSON.parse(sandplot.load(JSON.stringify({ files: place(files), edits }))));
    },

    /** The same where one of them may be Parquet: as the worker does it. @param {Record<string, string | Uint8Array>} files */
    async loadAny(files) {
      const request = JSON.stringify({ files: place(files) });
      for (;;) {
        const answer = JSON.parse(sandplot.load(request));
        if (answer.needs !== "parquet") return inWords(answer);
        await makeColumns(pyodide, answer.path);
      }
    },

    /** @param {Record<string, Record<string, object>>} edits */
    adjust: (edits) => JSON.parse(sandplot.adjust(JSON.stringify(edits))),

    /** As a later interpreter opens what this one has read. */
    again() {
      /** @type {Buffer[]} */
      const parts = [];
      for (const part of sandplot.freeze()) parts.push(Buffer.from(part.getBuffer("u8").data));
      const bytes = Buffer.concat(parts);
      sandplot.thaw(pyodide.toPy(new Uint8Array(bytes)), "{}");
      return JSON.parse(sandplot.adjust("{}"));
    },

    /** Runs a program; parts of figures are put in place of their numbers. @param {string} program */
    async run(program) {
      /** @type {any[]} */
      const parts = [];
      lines.length = 0;
      const sink = { add: (/** @type {string} */ _kind, /** @type {any} */ part) => parts.push(part) - 1 };
      const result = JSON.parse(await sandplot.run(program, sink));
      for (const figure of result.figures) {
        if (figure.kind === "svg") figure.svg = parts[figure.svg];
        if (figure.kind === "svg" || figure.kind === "png") figure.png = parts[figure.png];
        if (figure.kind === "plotly" || figure.kind === "vega") figure.spec = JSON.parse(parts[figure.spec]);
      }
      const warnings = result.warnings.map((/** @type {any} */ warning) =>
        typeof warning === "string" ? warning : say({ key: `warning.${warning.code}`, values: warning.values }),
      );
      return { ...result, warnings, stdout: lines.join("\n") };
    },
  };
}

/** With the sentence that the page says where files are refused. @param {any} answer */
function inWords(answer) {
  const { reason } = answer;
  return reason ? { ...answer, message: say({ key: `refused.${reason.code}`, values: reason.values }) } : answer;
}

/**
 * @param {import('pyodide').PyodideAPI} pyodide
 * @param {string} path of a Parquet file
 */
async function makeColumns(pyodide, path) {
  const folder = `${path}.columns`;
  pyodide.FS.mkdirTree(folder);
  /** @type {{columns: object[], error?: string}} */
  const described = { columns: [] };
  try {
    for await (const { column, bytes, kinds } of readColumns(new Uint8Array(pyodide.FS.readFile(path)).buffer)) {
      pyodide.FS.writeFile(`${folder}/${described.columns.length}`, bytes);
      if (kinds !== undefined) pyodide.FS.writeFile(`${folder}/${described.columns.length}.kinds`, kinds);
      described.columns.push(column);
    }
  } catch (error) {
    described.error = String(error);
  }
  pyodide.FS.writeFile(`${folder}/columns.json`, JSON.stringify(described));
}

/**
 * @param {Record<string, {depends: string[], file: string | null}>} all
 * @param {string[]} wanted
 */
function withDependencies(all, wanted) {
  const found = new Set();
  const add = (/** @type {string} */ name) => {
    if (found.has(name)) return;
    if (!all[name]) throw new Error(`the bundle has no package ${name}`);
    found.add(name);
    all[name].depends.forEach(add);
  };
  wanted.forEach(add);
  return found;
}

/** The files of a pack: see pyodide-bundle/build. @param {string} file @returns {[string, Uint8Array][]} */
function readPack(file) {
  const bytes = zlib.brotliDecompressSync(fs.readFileSync(path.join(dist, "files", `${file}.br`)));
  return decodePack(bytes).map(({ path: name, bytes: content }) => [name, new Uint8Array(content)]);
}

/** @returns {[string, Uint8Array][]} */
function readHarness() {
  const folder = path.join(root, "pyodide-bundle/python");
  return fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".py"))
    .map((name) => [name, new Uint8Array(fs.readFileSync(path.join(folder, name)))]);
}

/**
 * @param {import('pyodide').PyodideAPI} pyodide
 * @param {[string, Uint8Array][]} files
 */
function mount(pyodide, files) {
  for (const [name, content] of files) {
    pyodide.FS.mkdirTree(path.posix.dirname(`${site}/${name}`));
    pyodide.FS.writeFile(`${site}/${name}`, content);
  }
}
