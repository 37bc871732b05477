// @ts-check
/**
 * What the controls below a chart set, written into its program: a few plain lines between two comments, before the line that shows
 * the figure, and some for the look as a whole before anything is drawn. They are read back from there, so a program says all by itself,
 * and writing the same settings again changes nothing. Which settings a chart has room for is said by its facts and its program. Pure.
 *
 * @import {Facts, Figure} from "../shared/protocol.js"
 * @import {Ground, Order, Size} from "./chart-lines.js"
 * @import {Palette} from "./palettes.js"
 *
 * What is not there is as the program has it.
 * @typedef {{title?: string, size?: Size, ground?: Ground, palette?: Palette, xScale?: "log" | "linear", yScale?: "log" | "linear",
 *   order?: Order}} Settings
 *
 * @typedef {object} Control what can be set on a chart, and how it is now
 * @property {"matplotlib" | "plotly" | "altair"} library
 * @property {string} title
 * @property {("x" | "y")[]} logs axes that can be logarithmic
 * @property {("x" | "y")[]} logarithmic those that are
 * @property {string} sortable
 * @property {boolean} paintable whether a palette would reach it
 */

import { GROUNDS, SIZES, WRITERS } from "./chart-lines.js";
import { blockLines, placeOf, topOf } from "./chart-place.js";
import { namesItsColours, paletteIn } from "./palettes.js";

const BEGIN = "# Chart settings";
const END = "# End of chart settings";
const GROUND = "# Chart setting";
const COLOURS_BEGIN = "# Chart colours";
const COLOURS_END = "# End of chart colours";

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
  const bare = withoutSettings(program);
  /** @type {Control} */
  const control = {
    library: /** @type {Control["library"]} */ (library),
    title: facts.title ?? "",
    logs: isSingle ? axesOf(panel.logs) : [],
    logarithmic: isSingle
      ? axesOf([...(panel.xScale === "log" ? ["x"] : []), ...(panel.yScale === "log" ? ["y"] : [])])
      : [],
    sortable: isSingle ? (panel.sortable ?? "") : "",
    paintable: !namesItsColours(bare, /** @type {Control["library"]} */ (library)),
  };
  return placeOf(bare, control.library, usesSuptitle(facts)) ? control : null;
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
  const lines = program.split("\n");
  const block = blockOf(lines, BEGIN, END)?.lines ?? [];
  /** @type {Settings} */
  const settings = {};
  const ground = groundOf([...groundLines(lines).map((at) => lines[at] ?? ""), ...block].join("\n"));
  if (ground) settings.ground = ground;
  const palette = paletteIn(blockOf(lines, COLOURS_BEGIN, COLOURS_END)?.lines.join("\n") ?? "");
  if (palette) settings.palette = palette;
  for (const line of block) {
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
const NAMES = /** @type {const} */ (["title", "size", "ground", "palette", "xScale", "yScale", "order"]);

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

/** @param {string} text lines of settings @returns {Ground | null} */
function groundOf(text) {
  const grounds = /** @type {Ground[]} */ (Object.keys(GROUNDS.plotly));
  const isThere = (/** @type {Ground} */ name) =>
    text.includes(GROUNDS.matplotlib[name]) ||
    text.includes(`template="${GROUNDS.plotly[name]}"`) ||
    text.includes(`theme.enable("${GROUNDS.altair[name]}")`);
  return grounds.find(isThere) ?? null;
}

/** @param {string[]} lines @param {string} begin @param {string} end */
function blockOf(lines, begin, end) {
  const first = lines.indexOf(begin);
  const last = lines.indexOf(end, first);
  return first < 0 || last < 0 ? null : { first, last, lines: lines.slice(first + 1, last) };
}

/** @param {string[]} lines @returns {number[]} numbers of those that set a ground before anything is drawn */
function groundLines(lines) {
  return lines.flatMap((line, at) => (line.endsWith(`  ${GROUND}`) ? [at] : []));
}

/** @param {string} program */
export function withoutSettings(program) {
  const lines = program.split("\n");
  const dropped = new Set(groundLines(lines));
  const colours = blockOf(lines, COLOURS_BEGIN, COLOURS_END);
  for (let at = colours?.first ?? 0; at <= (colours?.last ?? -1); at++) dropped.add(at);
  const block = blockOf(lines, BEGIN, END);
  if (block) {
    // The empty line before the block came in with it.
    const isGap = lines[block.first - 1] === "" && (lines[block.last + 1] ?? "") === "";
    for (let at = isGap ? block.first - 1 : block.first; at <= block.last; at++) dropped.add(at);
  }
  return lines.filter((_, at) => !dropped.has(at)).join("\n");
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
  const colours = written.colours.length > 0 ? [COLOURS_BEGIN, ...written.colours, COLOURS_END] : [];
  lines.splice(topOf(bare), 0, ...written.top.map((line) => `${line}  ${GROUND}`), ...colours);
  return lines.join("\n");
}

/** @param {string[]} lines */
function trimEnd(lines) {
  const end = lines.findLastIndex((line) => line.trim() !== "");
  return lines.slice(0, end + 1);
}
