// @ts-check
/**
 * The cell of a notebook that opens the files, so that a program finds the columns and types that it found in Sandplot. It is plain
 * pandas, for somebody to read and change; where it finds another table than the program was written for, it says so. Pure.
 *
 * @import {Preview, ProfileTable} from "../shared/protocol.js"
 *
 * `head` is how the file begins, null if that is not known
 * @typedef {{table: ProfileTable, preview: Preview | undefined, head: Uint8Array | null}} NotebookTable
 */

/** Bytes of a file by which its form is told. */
export const HEAD_BYTES = 1 << 16;

/**
 * What pandas does not do by itself, each defined where something calls it. They read as the harness's convert.py and json_table.py do.
 */
const HELPERS = {
  records: `def records(value, place=0):
    """The records of a JSON file as a table, wherever they are in it; what is nested gets dotted names."""
    if isinstance(value, dict):
        if {"columns", "data"} <= value.keys():
            return pd.DataFrame(value["data"], columns=value["columns"])
        lists = {key: item for key, item in value.items() if isinstance(item, list) and item and isinstance(item[0], dict)}
        usual = ("features", "data", "records", "results", "items", "rows", "values")
        known = next((lists[key] for key in usual if key in lists), None)
        if known or lists:
            return records(known or list(lists.values())[place])
        if value and all(isinstance(item, list) for item in value.values()):
            return pd.DataFrame({key: pd.Series(item) for key, item in value.items()})
        if value and all(isinstance(item, dict) for item in value.values()):
            table = pd.DataFrame(value)
            return table if all(str(key).isdigit() for key in table.index) else table.T.infer_objects().reset_index()
    elif value and all(isinstance(item, list) for item in value):
        if all(isinstance(item, str) for item in value[0]):
            return pd.DataFrame(value[1:], columns=value[0])
        return pd.DataFrame(value, columns=[f"column_{number + 1}" for number in range(max(map(len, value)))])
    elif not all(isinstance(item, dict) for item in value):
        return pd.DataFrame({"value": value})
    return pd.json_normalize(value)`,

  numbers: String.raw`def numbers(values):
    """Numbers out of texts with signs of currency, percent or thousands: 1200.5 for "$1,200.50", 12 for "12%"."""
    if pd.api.types.is_numeric_dtype(values):
        return values
    bare = values.astype(str).str.replace("−", "-", regex=False).str.replace(r"[^\d.,+()-]", "", regex=True)
    bare = bare.str.replace(r"^\((.+)\)$", r"-\1", regex=True)
    is_english = bare.dropna().str.fullmatch(r"[-+]?(\d{1,3}(,\d{3})+|\d*)(\.\d*)?").all()
    thousands, decimal = (",", ".") if is_english else (".", ",")
    bare = bare.str.replace(thousands, "", regex=False).str.replace(decimal, ".", regex=False)
    return pd.to_numeric(bare, errors="coerce")`,

  yes_or_no: `def yes_or_no(values):
    """True and False out of words for yes and no."""
    if pd.api.types.infer_dtype(values, skipna=True) == "boolean":
        return values
    yes = {"true", "t", "yes", "y", "1", "1.0", "ja", "oui", "si", "sí", "on", "wahr", "vrai"}
    no = {"false", "f", "no", "n", "0", "0.0", "nein", "non", "off", "falsch", "faux"}
    words = values.map(lambda value: str(value).strip().lower(), na_action="ignore")
    held = words.map({**dict.fromkeys(yes, True), **dict.fromkeys(no, False)}).astype(object)
    return held.astype(bool) if held.notna().all() else held.where(held.notna(), None)`,

  dates: `def dates(values):
    """Dates out of texts, or out of numbers such as 20240131, in the first form that all have."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return values
    held = values.dropna()
    texts = (held.astype("int64") if pd.api.types.is_numeric_dtype(held) else held).astype(str).str.strip()
    times = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
    days = ("%Y/%m/%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%m-%d-%Y", "%d-%m-%Y", "%d %b %Y", "%d-%b-%Y", "%b %d, %Y", "%b %d %Y")
    for form in ("ISO8601", *(day + time for day in (*days, "%d %B %Y", "%B %d, %Y") for time in times)):
        try:
            return pd.to_datetime(texts, format=form).reindex(values.index)
        except ValueError:
            pass
    return pd.to_datetime(texts, errors="coerce", format="mixed").reindex(values.index)`,
};

