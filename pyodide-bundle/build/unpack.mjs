/**
 * Takes a wheel apart and leaves out what no program in a browser can use: tests, sources of compiled modules, type stubs, notebook
 * extensions, libraries for other machines. What is left lies where pip would have put it under site-packages.
 */

import { unzipSync } from "fflate";

/**
 * Sorted by path, so that a pack of the same wheel is always the same bytes.
 *
 * @typedef {{path: string, bytes: Uint8Array}[]} Files
 */

const DROPPED_FOLDERS = new Set(["tests", "benchmarks", "__pycache__"]);

const DROPPED_SUFFIXES = [
  ...[".pyi", ".pyx", ".pxd", ".pxi", ".tp", ".in", ".c", ".cpp", ".h", ".hpp", ".a", ".g4"],
  ...["/py.typed", ".js.map", ".pyc"],
];

/** Large things that importing and using the package does not need; each was tried without. */
const DROPPED_PATHS = [
  "matplotlib/mpl-data/sample_data/",
  "numpy/_core/include/",
  "plotly/labextension/",
  // The page draws plotly's figures with its own copy of plotly.js; `to_html` with the library inlined is what goes.
  "plotly/package_data/plotly.min.js",
  "plotly/package_data/widgetbundle.js",
];

const KEPT_METADATA = /^(METADATA|entry_points\.txt|licenses\/.+|(LICEN[CS]E|COPYING|NOTICE|AUTHORS)[^/]*)$/i;

const WASM_MAGIC = [0x00, 0x61, 0x73, 0x6d];

/**
 * @param {Uint8Array} wheel
 * @returns {Files}
 */
export function unpackWheel(wheel) {
  const files = unpackZip(wheel).flatMap(({ path: name, bytes }) => {
    const path = sitePackagesPath(name);
    return path !== null && isWanted(path) && runsHere(path, bytes) ? [{ path, bytes }] : [];
  });
  return sortByPath(files);
}

/**
 * @param {Uint8Array} archive
 * @returns {Files}
 */
export function unpackZip(archive) {
  const files = Object.entries(unzipSync(archive)).map(([path, bytes]) => ({ path, bytes }));
  return sortByPath(files.filter(({ path }) => !path.endsWith("/")));
}

/** @param {Files} files */
function sortByPath(files) {
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * `NAME.data/purelib` and `platlib` belong into site-packages; the other `.data` folders (scripts, headers, files for the system)
 * have no place in a sandbox.
 *
 * @param {string} name
 */
export function sitePackagesPath(name) {
  const data = /^[^/]+\.data\/([^/]+)\/(.+)$/.exec(name);
  if (!data) return name;
  return data[1] === "purelib" || data[1] === "platlib" ? (data[2] ?? null) : null;
}

/** @param {string} path */
export function isWanted(path) {
  const metadata = /^[^/]+\.dist-info\/(.+)$/.exec(path);
  if (metadata) return KEPT_METADATA.test(metadata[1] ?? "");
  if (
    path
      .split("/")
      .slice(0, -1)
      .some((folder) => DROPPED_FOLDERS.has(folder))
  )
    return false;
  if (DROPPED_SUFFIXES.some((suffix) => path.endsWith(suffix))) return false;
  return !DROPPED_PATHS.some((dropped) => path.startsWith(dropped));
}

/**
 * A wheel for Linux may serve for its Python files (markupsafe has a pure one beside its compiled one): its libraries may not.
 *
 * @param {string} path
 * @param {Uint8Array} bytes
 */
function runsHere(path, bytes) {
  return !path.endsWith(".so") || WASM_MAGIC.every((value, index) => bytes[index] === value);
}

/**
 * The top-level modules a person may import from these files.
 *
 * @param {Files} files
 */
export function topLevelModules(files) {
  const names = new Set();
  for (const { path } of files) {
    const [first = "", ...rest] = path.split("/");
    const name = rest.length > 0 ? first : (/^([^.]+)\.(py|so|cpython-.*\.so)$/.exec(first)?.[1] ?? "");
    const holdsModules = rest.length === 0 || path.endsWith(".py") || path.endsWith(".so");
    if (holdsModules && /^[A-Za-z]\w*$/.test(name)) names.add(name);
  }
  return [...names].sort();
}
