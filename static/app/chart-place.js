// @ts-check
/**
 * Where in a program the lines of a chart's settings go: before the line that shows the figure, and before anything is drawn. Pure.
 *
 * @import {Control} from "./chart-settings.js"
 */

import { topStatements } from "./statements.js";

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
export function placeOf(program, library, suptitle) {
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

/** @param {string} bare @param {Place} place */
export function blockLines(bare, place) {
  const last = topStatements(bare).at(-1);
  return { first: place.at, last: place.rewritten === null ? place.at - 1 : (last?.last ?? place.at) };
}

/** Behind the imports, and behind what sets another style. @param {string} bare @returns {number} a line */
export function topOf(bare) {
  const statements = topStatements(bare);
  const style = statements.findLast(({ text }) => /^(?:sns\.set\w*\(|plt\.style\.use\(|plt\.rcdefaults\()/.test(text));
  if (style) return style.last + 1;
  const isHead = (/** @type {string} */ text) => /^(?:import|from)\s|^["']/.test(text);
  const end = statements.findIndex(({ text }) => !isHead(text));
  const head = end < 0 ? statements.at(-1) : statements[end - 1];
  return head ? head.last + 1 : 0;
}
