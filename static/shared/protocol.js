// @ts-check
/**
 * The messages between the host page and the sandbox, and their guards. Imports nothing, touches no DOM.
 *
 * What the host sends is trusted and only typed here. What comes out of the sandbox is hostile, whatever its type says: a
 * program can take over its worker and forge any message. `parseFromWorker` and `parseFromFigure` are the only way in: they
 * check shape and size, copy the known fields into fresh objects, and throw a `ProtocolError` for the rest. Rate and order
 * are the receiver's to check, since they need its clock and its state.
 *
 * @typedef {{name: string, blob: Blob}} NamedBlob
 * @typedef {{name: string, bytes: ArrayBuffer}} NamedBytes
 *
 * `boot` says how many packs will come, and how much of a snapshot's memory, which may be none. The files of a start come on a port
 * of their own, each when it is there, by its role: `harness`, `stdlib` or `metadata` and `libraries`, `pack-0`; the `memory` in pieces of any length, in
 * their order. What is WebAssembly of them the frame around the worker has compiled on the way: `wasm`, and the `libraries`' files in
 * their order.
 * `open` gives the files, and `frames` if they were read before: what an earlier interpreter made of them, which is opaque to the
 * page. `edits` is JSON for the harness, what the person says about columns; `adjust` brings others for the tables that are open.
 * @typedef {{type: "boot", abi: {abi_version: string, python: string}, modules: string[], memoryBytes: number,
 *   packs: number, snapshotBytes: number}
 *   | {type: "complete", stdlib: ArrayBuffer, pack: ArrayBuffer}
 *   | {type: "warm"}
 *   | {type: "open", id: number, files: NamedBlob[], packs: NamedBytes[], frames: Blob | null, edits: string}
 *   | {type: "adjust", id: number, edits: string}
 *   | {type: "run", id: number, program: string, packs: NamedBytes[]}} ToWorker
 * @typedef {{type: "file", role: string, bytes: ArrayBuffer}} FileMessage
 * @typedef {FileMessage | {type: "code", role: string, modules: [path: string, module: WebAssembly.Module][]}} ToStart
 *
 * @typedef {"import"} BootPhase
 * What is done to open a file: its bytes are fetched, made into a table, the columns described (`done` in columns, not bytes), and the
 * outcome kept for later interpreters. `memory`: it was refused for want of memory.
 * @typedef {"reading" | "parsing" | "typing" | "keeping"} OpenPhase
 * @typedef {{type: "phase", phase: BootPhase}
 *   | {type: "ready"}
 *   | {type: "progress", id: number, phase: OpenPhase, name: string, done: number, total: number}
 *   | {type: "opened", id: number, opened: Opened, frames: Blob | null, missed: boolean}
 *   | {type: "needs", id: number, what: "openpyxl" | "xlrd" | "parquet"}
 *   | {type: "refused", id: number, reason: Said, memory: boolean}
 *   | {type: "output", id: number, text: string}
 *   | {type: "result", id: number, result: SandboxResult, missed: boolean}
 *   | {type: "crashed", message: string}} FromWorker
 * What the page says in the person's language: the key of a sentence, without its first part, and what stands in it.
 * @typedef {{code: string, values: Record<string, string | number>}} Said
 *
 * What is known of a column, all of it. What of that leaves the tab is disclosure.js's.
 * @typedef {{name: string, type: string, missing: number, distinct: number, min?: number | string, max?: number | string,
 *   quantiles?: number[], top?: string[], samples?: string[], unit?: string, role?: string}} ProfileColumn
 * @typedef {{name: string, file: string, fingerprint: string, rows: number, columns: ProfileColumn[]}} ProfileTable
 * @typedef {{tables: ProfileTable[]}} Profile
 * `sources`: of each column, its name in the file; `lost`: how many values a change of type has made gaps; `bars`: how values are
 * spread, for the first columns.
 * @typedef {{name: string, columns: string[], rows: string[][], sources: string[], leftOut: string[],
 *   lost: {source: string, values: number}[], bars: number[][]}} Preview
 * `letters`: of names and texts, each once, those of Chinese, Japanese and Korean: for their fonts.
 * @typedef {{profile: Profile, previews: Preview[], letters: string}} Opened
 *
 * @typedef {typeof FAULTS[number]} Fault
 * `faults`: what a reader sees at first glance to be wrong with it.
 * @typedef {{library?: string, kind?: string, title?: string, blank?: boolean, points?: number, series?: string[],
 *   axes?: AxesFacts[], trends?: Trend[], faults?: Fault[]}} Facts
 * `x` as the figure writes it.
 * @typedef {{x: string, y: number}} Mark
 * @typedef {{series: string, kind: string, first: Mark, last: Mark, low: Mark, high: Mark}} Trend
 * What stands on a figure, for who reads it: one table for each panel.
 * @typedef {{title: string, columns: string[], rows: string[][], totalRows: number}} DrawnTable
 * `logs`: axes that could be logarithmic; `sortable`: where bars that can be put in order follow one another, see settable.py.
 * @typedef {{title?: string, xLabel?: string, yLabel?: string, xScale?: string, yScale?: string, kinds?: string[],
 *   series?: string[], points?: number, logs?: string[], sortable?: string}} AxesFacts
 * @typedef {{kind: "svg", svg: string, png: Uint8Array<ArrayBuffer> | null, width: number, height: number,
 *   tables: DrawnTable[], facts: Facts}} SvgFigure
 * @typedef {{kind: "png", png: Uint8Array<ArrayBuffer>, width: number, height: number, tables: DrawnTable[],
 *   facts: Facts}} PngFigure
 * @typedef {{kind: "plotly" | "vega", spec: string, tables: DrawnTable[], facts: Facts}} InteractiveFigure
 * @typedef {{kind: "table", columns: string[], rows: string[][], totalRows: number, facts: Facts}} TableFigure
 * @typedef {SvgFigure | PngFigure | InteractiveFigure | TableFigure} Figure
 * `told`: the traceback without what it quotes of the tables
 * `fixes`: places of the program where a name stands that is surely meant to be another: a literal, from `start` to `end` of its line.
 * @typedef {{line: number, start: number, end: number, from: string, to: string}} Fix
 * @typedef {{type: string, message: string, line: number | null, traceback: string, told: string, fixes?: Fix[]}} ProgramError
 * @typedef {{ok: boolean, figures: Figure[], value: string | null, error: ProgramError | null, warnings: (string | Said)[]}} SandboxResult
 *
 * `width`: of the whole picture in pixels; null for twice as many as it takes on the screen. An SVG has the size it has there.
 * @typedef {{form: "png" | "svg", width: number | null, transparent: boolean}} FigurePicture
 * A part of a font family: `weight` as a style sheet has it, one number or two.
 * @typedef {{family: string, style: string, weight: string, bytes: ArrayBuffer}} FigureFace
 * `name`: how the figure is called where it is wider than its frame, and scrolls.
 * @typedef {{type: "draw", kind: "plotly" | "vega", renderer: string, spec: string, faces: FigureFace[], name: string}
 *   | ({type: "image", id: number} & FigurePicture)} ToFigure
 * What was measured of a figure once it was drawn, in pixels: its size, what its legends name, and where its texts stand. `x` and `y` are
 * a text's middle, `angle` is by how much it is turned, in radians; texts of one axis have one `place`.
 * @typedef {typeof TEXT_ROLES[number]} TextRole
 * @typedef {{role: TextRole, place: string, x: number, y: number, width: number, height: number, angle: number}} TextBox
 * @typedef {{width: number, height: number, names: string[], texts: TextBox[]}} Measured
 * A picture has one of both; `refused` is one that cannot be made.
 * @typedef {{type: "drawn", height: number, measured: Measured}
 *   | {type: "resized", height: number}
 *   | {type: "image", id: number, png: Uint8Array<ArrayBuffer> | null, svg: string | null}
 *   | {type: "refused", id: number, message: string}
 *   | {type: "failed", message: string}} FromFigure
 */

