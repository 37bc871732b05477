/**
 * The browser libraries that draw plotly's and altair's figures, each as one classic script. Their versions are the ones the Python
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
export async function buildVega(folder) {
  const result = await build({
    stdin: { contents: VEGA_ENTRY, resolveDir: folder, sourcefile: "vega-entry.js" },
    bundle: true,
    minify: true,
    format: "iife",
    globalName: "vegaBundle",
    platform: "browser",
    target: "es2022",
    charset: "utf8",
    legalComments: "eof",
    write: false,
  });
  const [script] = result.outputFiles;
  if (!script) throw new Error("esbuild made no file");
  return Buffer.from(script.contents);
}
