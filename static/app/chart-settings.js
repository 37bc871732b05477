// @ts-check
/**
 * What the controls below a chart set, written into its program: a few plain lines between two comments, before the line that shows
 * the figure, and one for a dark ground before anything is drawn. They are read back from there, so a program says all by itself, and
 * writing the same settings again changes nothing. Which settings a chart has room for is said by its facts and its program. Pure.
 *
 * @import {Facts, Figure} from "../shared/protocol.js"
 *
 * @typedef {keyof typeof SIZES} Size
 * @typedef {"largest" | "smallest"} Order
 * What is not there is as the program has it.
 * @typedef {{title?: string, size?: Size, ground?: "dark", xScale?: "log" | "linear", yScale?: "log" | "linear", order?: Order}} Settings
 *
 * @typedef {object} Control what can be set on a chart, and how it is now
 * @property {"matplotlib" | "plotly" | "altair"} library
 * @property {string} title
 * @property {("x" | "y")[]} logs axes that can be logarithmic
 * @property {("x" | "y")[]} logarithmic those that are
 * @property {string} sortable
 */

import { topStatements } from "./statements.js";

const BEGIN = "# Chart settings";
const END = "# End of chart settings";
const GROUND = "# Chart setting";

/** Inches, and pixels of the libraries that count so. */
export const SIZES = Object.freeze({
  wide: { inches: [12, 4.5], pixels: [900, 340] },
  standard: { inches: [8, 5], pixels: [720, 450] },
  square: { inches: [7, 7], pixels: [560, 560] },
  tall: { inches: [6, 9], pixels: [480, 720] },
});

/**
 * @param {Figure[]} figures
 * @param {string} program
 * @returns {Control | null} null for what has no single chart, or one that the program does not name
 */
export function controlOf(figures, program) {
  const charts = figures.filter(({ kind }) => kind !== "table");
  const facts = charts[0]?.facts;
  if (charts.length !== 1 || !facts || facts.blank) return null;
  const library = ["matplotlib", "plotly", "altair"].find((name) => name === facts.library);
  if (!library) return null;
  const { axes = [] } = facts;
  const [panel] = axes;
  const isSingle = axes.length === 1 && panel !== undefined;
  /** @type {Control} */
  const control = {
    library: /** @type {Control["library"]} */ (library),
    title: facts.title ?? "",
    logs: isSingle ? axesOf(panel.logs) : [],
    logarithmic: isSingle
      ? axesOf([...(panel.xScale === "log" ? ["x"] : []), ...(panel.yScale === "log" ? ["y"] : [])])
      : [],
    sortable: isSingle ? (panel.sortable ?? "") : "",
  };
  return placeOf(withoutSettings(program), control.library, usesSuptitle(facts)) ? control : null;
}

/** @param {string[] | undefined} names */
const axesOf = (names = []) => /** @type {const} */ (["x", "y"]).filter((name) => names.includes(name));

/** @param {Facts | undefined} facts */
function usesSuptitle(facts) {
  const { axes = [], title = "" } = facts ?? {};
  return axes.length > 1 || (title !== "" && axes[0]?.title === "");
}

