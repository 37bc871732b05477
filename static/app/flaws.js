// @ts-check
/**
 * What is wrong with a run that ended well: found from what the harness says of its figures and from what was asked, in words for the
 * model and for the person. Pure. The sentences quote nothing of the tables, so that they can be told at every level of privacy.
 *
 * @import {Fault, ProgramError, Profile, SandboxResult} from "../shared/protocol.js"
 *
 * @typedef {object} Flaw
 * @property {ProgramError} error
 * @property {number} weight the more, the worse: by it a repaired chart is held against the one before
 */

import { missingFrom } from "./asked.js";

/** From this weight on there is nothing to look at. */
export const NOTHING_SEEN = 100;

const NOTHING =
  "The program ended without an error, but it drew no chart and printed nothing. Draw the chart with matplotlib and end with plt.show().";
const EMPTY =
  "The program ended without an error, but its chart is empty: no bar, line, point or other mark was drawn. " +
  "A filter that leaves no row, or a value that no cell has, is the usual cause: mind the type of the column and how its values are written.";
const DRAWN = "The program ended without an error and drew the chart, but it cannot be read well.";
const KEEP = "Mend only that and leave the rest as it is.";

/** @type {Readonly<Record<Fault, [string, string]>>} */
const FAULTS = {
  legend: [
    "LegendOfNothing",
    "Its legend names nothing: give each series a label that tells it from the others (`label=...`, then `ax.legend()`), and no series the label of another.",
  ],
  ticks: [
    "OverlappingLabels",
    "The labels at the ticks of an axis run into one another: make the figure larger, turn them, or draw only the largest.",
  ],
  wedges: [
    "OverlappingLabels",
    "Labels of the pie stand in one another: draw horizontal bars instead, or put the small parts together.",
  ],
  values: [
    "OverlappingLabels",
    "The values written at the bars stand in one another: make the figure larger, write them shorter, or leave them out.",
  ],
  panels: [
    "OverlappingLabels",
    'Titles or labels of one panel stand in another panel: make the figure larger or the titles shorter, and use `plt.subplots(..., layout="constrained")`.',
  ],
  clipped: [
    "ClippedLabels",
    "Labels are cut off at the edge of the figure: keep all marks and texts inside the limits of the axes.",
  ],
};

/**
 * The failure that a result without a good chart amounts to.
 * @param {Pick<SandboxResult, "figures" | "value"> & {stdout: string}} result
 * @param {{question: string, program: string, profile: Profile | null}} asked
 * @returns {Flaw | null}
 */
export function flawOf({ figures, value, stdout }, asked) {
  if (figures.length === 0) {
    return value === null && stdout.trim() === "" ? flaw("NothingDrawn", NOTHING, NOTHING_SEEN + 1) : null;
  }
  const charts = figures.filter((figure) => figure.kind !== "table");
  if (charts.length > 0 && charts.every(({ facts }) => facts.blank === true)) {
    return flaw("EmptyChart", EMPTY, NOTHING_SEEN);
  }
  const lacking = missingFrom({ ...asked, figures });
  const faults = [...new Set(charts.flatMap(({ facts }) => facts.faults ?? []))].map((fault) => FAULTS[fault]);
  const [type] = lacking ? ["MissingSeries"] : (faults[0] ?? []);
  if (type === undefined) return null;
  const sentences = faults.map(([, sentence]) => sentence);
  const unread = sentences.length > 0 ? [DRAWN, ...sentences, KEEP] : [];
  return flaw(type, [...(lacking ? [missing(lacking)] : []), ...unread].join(" "), faults.length + (lacking ? 2 : 0));
}

/** @param {import("./asked.js").Missing} lacking */
function missing({ missing: names, shown }) {
  const list = (/** @type {string[]} */ all) => all.map((name) => JSON.stringify(name)).join(", ");
  return `The chart shows ${list(shown)}, but not ${list(names)}, which the request names beside it. Draw all of them; mind how the values are written in the table.`;
}

/** @param {string} type @param {string} message @param {number} weight @returns {Flaw} */
function flaw(type, message, weight) {
  const traceback = `${type}: ${message}`;
  return { error: { type, message, line: null, traceback, told: traceback }, weight };
}
