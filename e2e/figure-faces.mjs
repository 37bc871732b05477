// The faces of an interactive figure that every figure has, out of the bundle.
import { readFileSync } from "node:fs";
import { brotliDecompressSync } from "node:zlib";
import { facesIn } from "../static/app/figure-fonts.js";

/** @param {string} [script] */
export function figureFaces(script = "latin") {
  const file = new URL(`../pyodide-bundle/dist/files/font-${script}.pack.br`, import.meta.url);
  return facesIn(new Uint8Array(brotliDecompressSync(readFileSync(file))).buffer);
}