/** @param {string} program @returns {Settings} */
export function readSettings(program) {
  const block = blockOf(program);
  const ground = groundLines(program).length > 0;
  /** @type {Settings} */
  const settings = ground ? { ground: "dark" } : {};
  for (const line of block?.lines ?? []) {
    const title = /(?:set_title|suptitle)\(("(?:[^"\\]|\\.)*")|title(?:_text)?=("(?:[^"\\]|\\.)*")/.exec(line);
    const text = title ? parsed(title[1] ?? title[2] ?? "") : null;
    if (text !== null) settings.title = text;
    const size = sizeOf(line);
    if (size) settings.size = size;
    const scale =
      /set_([xy])scale\("(log|linear)"\)|update_([xy])axes\(type="(log|linear)"\)|encoding\.([xy])\.scale = \w+\.Scale\(type="(log|linear)"/.exec(
        line,
      );
    const axis = scale?.[1] ?? scale?.[3] ?? scale?.[5];
    const kind = /** @type {"log" | "linear" | undefined} */ (scale?.[2] ?? scale?.[4] ?? scale?.[6]);
    if (axis === "x" && kind) settings.xScale = kind;
    if (axis === "y" && kind) settings.yScale = kind;
    if (/plotly_dark|theme\.enable\("dark"\)/.test(line)) settings.ground = "dark";
    const order = /# (largest|smallest) first$/.exec(line)?.[1];
    if (order) settings.order = /** @type {Order} */ (order);
  }
  return settings;
}

/**
 * Which settings are what two programs differ by; none if they differ by anything else.
 * @param {string} before
 * @param {string} after
 * @returns {SettingName[]}
 */
export function changedSettings(before, after) {
  if (before === after || trimmed(withoutSettings(before)) !== trimmed(withoutSettings(after))) return [];
  const [old, now] = [readSettings(before), readSettings(after)];
  return NAMES.filter((name) => old[name] !== now[name]);
}

/** @typedef {typeof NAMES[number]} SettingName */
const NAMES = /** @type {const} */ (["title", "size", "ground", "xScale", "yScale", "order"]);

/** @param {string} program */
const trimmed = (program) => program.replace(/\n{2,}/g, "\n").trim();

/** @param {string} line @returns {Size | null} */
function sizeOf(line) {
  for (const [name, { inches, pixels }] of Object.entries(SIZES)) {
    const isSize =
      line.includes(`set_size_inches(${inches.join(", ")})`) ||
      line.includes(`(width=${pixels[0]}, height=${pixels[1]})`);
    if (isSize) return /** @type {Size} */ (name);
  }
  return null;
}

/** @param {string} literal */
function parsed(literal) {
  try {
    return String(JSON.parse(literal));
  } catch {
    return null;
  }
}

/** @param {string} program */
function blockOf(program) {
  const lines = program.split("\n");
  const first = lines.indexOf(BEGIN);
  const last = lines.indexOf(END, first);
  return first < 0 || last < 0 ? null : { first, last, lines: lines.slice(first + 1, last) };
}

/** @param {string} program numbers of the lines that make the ground dark */
function groundLines(program) {
  return program.split("\n").flatMap((line, at) => (line.endsWith(`  ${GROUND}`) ? [at] : []));
}

/** @param {string} program */
export function withoutSettings(program) {
  const lines = program.split("\n");
  const dropped = new Set(groundLines(program));
  const block = blockOf(program);
  if (block) {
    // The empty line before the block came in with it.
    const isGap = lines[block.first - 1] === "" && (lines[block.last + 1] ?? "") === "";
    for (let at = isGap ? block.first - 1 : block.first; at <= block.last; at++) dropped.add(at);
  }
  return lines.filter((_, at) => !dropped.has(at)).join("\n");
}

/**
 * Where the lines go, and what the figure is called there.
 * @typedef {{at: number, name: string, rewritten: string | null, isLast: boolean, suptitle: boolean}} Place
 */

/**
 * @param {string} program without settings
 * @param {Control["library"]} library
 * @param {boolean} suptitle
 * @returns {Place | null}
 */
function placeOf(program, library, suptitle) {
  const statements = topStatements(program);
  const last = statements.at(-1);
  if (!last) return null;
  const end = { at: last.last + 1, name: "", rewritten: null, isLast: false, suptitle };
  const shows = /^(?:(\w+)\.show\(.*\)|display\((\w+)\)|(\w+))\s*;?\s*(?:#.*)?$/.exec(last.text);
  if (library === "matplotlib") {
    // These make figures that pyplot does not know, or no longer.
    if (/\bseaborn\.objects\b|\bso\.Plot\b|\bmatplotlib\.figure\b|\bplt\.close\(/.test(program)) return null;
    return shows ? { ...end, at: last.first } : end;
  }
  const shown = shows?.[1] ?? shows?.[2] ?? shows?.[3];
  if (shown !== undefined && assigns(statements, shown)) return { ...end, at: last.first, name: shown };
  if (shown !== undefined) return null;
  const name = library === "plotly" ? "fig" : "chart";
  // The figure is the value of the last line: it gets a name.
  if (FIGURES[library].test(last.text)) return { ...end, name, rewritten: last.text, at: last.first, isLast: true };
  const assigned = /^(\w+)\s*=(?!=)/.exec(last.text)?.[1] ?? lastAssigned(statements, library);
  return assigned === undefined ? null : { ...end, name: assigned };
}

/** @param {import("./statements.js").Statement[]} statements @param {string} name */
const assigns = (statements, name) => statements.some(({ text }) => new RegExp(`^${name}\\s*=(?!=)`).test(text));

/** What gives a figure where it stands by itself. */
const FIGURES = {
  plotly: /^(?:px|go|ff)\.\w/,
  altair: /^\(?\s*(?:alt|altair)\.\w|^\w+(?:\s*[+|&]\s*\w+)+$/,
};

/** The last name that a figure of this library is given to. @param {import("./statements.js").Statement[]} statements @param {string} library */
function lastAssigned(statements, library) {
  const made =
    library === "plotly" ? /^(\w+)\s*=\s*(?:px|go|make_subplots|ff|plotly)\b/ : /^(\w+)\s*=\s*\(?\s*(?:alt|altair)\b/;
  return statements.map(({ text }) => made.exec(text)?.[1]).findLast((name) => name !== undefined);
}

/**
 * @param {string} program
 * @param {Control} control
 * @param {Settings} settings all of them, not what changes
 * @param {Facts} [facts]
 * @returns {string}
 */
export function withSettings(program, control, settings, facts) {
  const bare = withoutSettings(program);
  const place = placeOf(bare, control.library, usesSuptitle(facts));
  if (!place) return program;
  const written = WRITERS[control.library](settings, place, bare, control);
  const lines = bare.split("\n");
  if (written.block.length > 0) {
    const { first, last } = blockLines(bare, place);
    const head = lines.slice(0, first);
    const before =
      place.rewritten === null ? trimEnd(head) : [...head, ...`${place.name} = ${place.rewritten}`.split("\n")];
    const after = place.rewritten === null ? lines.slice(first) : [place.name, ...lines.slice(last + 1)];
    lines.splice(0, lines.length, ...before, "", BEGIN, ...written.block, END, ...after);
    if (lines.at(-1) !== "") lines.push("");
  }
  if (written.top.length > 0) lines.splice(topOf(bare), 0, ...written.top.map((line) => `${line}  ${GROUND}`));
  return lines.join("\n");
}

/** @param {string} bare @param {Place} place */
function blockLines(bare, place) {
  const last = topStatements(bare).at(-1);
  return { first: place.at, last: place.rewritten === null ? place.at - 1 : (last?.last ?? place.at) };
}

/** @param {string[]} lines */
function trimEnd(lines) {
  const end = lines.findLastIndex((line) => line.trim() !== "");
  return lines.slice(0, end + 1);
}

/** Behind the imports, and behind what sets another style. @param {string} bare @returns {number} a line */
function topOf(bare) {
  const statements = topStatements(bare);
  const style = statements.findLast(({ text }) => /^(?:sns\.set\w*\(|plt\.style\.use\(|plt\.rcdefaults\()/.test(text));
  if (style) return style.last + 1;
  const isHead = (/** @type {string} */ text) => /^(?:import|from)\s|^["']/.test(text);
  const end = statements.findIndex(({ text }) => !isHead(text));
  const head = end < 0 ? statements.at(-1) : statements[end - 1];
  return head ? head.last + 1 : 0;
}

/** @typedef {(settings: Settings, place: Place, bare: string, control: Control) => {block: string[], top: string[]}} Writer */

/** @type {Record<Control["library"], Writer>} */
const WRITERS = {
  matplotlib({ title, size, ground, xScale, yScale, order }, { suptitle }, bare, { sortable }) {
    const loc = /title\([^\n]*\bloc\s*=\s*["'](left|right|center)["']/.exec(bare)?.[1];
    const panel = [
      ...(title !== undefined && !suptitle ? [`axes.set_title(${literal(title)}${loc ? `, loc="${loc}"` : ""})`] : []),
      ...(xScale ? [`axes.set_xscale("${xScale}")`] : []),
      ...(yScale ? [`axes.set_yscale("${yScale}")`] : []),
      ...(order ? sortedBars(order, sortable) : []),
    ];
    const whole = [
      ...(title !== undefined && suptitle ? [`plt.suptitle(${literal(title)})`] : []),
      ...(size ? [`plt.gcf().set_size_inches(${SIZES[size].inches.join(", ")})`] : []),
    ];
    const body = [...whole, ...(panel.length > 0 ? ["axes = plt.gcf().axes[0]", ...panel] : [])];
    const imports = /^import matplotlib\.pyplot as plt\b/m.test(bare) ? [] : ["import matplotlib.pyplot as plt"];
    return {
      block: body.length > 0 ? [...imports, ...body] : [],
      top: ground ? [...imports, 'plt.style.use("dark_background")'] : [],
    };
  },

  plotly({ title, size, ground, xScale, yScale, order }, { name }, _bare, { sortable }) {
    const [width, height] = size ? SIZES[size].pixels : [];
    return {
      block: [
        ...(title !== undefined ? [`${name}.update_layout(title_text=${literal(title)})`] : []),
        ...(size ? [`${name}.update_layout(width=${width}, height=${height})`] : []),
        ...(ground ? [`${name}.update_layout(template="plotly_dark")`] : []),
        ...(xScale ? [`${name}.update_xaxes(type="${xScale}")`] : []),
        ...(yScale ? [`${name}.update_yaxes(type="${yScale}")`] : []),
        ...(order ? [plotlyOrder(name, order, sortable)] : []),
      ],
      top: [],
    };
  },

  altair({ title, size, ground, xScale, yScale, order }, { name }, bare, { sortable }) {
    const [width, height] = size ? SIZES[size].pixels : [];
    const alias = /^import altair as (\w+)/m.exec(bare)?.[1];
    const alt = alias ?? "alt";
    const body = [
      ...(title !== undefined ? [`${name} = ${name}.properties(title=${literal(title)})`] : []),
      ...(size ? [`${name} = ${name}.properties(width=${width}, height=${height})`] : []),
      ...(ground ? [`${alt}.theme.enable("dark")`] : []),
      ...(xScale ? [`${name}.encoding.x.scale = ${alt}.Scale(type="${xScale}")`] : []),
      ...(yScale ? [`${name}.encoding.y.scale = ${alt}.Scale(type="${yScale}")`] : []),
      ...(order ? [altairOrder(name, order, sortable)] : []),
    ];
    const imports = alias === undefined && (ground || xScale || yScale) ? ["import altair as alt"] : [];
    return { block: body.length > 0 ? [...imports, ...body] : [], top: [] };
  },
};

/** @param {Order} order @param {string} sortable */
function sortedBars(order, sortable) {
  const [place, extent, axis] = sortable === "right" ? ["x", "width", "height"] : ["y", "height", "width"];
  // The first bar of those that go up is the lowest, and one reads from the top.
  const isReversed = (order === "largest") !== (sortable === "up");
  return [
    `names = dict(zip(axes.containers[0], [label.get_text() for label in axes.get_${place}ticklabels()]))`,
    `bars = sorted(names, key=lambda bar: bar.get_${axis}()${isReversed ? ", reverse=True" : ""})  # ${order} first`,
    "for place, bar in enumerate(bars):",
    `    bar.set_${place}(place - bar.get_${extent}() / 2)`,
    `axes.set_${place}ticks(range(len(bars)), [names[bar] for bar in bars])`,
  ];
}

/** @param {string} name @param {Order} order @param {string} sortable */
function plotlyOrder(name, order, sortable) {
  const axis = sortable === "right" ? "x" : "y";
  const falls = (order === "largest") !== (sortable === "up");
  return `${name}.update_${axis}axes(categoryorder="total ${falls ? "descending" : "ascending"}")  # ${order} first`;
}

/** @param {string} name @param {Order} order @param {string} sortable */
function altairOrder(name, order, sortable) {
  const [kinds, values] = sortable === "right" ? ["x", "y"] : ["y", "x"];
  return `${name}.encoding.${kinds}.sort = "${order === "largest" ? "-" : ""}${values}"  # ${order} first`;
}

/** JSON's texts are Python's too. @param {string} text */
const literal = (text) => JSON.stringify(text.replace(/\s+/g, " ").trim());