/** @param {NotebookTable[]} tables @returns {string} */
export function openTables(tables) {
  const body = tables.map((one) =>
    [`# ${oneLine(one.table.file)}`, ...openOne(one, tables), ...asWanted(one)].join("\n"),
  );
  const uses = (/** @type {string} */ name) => body.some((text) => new RegExp(`[=:] ${name}\\b`).test(text));
  const modules = ["json", "sqlite3"].filter((name) => body.some((text) => text.includes(`${name}.`)));
  const expected = tables.map(
    ({ table }) =>
      `    ${string(table.name)}: (${table.rows}, [${table.columns.map(({ name }) => string(name)).join(", ")}]),`,
  );
  return [
    ...modules.map((name) => `import ${name}`),
    ...(modules.length > 0 ? [""] : []),
    "import pandas as pd",
    "",
    ...Object.entries(HELPERS).flatMap(([name, text]) => (uses(name) ? ["", text, "", ""] : [])),
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
function openOne({ table, preview, head }, all) {
  const target = `tables[${string(table.name)}]`;
  const file = string(table.file);
  const ofFile = all.filter((other) => other.table.file === table.file);
  const place = ofFile.findIndex((other) => other.table === table);
  const packed = /\.(gz|bz2|xz|zst|zip)$/i.exec(table.file);
  const ending = /\.(\w+)$/.exec(packed ? table.file.slice(0, packed.index) : table.file)?.[1]?.toLowerCase() ?? "";
  if (["xlsx", "xlsm", "xls"].includes(ending)) return [`${target} = pd.read_excel(${file}, sheet_name=${place})`];
  if (["parquet", "pq"].includes(ending)) return [`${target} = pd.read_parquet(${file})`];
  if (["json", "geojson", "jsonl", "ndjson"].includes(ending)) {
    const isLines = ending.endsWith("l") || ending.startsWith("nd");
    if (packed) {
      const read = `pd.read_json(${file}${isLines ? ", lines=True" : ""})`;
      return [`${target} = pd.json_normalize(${read}.to_dict("records"))`];
    }
    const of = ofFile.length > 1 ? `, ${place}` : "";
    return [
      `with open(${file}, encoding="utf-8-sig") as file:`,
      isLines
        ? `    ${target} = pd.json_normalize([json.loads(line) for line in file if line.strip()])`
        : `    ${target} = records(json.load(file)${of})`,
    ];
  }
  if (["html", "htm"].includes(ending)) return [`${target} = pd.read_html(${file})[${place}]`];
  if (["sqlite", "sqlite3", "db"].includes(ending)) {
    return [
      `connection = sqlite3.connect(${file})`,
      `names = pd.read_sql("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'", connection)["name"]`,
      `${target} = pd.read_sql(f'SELECT * FROM "{names[${place}]}"', connection)`,
    ];
  }
  const texts = textsOfDigits(table, preview).map((name) => `${string(name)}: str`);
  const options = [
    file,
    ...(packed || head === null ? [] : textOptions(head, table.columns.length)),
    ...(texts.length > 0 ? [`dtype={${texts.join(", ")}}`] : []),
  ];
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

/** Columns that are texts of digits, as postcodes are: left to itself pandas takes them for numbers. @param {ProfileTable} table @param {Preview | undefined} preview */
function textsOfDigits({ columns }, preview) {
  const isDigits = (/** @type {number} */ at) =>
    (preview?.rows ?? []).some((row) => /^[-+]?\d[\d.,]*$/.test(row[at] ?? ""));
  return columns.flatMap(({ type, name }, at) =>
    type === "text" && isDigits(at) ? [preview?.sources[at] ?? name] : [],
  );
}

/** What Sandplot, or the person, made of the columns. @param {NotebookTable} one */
function asWanted({ table, preview, head }) {
  const target = `tables[${string(table.name)}]`;
  const lines = [];
  const sources = preview?.sources ?? table.columns.map(({ name }) => name);
  if (preview && preview.leftOut.length > 0)
    lines.push(`${target} = ${target}.drop(columns=[${preview.leftOut.map(string).join(", ")}], errors="ignore")`);
  const renamed = table.columns.flatMap(({ name }, at) => {
    const source = sources[at] ?? name;
    return source === name ? [] : [`${string(source)}: ${string(name)}`];
  });
  if (renamed.length > 0) lines.push(`${target} = ${target}.rename(columns={${renamed.join(", ")}})`);
  const isMarked = hasMarks(head);
  const made = table.columns.flatMap(({ name, type, unit }) => {
    const isWritten = (type === "number" || type === "integer") && (unit !== undefined || isMarked);
    const helper = /^date/.test(type) ? "dates" : type === "boolean" ? "yes_or_no" : isWritten ? "numbers" : null;
    return helper ? [`${string(name)}: ${helper}`] : [];
  });
  if (made.length > 0)
    lines.push(
      `for column, made in {${made.join(", ")}}.items():`,
      `    if column in ${target}:`,
      `        ${target}[column] = made(${target}[column])`,
    );
  return lines;
}

/** Whether a file may hold numbers whose thousands are marked. @param {Uint8Array | null} head */
function hasMarks(head) {
  if (head === null) return true;
  // A space that does not break is no UTF-8 in an older encoding.
  return /"[^"\n]*\d[.,]\d{3}(?!\d)[^"\n]*"|\d['’ \u00a0\u202f\ufffd]\d{3}(?!\d)/.test(new TextDecoder().decode(head));
}

/** In Python, which reads what JSON writes of a text, but for what lies beyond the first plane. @param {string} text */
function string(text) {
  return JSON.stringify(text.toWellFormed()).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** @param {string} text */
export function oneLine(text) {
  return text.replace(/\s+/g, " ").trim();
}
