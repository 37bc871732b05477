// @ts-check
/**
 * What is wrong with a run that ended well: found from what is known of its figures and from what was asked, in words for the model,
 * which are English, and for the person, in theirs. Pure. The sentences quote nothing of the tables, so that they can be told at every
 * level of privacy.
 *
 * @import {Fault, ProgramError, Profile, SandboxResult} from "../shared/protocol.js"
 * @import {Missing} from "./asked.js"
 * @import {ChartFigure, ChartKind, Unmet} from "./asked-form.js"
 *
 * @typedef {object} Flaw
 * @property {ProgramError} error
 * @property {number} weight the more, the worse: by it a repaired chart is held against the one before
 *
 * @typedef {{type: string, told: string, said: string, weight: number}} Found `told` the model, `said` to the person
 * @typedef {"matplotlib" | "plotly" | "altair"} Library
 */

import { missingFrom } from "./asked.js";
import { unmetBy } from "./asked-form.js";
import { unreachable } from "./dom.js";
import { t } from "./language.js";

/** From this weight on there is nothing to look at. */
export const NOTHING_SEEN = 100;

const NOTHING =
  "The program ended without an error, but it drew no chart and printed nothing. Draw the chart with matplotlib and end with plt.show().";
const EMPTY =
  "The program ended without an error, but its chart is empty: no bar, line, point or other mark was drawn. " +
  "A filter that leaves no row, or a value that no cell has, is the usual cause: mind the type of the column and how its values are written.";
const DRAWN = "The program ended without an error and drew the chart, but it cannot be read well.";
const KEEP = "Mend only that and leave the rest as it is.";

/**
 * What each fault is called, what it is, and how it is mended in each library.
 * @type {Readonly<Record<Fault, [type: string, what: string, how: string | Record<Library, string>]>>}
 */
const FAULTS = {
  columns: [
    "UnknownColumn",
    "It draws a column that its table does not have",
    "name the columns in the encodings as the table names them, in the same case.",
  ],
  legend: [
    "LegendOfNothing",
    "Its legend names nothing",
    {
      matplotlib:
        "give each series a label that tells it from the others (`label=...`, then `ax.legend()`), and no series the label of another.",
      plotly:
        "give each trace a name that tells it from the others (`name=...`), and no trace the name of another; a trace that needs none has `showlegend=False`.",
      altair: "encode the colour by a column that has values, or by none (`alt.value(...)`).",
    },
  ],
  ticks: [
    "OverlappingLabels",
    "The labels at the ticks of an axis run into one another",
    {
      matplotlib: "make the figure larger, turn them, or draw only the largest.",
      plotly:
        'leave `dtick`, `tickvals` and `tickangle` to plotly, or draw only the largest; a second y axis stands at the other side (`overlaying="y", side="right"`).',
      altair: "leave `labelOverlap` and `labelAngle` as they are, or draw only the largest.",
    },
  ],
  wedges: [
    "OverlappingLabels",
    "Labels of the pie stand in one another",
    "draw horizontal bars instead, or put the small parts together.",
  ],
  values: [
    "OverlappingLabels",
    "The values written at the marks stand in one another",
    "make the figure larger, write them shorter, or leave them out.",
  ],
  panels: [
    "OverlappingLabels",
    "Titles or labels of one panel stand in another panel",
    {
      matplotlib: 'make the figure larger or the titles shorter, and use `plt.subplots(..., layout="constrained")`.',
      plotly:
        "put fewer panels into a row (`facet_col_wrap=...`), space them further apart, or make the titles shorter.",
      altair: "put fewer panels into a row (`columns=...`), or make the titles shorter.",
    },
  ],
  clipped: [
    "ClippedLabels",
    "Labels are cut off at the edge of the figure",
    {
      matplotlib: "keep all marks and texts inside the limits of the axes.",
      plotly: "break long titles with `<br>`, and leave `margin` and `automargin` as they are.",
      altair: "give a long title as a list of lines, and leave `autosize` and `padding` as they are.",
    },
  ],
};

/** @type {Readonly<Record<ChartKind, string>>} */
const KINDS = {
  bar: "a bar chart",
  line: "a line chart",
  pie: "a pie chart",
  scatter: "a scatter plot",
  histogram: "a histogram",
  box: "a box plot",
  heatmap: "a heat map",
};