/** Upper bounds on what one run may hand out. Sizes are in UTF-16 units for text and bytes for images. */
export const BOUNDS = Object.freeze({
  figures: 100,
  text: 2_000,
  traceback: 50_000,
  outputChunk: (1 << 20) + 256,
  outputTotal: 1 << 20,
  resultJson: 32 << 20,
  parts: 300,
  partBytes: 64 << 20,
  /** Of an interactive figure, which is only kept as a file. */
  svg: 32 << 20,
  /** Of all parts: views of one buffer cost the sender nothing, and each is copied here. */
  partsBytes: 256 << 20,
  tables: 200,
  columns: 20_000,
  previewRows: 100,
  bars: 32,
  /** More than Chinese, Japanese and Korean have together. */
  letters: 200_000,
  /** Of tables that were read, in the form that opens in a moment. */
  frames: 2 ** 31,
  tableRows: 5_000,
  tableColumns: 2_000,
  /** Of all tables of a result. */
  cells: 2_000_000,
  cell: 2_000,
  /** Tables of what stands on one figure, and the columns of one. */
  drawnTables: 24,
  drawnColumns: 60,
  drawnRows: 2_000,
  trends: 24,
  series: 200,
  /** Of a figure that were measured. */
  textBoxes: 1_000,
  warnings: 50,
  /** What stands in a sentence of the page's. */
  saidValues: 8,
  fixes: 200,
  messagesPerRun: 4_000,
});

