// The packages of the built bundle, for the unprotected Pyodide of the controls: one list of files, as the bundle packs them.
import fs from "node:fs";
import { fileURLToPath } from "node:url";
import zlib from "node:zlib";

const dist = fileURLToPath(new URL("../../pyodide-bundle/dist/", import.meta.url));

/** @param {string[]} names @returns {Buffer} u32 length of an index, the index as JSON `[[path, length], ...]`, the contents */
export function packs(names) {
  const runtime = JSON.parse(fs.readFileSync(`${dist}runtime.json`, "utf8"));
  const { snapshot, rest, imported } = runtime.base;
  /** What is there at every start lies in packs of its own, whatever of it is asked for. @type {Set<string>} */
  const wanted = new Set([snapshot.libraries, snapshot.data, rest, imported].filter(Boolean));
  const add = (/** @type {string} */ name) => {
    const { file, depends } = runtime.packages[name];
    if (file) wanted.add(file);
    depends.forEach(add);
  };
  names.forEach(add);
  /** @type {[string, number][]} */
  const index = [];
  const contents = [];
  for (const file of wanted) {
    const bytes = zlib.brotliDecompressSync(fs.readFileSync(`${dist}files/${file}.br`));
    const size = bytes.readUInt32LE(0);
    index.push(...JSON.parse(bytes.toString("utf8", 4, 4 + size)));
    contents.push(bytes.subarray(4 + size));
  }
  const head = Buffer.from(JSON.stringify(index));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  return Buffer.concat([length, head, ...contents]);
}