/**
 * The failure that a result without a good chart amounts to.
 * @param {Pick<SandboxResult, "figures" | "value"> & {stdout: string}} result
 * @param {{question: string, program: string, profile: Profile | null}} asked
 * @returns {Flaw | null}
 */
export function flawOf({ figures, value, stdout }, asked) {
  if (figures.length === 0) {
    const isSilent = value === null && stdout.trim() === "";
    return isSilent ? flaw("NothingDrawn", NOTHING, t("flaw.nothing"), NOTHING_SEEN + 1) : null;
  }
  const charts = figures.filter((figure) => figure.kind !== "table");
  if (charts.length > 0 && charts.every(({ facts }) => facts.blank === true)) {
    return flaw("EmptyChart", EMPTY, t("flaw.empty"), NOTHING_SEEN);
  }
  const run = { ...asked, figures };
  const lacking = missingFrom(run);
  const wishes = [...(lacking ? [missing(lacking)] : []), ...unmetBy(run).map(unmet)];
  const faults = faultsIn(charts);
  const [worst] = [...wishes, ...faults];
  if (!worst) return null;
  const told = [
    ...wishes.map((one) => one.told),
    ...(faults.length > 0 ? [DRAWN, ...faults.map((one) => one.told)] : []),
  ];
  const weight = [...wishes, ...faults].reduce((sum, one) => sum + one.weight, 0);
  const said = [...wishes, ...faults].map((one) => one.said);
  return flaw(worst.type, [...told, KEEP].join(" "), said.join(" "), weight);
}

/** Each fault once, as it is mended in the library of the first figure that has it. @param {ChartFigure[]} charts @returns {Found[]} */
function faultsIn(charts) {
  /** @type {Map<Fault, Found>} */
  const found = new Map();
  for (const { facts } of charts) {
    for (const fault of facts.faults ?? []) {
      const [type, what, how] = FAULTS[fault];
      const mended = typeof how === "string" ? how : how[libraryOf(facts.library)];
      if (!found.has(fault))
        found.set(fault, { type, told: `${what}: ${mended}`, said: t(`flaw.${fault}`), weight: 1 });
    }
  }
  return [...found.values()];
}

/** @param {string | undefined} name as the facts have it @returns {Library} */
function libraryOf(name) {
  return name === "plotly" || name === "altair" ? name : "matplotlib";
}

/** @param {Missing} lacking @returns {Found} */
function missing(lacking) {
  const list = (/** @type {string[]} */ all) => all.map((name) => JSON.stringify(name)).join(", ");
  return {
    type: "MissingSeries",
    told: `The chart shows ${list(lacking.shown)}, but not ${list(lacking.missing)}, which the request names beside it. Draw all of them; mind how the values are written in the table.`,
    said: t("flaw.missing", { shown: lacking.shown.join(", "), missing: lacking.missing.join(", ") }),
    weight: 2,
  };
}

/** @param {Unmet} wish @returns {Found} */
function unmet(wish) {
  const weight = 2;
  switch (wish.what) {
    case "kind":
      return {
        type: "OtherKind",
        told: `The request asks for ${KINDS[wish.asked]}, but the chart is of another kind. Draw ${KINDS[wish.asked]}.`,
        said: t("flaw.kind", { kind: t(`kind.${wish.asked}`) }),
        weight,
      };
    case "most":
      return {
        type: "MoreThanAsked",
        told: `The request asks for ${wish.asked} of them, but the chart shows more. Draw only those.`,
        said: t("flaw.most", { n: wish.asked }),
        weight,
      };
    case "log":
      return {
        type: "NoLogScale",
        told: "The request asks for a logarithmic scale, but no axis of the chart is logarithmic. Make it so.",
        said: t("flaw.log"),
        weight,
      };
    case "each":
      return {
        type: "MissingSeries",
        told: `The request asks for each ${JSON.stringify(wish.column)}, but the chart leaves some of them out. Draw all that the table has; mind how the values are written in the table.`,
        said: t("flaw.each", { column: wish.column }),
        weight,
      };
    default:
      return unreachable(wish);
  }
}

/** @param {string} type @param {string} told @param {string} said @param {number} weight @returns {Flaw} */
function flaw(type, told, said, weight) {
  const traceback = `${type}: ${told}`;
  return { error: { type, message: said, line: null, traceback, told: traceback }, weight };
}