const OPEN_PHASES = /** @type {const} */ (["reading", "parsing", "typing", "keeping"]);
/** A column that the table does not have; a legend of nothing; texts that stand in one another (at the ticks of an axis, at a pie's wedges, at bars, in another panel) or are cut off. */
const FAULTS = /** @type {const} */ (["columns", "legend", "ticks", "wedges", "values", "panels", "clipped"]);
/** At the ticks of an axis, over the figure or along an axis, over a panel, in a legend, at a pie's wedges, at bars or in cells. */
const TEXT_ROLES = /** @type {const} */ (["tick", "title", "panel", "legend", "wedge", "value"]);

export class ProtocolError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "ProtocolError";
  }
}

/**
 * @param {unknown} data what a `message` event from the sandbox's worker carried
 * @returns {FromWorker}
 */
export function parseFromWorker(data) {
  const message = record(data, "message");
  const type = string(message["type"], "type", 32);
  switch (type) {
    case "phase":
      return { type, phase: oneOf(message["phase"], "phase", /** @type {const} */ (["import"])) };
    case "ready":
      return { type };
    case "progress":
      return {
        type,
        id: integer(message["id"], "id"),
        phase: oneOf(message["phase"], "phase", OPEN_PHASES),
        name: cut(message["name"], BOUNDS.text),
        done: integer(message["done"], "done"),
        total: integer(message["total"], "total"),
      };
    case "opened":
      return {
        type,
        id: integer(message["id"], "id"),
        opened: parseOpened(json(message["json"])),
        frames: parseFrames(message["frames"]),
        missed: message["missed"] === true,
      };
    case "needs":
      return {
        type,
        id: integer(message["id"], "id"),
        what: oneOf(message["what"], "what", /** @type {const} */ (["openpyxl", "xlrd", "parquet"])),
      };
    case "refused":
      return {
        type,
        id: integer(message["id"], "id"),
        reason: parseSaid(message["reason"]),
        memory: message["memory"] === true,
      };
    case "output":
      return {
        type,
        id: integer(message["id"], "id"),
        text: string(message["text"], "text", BOUNDS.outputChunk),
      };
    case "result":
      return {
        type,
        id: integer(message["id"], "id"),
        result: parseResult(json(message["json"]), parseParts(message["parts"])),
        missed: message["missed"] === true,
      };
    case "crashed":
      return { type, message: cut(message["message"], BOUNDS.text) };
    default:
      throw new ProtocolError(`unknown message ${JSON.stringify(type)}`);
  }
}

/**
 * @param {unknown} data what a `message` event from a figure frame carried
 * @returns {FromFigure}
 */
