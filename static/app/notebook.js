// @ts-check
/**
 * A chart as a notebook that Jupyter runs as it is: where it comes from, a cell that opens the files as Sandplot opens them, the
 * program. The cell is plain pandas, for somebody to read and change; where it finds another table than the program was written for, it
 * says so. No rows are in it. Pure; the form is nbformat 4.5.
 *
 * @import {Preview, ProfileTable} from "../shared/protocol.js"
 *
 * `head` is how the file begins, null if that is not known
 * @typedef {{table: ProfileTable, preview: Preview | undefined, head: Uint8Array | null}} NotebookTable
 */

import { t } from "./language.js";

/** Bytes of a file by which its form is told. */
export const HEAD_BYTES = 1 << 16;

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
    ...(tables.length > 0 ? [codeCell("data", opening(tables))] : []),
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

/** @param {NotebookTable[]} tables */
function opening(tables) {
  const body = tables.map((one) =>
    [`# ${oneLine(one.table.file)}`, ...openOne(one, tables), ...asWanted(one)].join("\n"),
  );
  const expected = tables.map(
    ({ table }) =>
      `    ${string(table.name)}: (${table.rows}, [${table.columns.map(({ name }) => string(name)).join(", ")}]),`,
  );
  const sqlite = body.some((text) => text.includes("sqlite3.")) ? ["import sqlite3", ""] : [];
  return [
    ...sqlite,
    "import pandas as pd",
    "",
    "tables = {}",
    "",
    `${body.join("\n\n")}`,
    "",
    `df = tables[${string(tables[0]?.table.name ?? "")}]`,
    "",
    "# What the program was written for.",
    "expected = {",
    ...expected,
    "}",
    "for name, (rows, columns) in expected.items():",
    "    if len(tables[name]) != rows or list(map(str, tables[name].columns)) != columns:",
    '        print(f"{name} is not as it was: {len(tables[name])} rows for {rows}, columns {list(tables[name].columns)} for {columns}")',
  ].join("\n");
}

/** @param {NotebookTable} one @param {NotebookTable[]} all */
function openOne({ table, head }, all) {
  const target = `tables[${string(table.name)}]`;
  const file = string(table.file);
  const place = all.filter((other) => other.table.file === table.file).findIndex((other) => other.table === table);
  const packed = /\.(gz|bz2|xz|zst|zip)$/i.exec(table.file);
  const ending = /\.(\w+)$/.exec(packed ? table.file.slice(0, packed.index) : table.file)?.[1]?.toLowerCase() ?? "";
  if (["xlsx", "xlsm", "xls"].includes(ending)) return [`${target} = pd.read_excel(${file}, sheet_name=${place})`];
  if (["parquet", "pq"].includes(ending)) return [`${target} = pd.read_parquet(${file})`];
  if (["jsonl", "ndjson"].includes(ending)) return [`${target} = pd.read_json(${file}, lines=True)`];
  if (["json", "geojson"].includes(ending)) return [`${target} = pd.read_json(${file})`];
  if (["html", "htm"].includes(ending)) return [`${target} = pd.read_html(${file})[${place}]`];
  if (["sqlite", "sqlite3", "db"].includes(ending)) {
    return [
      `connection = sqlite3.connect(${file})`,
      `names = pd.read_sql("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'", connection)["name"]`,
      `${target} = pd.read_sql(f'SELECT * FROM "{names[${place}]}"', connection)`,
    ];
  }
  const options = [file, ...(packed || head === null ? [] : textOptions(head, table.columns.length))];
  return [`${target} = pd.read_csv(${options.join(", ")})`];
}

/** How a text table is written, where that is not as pandas expects. @param {Uint8Array} head @param {number} columns */
function textOptions(head, columns) {
  const options = [];
  let encoding = "utf-8";
  let text = "";
  try {
    // Streaming: what is cut off in the middle of a letter is no fault.
    text = new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
  } catch {
    const wide =
      head[0] === 0xff && head[1] === 0xfe ? "utf-16le" : head[0] === 0xfe && head[1] === 0xff ? "utf-16be" : "";
    encoding = wide ? "utf-16" : "cp1252";
    text = new TextDecoder(wide || "windows-1252").decode(head);
  }
  if (encoding !== "utf-8") options.push(`encoding=${string(encoding)}`);
  const all = text.split(/\r?\n/);
  // What stands above the header begins so, and pandas takes it for one.
  const above = all.findIndex((line) => !/^[#%]/.test(line) && line.trim() !== "");
  const comments = above > 0 && all.slice(0, above).some((line) => /^[#%]/.test(line)) ? above : 0;
  if (comments > 0) options.push(`skiprows=${comments}`);
  const header = all[comments] ?? "";
  const fields = (/** @type {string} */ mark) => header.replace(/"[^"]*"/g, "").split(mark).length;
  const marks = [",", ";", "\t", "|"];
  const delimiter =
    marks.find((mark) => columns > 1 && fields(mark) === columns) ?? marks.find((mark) => fields(mark) > 1);
  if (delimiter !== undefined && delimiter !== ",") {
    options.push(`sep=${string(delimiter)}`);
    const cells = all.slice(comments + 1, 200).flatMap((line) => line.split(delimiter));
    const pointed = cells.some((cell) => /^\s*[-+]?\d*\.\d+\s*$/.test(cell));
    const grouped = cells.some((cell) => /^\s*[-+]?\d{1,3}(\.\d{3})+,\d+\s*$/.test(cell));
    if ((!pointed || grouped) && cells.some((cell) => /^\s*[-+]?[\d.]*\d,\d+\s*$/.test(cell))) {
      options.push('decimal=","', ...(grouped ? ['thousands="."'] : []));
    }
  }
  return options;
}

/** What Sandplot, or the person, made of the columns. @param {NotebookTable} one */
function asWanted({ table, preview }) {
  const target = `tables[${string(table.name)}]`;
  const lines = [];
  const sources = preview?.sources ?? table.columns.map(({ name }) => name);
  if (preview && preview.leftOut.length > 0)
    lines.push(`${target} = ${target}.drop(columns=[${preview.leftOut.map(string).join(", ")}])`);
  const renamed = table.columns.flatMap(({ name }, at) => {
    const source = sources[at] ?? name;
    return source === name ? [] : [`${string(source)}: ${string(name)}`];
  });
  if (renamed.length > 0) lines.push(`${target} = ${target}.rename(columns={${renamed.join(", ")}})`);
  for (const { name, type } of table.columns) {
    const column = `${target}[${string(name)}]`;
    if (/^date/.test(type)) lines.push(`${column} = pd.to_datetime(${column}, errors="coerce", format="mixed")`);
  }
  return lines;
}

/** In Python, which reads what JSON writes of a text, but for what lies beyond the first plane. @param {string} text */
function string(text) {
  return JSON.stringify(text.toWellFormed()).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Words that mean nothing to Markdown. @param {string} text */
function markdown(text) {
  return oneLine(text).replace(/[\\`*_{}[\]<>#|~!$&]/g, "\\$&");
}

/** @param {string} text */
function oneLine(text) {
  return text.replace(/\s+/g, " ").trim();
}

/** In Markdown, whatever the name holds. @param {string} text */
function code(text) {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((ticks) => ticks.length));
  const fence = "`".repeat(longest + 1);
  const space = longest > 0 ? " " : "";
  return `${fence}${space}${oneLine(text)}${space}${fence}`;
}
