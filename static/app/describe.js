// @ts-check
/**
 * A figure in words, from the facts that the harness found in it: for those who do not see it, and for its caption. Pure.
 *
 * @import {AxesFacts, Facts, Figure, Trend} from "../shared/protocol.js"
 */

import { counted, listed } from "./words.js";

/** Series that are told one by one. */
const MOST_TOLD = 4;

/** @param {Figure} figure @param {number} position @param {number} total */
export function nameFigure({ facts, kind }, position, total) {
  const title = facts.title || facts.axes?.find((axes) => axes.title)?.title || "";
  const place = total > 1 ? `${position} of ${total}` : "";
  const what = kind === "table" ? "Table" : "Figure";
  return [place ? `${what} ${place}` : what, title].filter(Boolean).join(": ");
}

/** @param {Figure} figure @returns {string} one or more sentences */
export function describeFigure(figure) {
  const { facts } = figure;
  if (figure.kind === "table") {
    return `Table, ${counted(figure.totalRows, "row")}, ${counted(figure.columns.length, "column")}.`;
  }
  const axes = facts.axes ?? [];
  const sentences = [opening(facts, axes)];
  if (axes.length > 4) sentences.push(`${axes.length} panels.`);
  else for (const one of axes) sentences.push(...describeAxes(one, axes.length > 1));
  const series = facts.series ?? axes.flatMap((one) => one.series ?? []);
  const names = [...new Set(series.filter((name) => name !== "" && !name.startsWith("_")))];
  if (names.length > 1) sentences.push(`${counted(names.length, "series", "series")}: ${listed(names)}.`);
  for (const trend of (facts.trends ?? []).slice(0, MOST_TOLD)) sentences.push(describeTrend(trend));
  const points = facts.points ?? axes.reduce((sum, one) => sum + (one.points ?? 0), 0);
  if (points > 0) sentences.push(`${counted(points, "point")}.`);
  if (facts.blank) sentences.push("It is empty: the program drew nothing into it.");
  return sentences.filter(Boolean).join(" ");
}

/** @param {Facts} facts @param {AxesFacts[]} axes */
function opening(facts, axes) {
  const kinds = [...new Set(axes.flatMap((one) => one.kinds ?? []))];
  const kind = facts.kind || listed(kinds, 3);
  const title = facts.title || (axes.length === 1 ? (axes[0]?.title ?? "") : "");
  const name = kind
    ? `${kind.charAt(0).toUpperCase()}${kind.slice(1)} ${/chart|plot|map|gram$/i.test(kind) ? "" : "chart"}`.trim()
    : "Chart";
  return title ? `${name}: ${title}.` : `${name}.`;
}

/** @param {AxesFacts} axes @param {boolean} several */
function describeAxes({ title, xLabel, yLabel, xScale, yScale }, several) {
  const log = (/** @type {string | undefined} */ scale) => (scale === "log" ? ", logarithmic" : "");
  const sentences = [];
  if (xLabel && yLabel) sentences.push(`${yLabel}${log(yScale)} over ${xLabel}${log(xScale)}.`);
  else if (yLabel) sentences.push(`Vertical axis: ${yLabel}${log(yScale)}.`);
  else if (xLabel) sentences.push(`Horizontal axis: ${xLabel}${log(xScale)}.`);
  if (several && title) return [`${title}${sentences.length > 0 ? ":" : "."}`, ...sentences];
  return sentences;
}

const digits = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });

/** Where a series goes; of things that have no order, which is most and which is least. @param {Trend} trend */
function describeTrend({ series, kind, first, last, low, high }) {
  const value = (/** @type {number} */ y) => digits.format(y);
  const at = (/** @type {{x: string, y: number}} */ { x, y }) => `${value(y)}${x ? ` (${x})` : ""}`;
  if (kind === "scatter") return `${series ? `${series}: from` : "From"} ${value(low.y)} to ${value(high.y)}.`;
  if (!/^(line|area|step|histogram)$/.test(kind)) {
    return `${series ? `${series}: highest` : "Highest"} ${at(high)}, lowest ${at(low)}.`;
  }
  const way = last.y > first.y ? "rises" : last.y < first.y ? "falls" : "";
  const whole = way
    ? `${series || "It"} ${kind === "histogram" ? "goes" : way} from ${at(first)} to ${at(last)}`
    : `${series || "It"} begins and ends at ${value(first.y)} (${first.x} to ${last.x})`;
  const turns = [
    ...(high.y > Math.max(first.y, last.y) ? [`highest ${at(high)}`] : []),
    ...(low.y < Math.min(first.y, last.y) ? [`lowest ${at(low)}`] : []),
  ];
  return `${[whole, ...turns].join(", ")}.`;
}
