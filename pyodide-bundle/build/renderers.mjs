/**
 * The browser libraries that draw plotly's and altair's figures, and the one that reads Parquet, each as one classic script. Their versions are the ones the Python
 * wheels name, not the newest; package-lock.json pins the bytes.
 */

import { build } from "esbuild";

const VEGA_ENTRY = `
export * as vega from "vega";
export * as vegaLite from "vega-lite";
export { expressionInterpreter } from "vega-interpreter";
`;

/**
 * @param {string} folder where node_modules lies
 * @returns {Promise<Buffer>} a script that sets the global `vegaBundle`
 */
export function buildVega(folder) {
  return classicScript("vegaBundle", {
    stdin: { contents: VEGA_ENTRY, resolveDir: folder, sourcefile: "vega-entry.js" },
  });
}

/**
 * @param {string} entry parquet.js in core/
 * @returns {Promise<Buffer>} a script that sets the global `sandplotParquet`
 */
export function buildParquet(entry) {
  return classicScript("sandplotParquet", { entryPoints: [entry] });
}

/**
 * @param {string} globalName
 * @param {import("esbuild").BuildOptions} input
 */
async function classicScript(globalName, input) {
  const result = await build({
    ...input,
    bundle: true,
    minify: true,
    format: "iife",
    globalName,
    platform: "browser",
    target: "es2022",
    charset: "utf8",
    legalComments: "eof",
    write: false,
  });
  const [script] = result.outputFiles ?? [];
  if (!script) throw new Error("esbuild made no file");
  return Buffer.from(script.contents);
}