export function parseFromFigure(data) {
  const message = record(data, "message");
  const type = string(message["type"], "type", 32);
  switch (type) {
    case "drawn":
      return { type, height: frameHeight(message), measured: parseMeasured(message["measured"]) };
    case "resized":
      return { type, height: frameHeight(message) };
    case "image": {
      const id = integer(message["id"], "id");
      if (message["svg"] !== undefined) return { type, id, png: null, svg: string(message["svg"], "svg", BOUNDS.svg) };
      const png = message["png"];
      if (!(png instanceof Uint8Array) || png.byteLength > BOUNDS.partBytes) {
        throw new ProtocolError("image: not the bytes of a picture");
      }
      return { type, id, png: new Uint8Array(png), svg: null };
    }
    case "refused":
      return { type, id: integer(message["id"], "id"), message: cut(message["message"], BOUNDS.text) };
    case "failed":
      return { type, message: cut(message["message"], BOUNDS.text) };
    default:
      throw new ProtocolError(`unknown message ${JSON.stringify(type)}`);
  }
}

/**
 * @param {unknown} data
 * @returns {Said}
 */
function parseSaid(data) {
  const said = record(data, "said");
  const values = Object.entries(record(said["values"], "values"));
  if (values.length > BOUNDS.saidValues) throw new ProtocolError(`values: more than ${BOUNDS.saidValues}`);
  return {
    code: string(said["code"], "code", 64),
    values: Object.fromEntries(
      values.map(([name, value]) => [name, typeof value === "number" ? number(value, name) : cut(value, BOUNDS.text)]),
    ),
  };
}

/** @param {Record<string, unknown>} message */
function frameHeight(message) {
  return clamp(number(message["height"], "height"), 40, 4_000);
}

/**
 * @param {unknown} data
 * @returns {Measured}
 */
function parseMeasured(data) {
  const measured = record(data, "measured");
  return {
    width: number(measured["width"], "width"),
    height: number(measured["height"], "height"),
    names: texts(measured["names"], "names", BOUNDS.series),
    texts: array(measured["texts"], "texts", BOUNDS.textBoxes).map((item) => {
      const box = record(item, "text");
      return {
        role: oneOf(box["role"], "role", TEXT_ROLES),
        place: string(box["place"], "place", 64),
        x: number(box["x"], "x"),
        y: number(box["y"], "y"),
        width: number(box["width"], "width"),
        height: number(box["height"], "height"),
        angle: number(box["angle"], "angle"),
      };
    }),
  };
}

/**
 * @param {unknown} data
 * @returns {Opened}
 */
function parseOpened(data) {
  const opened = record(data, "opened");
  const profile = record(opened["profile"], "profile");
  return {
    profile: { tables: array(profile["tables"], "tables", BOUNDS.tables).map(parseTable) },
    previews: array(opened["previews"], "previews", BOUNDS.tables).map((item) => {
      const preview = record(item, "preview");
      return {
        name: cut(preview["name"], BOUNDS.text),
        columns: texts(preview["columns"], "columns", BOUNDS.columns),
        rows: array(preview["rows"], "rows", BOUNDS.previewRows).map((row) => texts(row, "row", BOUNDS.columns)),
        sources: texts(preview["sources"], "sources", BOUNDS.columns),
        leftOut: texts(preview["leftOut"], "leftOut", BOUNDS.columns),
        lost: Object.entries(record(preview["lost"], "lost"))
          .slice(0, BOUNDS.columns)
          .map(([source, values]) => ({ source: cut(source, BOUNDS.cell), values: integer(values, "lost") })),
        bars: array(preview["bars"], "bars", BOUNDS.columns).map((counts) =>
          array(counts, "counts", BOUNDS.bars).map((value) => integer(value, "count")),
        ),
      };
    }),
    letters: cut(opened["letters"], BOUNDS.letters),
  };
}

/**
 * Only a later interpreter ever looks into it.
 * @param {unknown} value
 */
function parseFrames(value) {
  if (value === null || value === undefined) return null;
  if (value instanceof Blob && value.size <= BOUNDS.frames) return value;
  throw new ProtocolError("frames: not bytes, or too large");
}

/**
 * @param {unknown} data
 * @returns {ProfileTable}
 */
