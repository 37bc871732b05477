// @ts-check
/**
 * A chart as a notebook that Jupyter runs as it is: where it comes from, a cell that opens the files (notebook-data.js), the program. No
 * rows are in it. Pure; the form is nbformat 4.5.
 *
 * @import {NotebookTable} from "./notebook-data.js"
 */

import { t } from "./language.js";
import { oneLine, openTables } from "./notebook-data.js";

/**
 * @param {{question: string, address: string, program: string, tables: NotebookTable[], packages: string[]}} chart
 * @returns {string}
 */
export function makeNotebook({ question, address, program, tables, packages }) {
  const lines = [
    ...[`# ${question ? markdown(question) : t("notebook.title")}`, ""],
    t("notebook.made", { address }),
    "",
    ...(tables.length > 0
      ? [t("notebook.beside", { files: [...new Set(tables.map(({ table }) => code(table.file)))].join(", ") }), ""]
      : []),
    t("notebook.needs", { command: code(`pip install ${packages.join(" ")}`) }),
  ];
  const cells = [
    { cell_type: "markdown", id: "about", metadata: {}, source: lines.join("\n") },
    ...(tables.length > 0 ? [codeCell("data", openTables(tables))] : []),
    codeCell("program", program.replace(/\s+$/, "")),
  ];
  const metadata = {
    kernelspec: { display_name: "Python 3", language: "python", name: "python3" },
    language_info: { name: "python" },
  };
  return `${JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }, null, 1)}\n`;
}

/** @param {string} id @param {string} source */
function codeCell(id, source) {
  return { cell_type: "code", execution_count: null, id, metadata: {}, outputs: [], source };
}

/** Words that mean nothing to Markdown. @param {string} text */
function markdown(text) {
  return oneLine(text).replace(/[\\`*_{}[\]<>#|~!$&]/g, "\\$&");
}

/** In Markdown, whatever the name holds. @param {string} text */
function code(text) {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((ticks) => ticks.length));
  const fence = "`".repeat(longest + 1);
  const space = longest > 0 ? " " : "";
  return `${fence}${space}${oneLine(text)}${space}${fence}`;
}
