// @ts-check
/**
 * Gathers what a notebook of the chart on the page is made of, and saves it. What stands in it is notebook.js's.
 *
 * @import {PageData} from "./page-data.js"
 * @import {SessionState} from "./session.js"
 */

import { makeNotebook } from "./notebook.js";
import { HEAD_BYTES } from "./notebook-data.js";
import { packagesNamed } from "./packages.js";
import { saveFile } from "./save-file.js";
import { fileStem } from "./words.js";

/** What pandas itself wants for such a file. @type {[RegExp, string][]} */
const READERS = [
  [/\.xls[xm]$/i, "openpyxl"],
  [/\.xls$/i, "xlrd"],
  [/\.(parquet|pq)$/i, "pyarrow"],
  [/\.html?$/i, "lxml"],
  [/\.zst$/i, "zstandard"],
];

/** @param {SessionState} state @param {PageData} pageData */
export async function saveNotebook({ program, asked, chart, tables: { open, profile, previews } }, pageData) {
  const found = profile?.tables ?? [];
  const tables = await Promise.all(
    found.map(async (table) => {
      const blob = open.find(({ name }) => name === table.file)?.blob;
      const bytes = await blob
        ?.slice(0, HEAD_BYTES)
        .arrayBuffer()
        .catch(() => null);
      const preview = previews.find(({ name }) => name === table.name);
      return { table, preview, head: bytes ? new Uint8Array(bytes) : null };
    }),
  );
  const readers = READERS.filter(([ending]) => found.some(({ file }) => ending.test(file))).map(([, name]) => name);
  const named = packagesNamed(program, pageData.runtime);
  const packages = [...new Set([...(tables.length > 0 ? ["pandas"] : []), ...named, ...readers])];
  const address = new URL(chart?.url ?? "/", location.origin).href;
  const text = makeNotebook({ question: asked, address, program, tables, packages });
  saveFile(new Blob([text], { type: "application/x-ipynb+json" }), `${fileStem(asked || "program")}.ipynb`);
}