function parseTable(data) {
  const table = record(data, "table");
  return {
    name: cut(table["name"], BOUNDS.text),
    file: cut(table["file"], BOUNDS.text),
    fingerprint: cut(table["fingerprint"], 32),
    rows: integer(table["rows"], "rows"),
    columns: array(table["columns"], "columns", BOUNDS.columns).map((item) => {
      const column = record(item, "column");
      /** @type {ProfileColumn} */
      const parsed = {
        name: cut(column["name"], BOUNDS.text),
        type: cut(column["type"], 32),
        missing: integer(column["missing"], "missing"),
        distinct: integer(column["distinct"], "distinct"),
      };
      for (const end of /** @type {const} */ (["min", "max"])) {
        const value = column[end];
        if (typeof value === "number") parsed[end] = number(value, end);
        else if (value !== undefined && value !== null) parsed[end] = cut(value, 64);
      }
      for (const list of /** @type {const} */ (["top", "samples"])) {
        if (column[list] !== undefined && column[list] !== null) parsed[list] = texts(column[list], list, 50);
      }
      if (column["quantiles"] !== undefined) {
        parsed.quantiles = array(column["quantiles"], "quantiles", 3).map((value) => number(value, "quantile"));
      }
      for (const word of /** @type {const} */ (["unit", "role"])) {
        if (column[word] !== undefined) parsed[word] = cut(column[word], 32);
      }
      return parsed;
    }),
  };
}

/**
 * @param {unknown} data
 * @param {(string | Uint8Array<ArrayBuffer>)[]} parts
 * @returns {SandboxResult}
 */
function parseResult(data, parts) {
  const result = record(data, "result");
  const error = result["error"];
  let cells = 0;
  return {
    ok: result["ok"] === true,
    figures: array(result["figures"], "figures", BOUNDS.figures).map((item) => {
      const figure = parseFigure(item, parts);
      const tables = figure.kind === "table" ? [figure] : figure.tables;
      for (const { rows } of tables) cells += rows.reduce((sum, row) => sum + row.length, 0);
      if (cells > BOUNDS.cells) throw new ProtocolError("figures: more cells than are kept");
      return figure;
    }),
    value: optionalText(result["value"], BOUNDS.traceback),
    error: error === null || error === undefined ? null : parseError(error),
    warnings: array(result["warnings"] ?? [], "warnings", BOUNDS.warnings).map((warning) =>
      typeof warning === "string" ? cut(warning, BOUNDS.cell) : parseSaid(warning),
    ),
  };
}

/**
 * @param {unknown} data
 * @returns {ProgramError}
 */
function parseError(data) {
  const error = record(data, "error");
  const line = error["line"];
  return {
    type: cut(error["type"], 200),
    message: cut(error["message"], BOUNDS.traceback),
    line: line === null || line === undefined ? null : integer(line, "line"),
    traceback: cut(error["traceback"], BOUNDS.traceback),
    // Rather too little than a cell.
    told: cut(error["told"] ?? error["type"], BOUNDS.traceback),
    ...(error["fixes"] !== undefined && { fixes: array(error["fixes"], "fixes", BOUNDS.fixes).map(parseFix) }),
  };
}

/**
 * @param {unknown} data
 * @returns {Fix}
 */
function parseFix(data) {
  const fix = record(data, "fix");
  return {
    line: integer(fix["line"], "line"),
    start: integer(fix["start"], "start"),
    end: integer(fix["end"], "end"),
    from: string(fix["from"], "from", BOUNDS.text),
    to: string(fix["to"], "to", BOUNDS.text),
  };
}

/**
 * @param {unknown} data
 * @param {(string | Uint8Array<ArrayBuffer>)[]} parts
 * @returns {Figure}
 */
