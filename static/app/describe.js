// @ts-check
/**
 * A figure in words, from the facts that the harness found in it: for those who do not see it, and for its caption. Pure.
 *
 * @import {AxesFacts, Facts, Figure, Trend} from "../shared/protocol.js"
 */

import { hasWords, t } from "./language.js";
import { count, listed } from "./words.js";

/** Series that are told one by one. */
const MOST_TOLD = 4;

/** @param {Figure} figure @param {number} position @param {number} total */
export function nameFigure({ facts, kind }, position, total) {
  const title = facts.title || facts.axes?.find((axes) => axes.title)?.title || "";
  const one = t(kind === "table" ? "figure.table" : "figure.figure");
  const what = total > 1 ? t("figure.of", { what: one, position, total }) : one;
  return title ? t("figure.titled", { what, title }) : what;
}

/** @param {Figure} figure @returns {string} one or more sentences */
export function describeFigure(figure) {
  const { facts } = figure;
  if (figure.kind === "table") {
    const rows = t("count.rows", { n: figure.totalRows });
    return t("describe.table", { rows, columns: t("count.columns", { n: figure.columns.length }) });
  }
  const axes = facts.axes ?? [];
  const sentences = [opening(facts, axes)];
  if (axes.length > 4) sentences.push(t("describe.panels", { panels: axes.length }));
  else for (const one of axes) sentences.push(...describeAxes(one, axes.length > 1));
  const series = facts.series ?? axes.flatMap((one) => one.series ?? []);
  const names = [...new Set(series.filter((name) => name !== "" && !name.startsWith("_")))];
  if (names.length > 1) sentences.push(t("describe.series", { n: names.length, names: listed(names) }));
  for (const trend of (facts.trends ?? []).slice(0, MOST_TOLD)) sentences.push(describeTrend(trend));
  const points = facts.points ?? axes.reduce((sum, one) => sum + (one.points ?? 0), 0);
  if (points > 0) sentences.push(t("describe.points", { n: points }));
  if (facts.blank) sentences.push(t("describe.blank"));
  return sentences.filter(Boolean).join(" ");
}

/** @param {Facts} facts @param {AxesFacts[]} axes */
function opening(facts, axes) {
  const kinds = [...new Set(axes.flatMap((one) => one.kinds ?? []))];
  const title = facts.title || (axes.length === 1 ? (axes[0]?.title ?? "") : "");
  const kind = nameKind(facts.kind || listed(kinds, 3));
  return title ? t("describe.titled", { kind, title }) : `${kind}.`;
}

/** @param {string} kind as the harness calls it, or the library that drew it */
function nameKind(kind) {
  if (kind === "") return t("kind.chart");
  const key = `kind.${kind}`;
  if (hasWords(key)) return t(key);
  const name = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
  return /chart|plot|map|gram$/i.test(kind) ? name : t("kind.other", { kind: name });
}

/** @param {AxesFacts} axes @param {boolean} several */
function describeAxes({ title, xLabel, yLabel, xScale, yScale }, several) {
  const axis = (/** @type {string} */ label, /** @type {string | undefined} */ scale) =>
    scale === "log" ? t("describe.log", { axis: label }) : label;
  const sentences = [];
  const x = xLabel && axis(xLabel, xScale);
  const y = yLabel && axis(yLabel, yScale);
  if (x && y) sentences.push(t("describe.over", { x, y }));
  else if (y) sentences.push(t("describe.vertical", { y }));
  else if (x) sentences.push(t("describe.horizontal", { x }));
  if (several && title) return [sentences.length > 0 ? t("describe.panel", { title }) : `${title}.`, ...sentences];
  return sentences;
}

/** Where a series goes; of things that have no order, which is most and which is least. @param {Trend} trend */
function describeTrend({ series, kind, first, last, low, high }) {
  const value = (/** @type {number} */ y) => count(y, { maximumSignificantDigits: 4 });
  const at = (/** @type {{x: string, y: number}} */ { x, y }) => `${value(y)}${x ? ` (${x})` : ""}`;
  if (kind === "scatter") {
    const ends = { low: value(low.y), high: value(high.y) };
    return series ? t("trend.spread_of", { series, ...ends }) : t("trend.spread", ends);
  }
  if (!/^(line|area|step|histogram)$/.test(kind)) {
    const ends = { low: at(low), high: at(high) };
    return series ? t("trend.extremes_of", { series, ...ends }) : t("trend.extremes", ends);
  }
  const ends = { series: series || t("trend.it"), first: at(first), last: at(last) };
  const whole =
    last.y === first.y
      ? t("trend.flat", { series: ends.series, value: value(first.y), from: first.x, to: last.x })
      : t(kind === "histogram" ? "trend.goes" : last.y > first.y ? "trend.rises" : "trend.falls", ends);
  const turns = [
    ...(high.y > Math.max(first.y, last.y) ? [t("trend.highest", { value: at(high) })] : []),
    ...(low.y < Math.min(first.y, last.y) ? [t("trend.lowest", { value: at(low) })] : []),
  ];
  return `${[whole, ...turns].join(", ")}.`;
}
