// The packages of the built bundle, for the unprotected Pyodide of the controls: one pack of all their files.
import fs from "node:fs";
import { fileURLToPath } from "node:url";
import zlib from "node:zlib";
import { BASE_PACKS } from "../../pyodide-bundle/build/base.mjs";
import { decodePack, encodePack } from "../../pyodide-bundle/build/pack.mjs";

const dist = fileURLToPath(new URL("../../pyodide-bundle/dist/", import.meta.url));

/** @param {string[]} names @returns {Buffer} see `encodePack` */
export function packs(names) {
  const runtime = JSON.parse(fs.readFileSync(`${dist}runtime.json`, "utf8"));
  /** What is there at every start lies in packs of its own, whatever of it is asked for. @type {Set<string>} */
  const wanted = new Set(BASE_PACKS);
  const add = (/** @type {string} */ name) => {
    const { file, depends } = runtime.packages[name];
    if (file) wanted.add(file);
    depends.forEach(add);
  };
  names.forEach(add);
  return encodePack(
    [...wanted].flatMap((file) => decodePack(zlib.brotliDecompressSync(fs.readFileSync(`${dist}files/${file}.br`)))),
  );
}