function parseFigure(data, parts) {
  const figure = record(data, "figure");
  const kind = oneOf(figure["kind"], "kind", /** @type {const} */ (["svg", "png", "plotly", "vega", "table"]));
  const facts = parseFacts(figure["facts"] ?? {});
  const tables = array(figure["tables"] ?? [], "tables", BOUNDS.drawnTables).map(parseDrawn);
  switch (kind) {
    case "svg": {
      const png = figure["png"];
      return {
        kind,
        svg: textPart(parts, figure["svg"]),
        png: png === null || png === undefined ? null : bytesPart(parts, png),
        ...size(figure),
        tables,
        facts,
      };
    }
    case "png":
      return { kind, png: bytesPart(parts, figure["png"]), ...size(figure), tables, facts };
    case "plotly":
    case "vega":
      return { kind, spec: textPart(parts, figure["spec"]), tables, facts };
    case "table":
      return {
        kind,
        columns: texts(figure["columns"], "columns", BOUNDS.tableColumns),
        rows: array(figure["rows"], "rows", BOUNDS.tableRows).map((row) => texts(row, "row", BOUNDS.tableColumns)),
        totalRows: integer(figure["totalRows"], "totalRows"),
        facts,
      };
    default:
      return unreachable(kind);
  }
}

/**
 * @param {unknown} data
 * @returns {DrawnTable}
 */
function parseDrawn(data) {
  const table = record(data, "table");
  return {
    title: cut(table["title"], BOUNDS.text),
    columns: texts(table["columns"], "columns", BOUNDS.drawnColumns),
    rows: array(table["rows"], "rows", BOUNDS.drawnRows).map((row) => texts(row, "row", BOUNDS.drawnColumns)),
    totalRows: integer(table["totalRows"], "totalRows"),
  };
}

/**
 * @param {unknown} data
 * @returns {Trend}
 */
function parseTrend(data) {
  const trend = record(data, "trend");
  const mark = (/** @type {string} */ name) => {
    const { x, y } = record(trend[name], name);
    return { x: cut(x, BOUNDS.text), y: number(y, name) };
  };
  return {
    series: cut(trend["series"], BOUNDS.text),
    kind: cut(trend["kind"], 64),
    first: mark("first"),
    last: mark("last"),
    low: mark("low"),
    high: mark("high"),
  };
}

/**
 * @param {unknown} data
 * @returns {Facts}
 */
function parseFacts(data) {
  const facts = record(data, "facts");
  /** @type {Facts} */
  const parsed = {};
  for (const key of /** @type {const} */ (["library", "kind", "title"])) {
    if (typeof facts[key] === "string") parsed[key] = cut(facts[key], BOUNDS.text);
  }
  if (typeof facts["blank"] === "boolean") parsed.blank = facts["blank"];
  if (typeof facts["points"] === "number") parsed.points = number(facts["points"], "points");
  if (facts["series"] !== undefined) parsed.series = texts(facts["series"], "series", BOUNDS.series);
  if (facts["trends"] !== undefined) parsed.trends = array(facts["trends"], "trends", BOUNDS.trends).map(parseTrend);
  if (facts["faults"] !== undefined) {
    parsed.faults = array(facts["faults"], "faults", FAULTS.length).map((fault) => oneOf(fault, "fault", FAULTS));
  }
  if (facts["axes"] !== undefined) {
    parsed.axes = array(facts["axes"], "axes", BOUNDS.series).map((item) => {
      const axes = record(item, "axes");
      /** @type {AxesFacts} */
      const one = {};
      for (const key of /** @type {const} */ (["title", "xLabel", "yLabel", "xScale", "yScale", "sortable"])) {
        if (typeof axes[key] === "string") one[key] = cut(axes[key], BOUNDS.text);
      }
      for (const key of /** @type {const} */ (["kinds", "series", "logs"])) {
        if (axes[key] !== undefined) one[key] = texts(axes[key], key, BOUNDS.series);
      }
      if (typeof axes["points"] === "number") one.points = number(axes["points"], "points");
      return one;
    });
  }
  return parsed;
}

/**
 * @param {unknown} value
 * @returns {(string | Uint8Array<ArrayBuffer>)[]}
 */
