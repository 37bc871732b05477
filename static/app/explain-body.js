// @ts-check
/**
 * What leaves the tab when something is to be explained. Pure: what is sent is made here, and shown under the seal as it is.
 *
 * Of a figure go kinds, scales, counts and words, never a value that stands on it. Its words may be cells (a name in a legend, a title
 * that the program made of the data), so only those go that the server has been told before: texts of the program, names and kinds
 * of the profile.
 *
 * @import {AxesFacts, Figure} from "../shared/protocol.js"
 * @import {Column, Explain, Facts, Privacy, Profile} from "./wire.js"
 *
 * @typedef {object} Unclear
 * @property {Figure | null} figure
 * @property {string} selection a part of the program; "" is all of it
 * @property {string} program
 * @property {Profile | null} profile what of the tables may be told now
 * @property {Privacy} privacy
 * @property {string | null} model
 */

import { pythonWords } from "./python-words.js";

const MOST_SERIES = 30;
/** What plotting libraries say of themselves. */
const OWN_WORDS = new Set([
  "count",
  "Count",
  "Count of Records",
  "Frequency",
  "Density",
  "Proportion",
  "Percent",
  "share",
]);
const WORKED = /^(?:sum|mean|average|median|min|max|count|distinct|valid|stdev) of /i;

/** @param {Unclear} unclear @returns {Explain} */
export function explainBody({ figure, selection, program, profile, privacy, model }) {
  return {
    ...(figure ? { facts: tellFacts(figure, { program, profile, privacy }) } : selection && { selection }),
    ...(profile && { profile }),
    ...(model !== null && { model }),
  };
}

/**
 * @param {Figure} figure
 * @param {Pick<Unclear, "program" | "profile" | "privacy">} told
 * @returns {Facts}
 */
function tellFacts({ kind, facts }, { program, profile, privacy }) {
  const known = knownWords(program, profile);
  const isKnown = (/** @type {string | undefined} */ words) =>
    words !== undefined &&
    words !== "" &&
    (known.has(plain(words)) || OWN_WORDS.has(words) || known.has(plain(words.replace(WORKED, ""))));
  const { library, title, points } = facts;
  const series = (facts.series ?? []).filter(isKnown).slice(0, MOST_SERIES);
  const tellsCounts = privacy !== "names";
  return {
    ...(library && { library }),
    kind: facts.kind || kind,
    ...(title !== undefined && isKnown(title) && { title }),
    ...(points !== undefined && tellsCounts && { points }),
    ...(series.length > 0 && { series }),
    ...(facts.axes?.length && { panels: facts.axes.slice(0, 24).map((axes) => tellPanel(axes, isKnown)) }),
  };
}

/** @param {AxesFacts} axes @param {(words: string | undefined) => boolean} isKnown */
function tellPanel({ title, xLabel, yLabel, xScale, yScale, kinds }, isKnown) {
  return {
    ...(title !== undefined && isKnown(title) && { title }),
    ...(xLabel !== undefined && isKnown(xLabel) && { xLabel }),
    ...(yLabel !== undefined && isKnown(yLabel) && { yLabel }),
    ...(xScale && { xScale }),
    ...(yScale && { yScale }),
    ...(kinds?.length && { kinds: kinds.slice(0, MOST_SERIES) }),
  };
}

/** @param {string} program @param {Profile | null} profile @returns {Set<string>} */
function knownWords(program, profile) {
  const texts = pythonWords(program)
    .filter(({ kind }) => kind === "string")
    .map(({ start, end }) => program.slice(start, end).replace(/^\w*(?:"""|'''|"|')|(?:"""|'''|"|')$/g, ""))
    // What a program puts together out of data is more than its text.
    .map((text) => text.replaceAll("\\n", " "));
  const columns = (profile?.tables ?? []).flatMap((table) => table.columns);
  const names = columns.flatMap((/** @type {Column} */ { name, top }) => [name, ...(top ?? [])]);
  return new Set([...texts, ...names].map(plain));
}

/** @param {string} text */
function plain(text) {
  return text.replace(/\s+/g, " ").trim();
}