function parseParts(value) {
  let total = 0;
  return array(value, "parts", BOUNDS.parts).map((part) => {
    total += typeof part === "string" ? part.length : part instanceof Uint8Array ? part.byteLength : 0;
    if (total > BOUNDS.partsBytes) throw new ProtocolError("parts: too large together");
    if (typeof part === "string" && part.length <= BOUNDS.partBytes) return part;
    // A copy: a view could stand over a buffer that is larger, or resizable, or shared with the program.
    if (part instanceof Uint8Array && part.byteLength <= BOUNDS.partBytes) return new Uint8Array(part);
    throw new ProtocolError("part: neither a text nor bytes, or too large");
  });
}

/**
 * @param {(string | Uint8Array<ArrayBuffer>)[]} parts
 * @param {unknown} index
 */
function textPart(parts, index) {
  const part = parts[integer(index, "part")];
  if (typeof part !== "string") throw new ProtocolError("part: expected a text");
  return part;
}

/**
 * @param {(string | Uint8Array<ArrayBuffer>)[]} parts
 * @param {unknown} index
 */
function bytesPart(parts, index) {
  const part = parts[integer(index, "part")];
  if (!(part instanceof Uint8Array)) throw new ProtocolError("part: expected bytes");
  return part;
}

/** @param {Record<string, unknown>} figure */
function size(figure) {
  return {
    width: clamp(number(figure["width"], "width"), 1, 20_000),
    height: clamp(number(figure["height"], "height"), 1, 20_000),
  };
}

/**
 * The values of an object's own keys: nothing is read through a prototype.
 * @param {unknown} value
 * @param {string} name
 * @returns {Record<string, unknown>}
 */
function record(value, name) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ProtocolError(`${name}: expected an object`);
  }
  return Object.assign(Object.create(null), value);
}

/**
 * @param {unknown} value
 * @returns {unknown}
 */
function json(value) {
  const text = string(value, "json", BOUNDS.resultJson);
  try {
    return JSON.parse(text);
  } catch {
    throw new ProtocolError("json: not valid JSON");
  }
}

/**
 * @param {unknown} value
 * @param {string} name
 * @param {number} longest
 */
function string(value, name, longest) {
  if (typeof value !== "string") throw new ProtocolError(`${name}: expected a text`);
  if (value.length > longest) throw new ProtocolError(`${name}: longer than ${longest}`);
  return value;
}

/**
 * A text that may be shortened without harm.
 * @param {unknown} value
 * @param {number} longest
 */
function cut(value, longest) {
  if (typeof value !== "string") throw new ProtocolError("expected a text");
  return value.length > longest ? `${value.slice(0, longest - 1)}…` : value;
}

/**
 * @param {unknown} value
 * @param {number} longest
 */
function optionalText(value, longest) {
  return value === null || value === undefined ? null : cut(value, longest);
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function number(value, name) {
  if (typeof value !== "number" || !Number.isFinite(value)) throw new ProtocolError(`${name}: expected a number`);
  return value;
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function integer(value, name) {
  if (!Number.isSafeInteger(value) || /** @type {number} */ (value) < 0) {
    throw new ProtocolError(`${name}: expected a count`);
  }
  return /** @type {number} */ (value);
}

/**
 * @param {unknown} value
 * @param {string} name
 * @param {number} most
 * @returns {unknown[]}
 */
function array(value, name, most) {
  if (!Array.isArray(value)) throw new ProtocolError(`${name}: expected a list`);
  if (value.length > most) throw new ProtocolError(`${name}: more than ${most}`);
  // Array.from also fills holes, which `map` would skip.
  return Array.from(value);
}

/**
 * @param {unknown} value
 * @param {string} name
 * @param {number} most
 */
function texts(value, name, most) {
  return array(value, name, most).map((item) => cut(item, BOUNDS.cell));
}

/**
 * @template {string} T
 * @param {unknown} value
 * @param {string} name
 * @param {readonly T[]} known
 * @returns {T}
 */
function oneOf(value, name, known) {
  const found = known.find((item) => item === value);
  if (found === undefined) throw new ProtocolError(`${name}: unknown value`);
  return found;
}

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}

/**
 * @param {never} value
 * @returns {never}
 */
function unreachable(value) {
  throw new ProtocolError(`unexpected ${String(value)}`);
}
