// @ts-check
/**
 * What a question names and its chart lacks: kinds of a column ("North and South") and columns of numbers ("price and cost"). Pure.
 * Only what is certain is said: a claim that does not hold costs a call of the model, and a good chart may be taken for a bad one. So
 * it takes two names side by side, of which the chart shows one, and nothing in the question that limits or excludes. Names are told as
 * the question has them: it was sent already.
 *
 * @import {Figure, Profile, ProfileColumn} from "../shared/protocol.js"
 *
 * @typedef {{missing: string[], shown: string[]}} Missing
 */

import { isWhole, plain, within, wordsOf } from "./figure-words.js";

/** After one of these words a name may be there to be left out, or only to compare with. */
const LIMITS =
  /(?<!\p{L})(?:not?|never|without|except\w*|exclud\w*|other|others|than|but|instead|only|if|when|where|minus|remov\w*|drop\w*|ignor\w*|hid\w+|ohne|außer|nicht|nur|sans|sauf|sin|excepto)(?!\p{L})|\d/iu;
/** A program that takes columns without naming them. */
const UNNAMED = /\.columns|select_dtypes|\.corr\(|describe\(|\.iloc|pairplot|scatter_matrix|filter\(/;
const BESIDE = /^\s*(?:,|&|and|und|et|y|e)\s+(?:the\s+)?$/;

/**
 * @param {{question: string, program: string, figures: Figure[], profile: Profile | null}} run
 * @returns {Missing | null}
 */
export function missingFrom({ question, program, figures, profile }) {
  const charts = figures.filter((figure) => figure.kind !== "table");
  if (!profile || charts.length === 0 || charts.some(({ tables }) => !isWhole(tables)) || LIMITS.test(question))
    return null;
  const words = charts.flatMap(wordsOf).map(plain);
  const columns = profile.tables.flatMap((table) => table.columns);
  return missingKinds(question, words, columns) ?? missingColumns(question, program, words, columns);
}

/** @param {string} question @param {string[]} words @param {ProfileColumn[]} columns */
function missingKinds(question, words, columns) {
  const others = new Set(columns.map(({ name }) => plain(name)));
  const named = columns
    .filter(({ type, role }) => type === "text" && role !== "identifier")
    .map(({ top }) =>
      within(
        question,
        (top ?? []).filter((kind) => !others.has(plain(kind))),
      ),
    )
    .filter((kinds) => kinds.length > 0);
  const [kinds] = named;
  // Kinds of two columns: one of them limits what the other is drawn of.
  if (!kinds || named.length > 1 || kinds.length < 2) return null;
  const shown = kinds.filter((kind) => words.includes(plain(kind)));
  return found(shown, kinds, words);
}

/**
 * @param {string} question
 * @param {string} program
 * @param {string[]} words
 * @param {ProfileColumn[]} columns
 */
function missingColumns(question, program, words, columns) {
  if (UNNAMED.test(program)) return null;
  const numbers = columns.filter(({ type }) => type === "number" || type === "integer").map(({ name }) => name);
  const asked = plain(question);
  const named = within(asked, numbers.map(plain));
  const [one, other] = named;
  if (one === undefined || other === undefined || named.length > 2) return null;
  const [first, last] = asked.indexOf(one) < asked.indexOf(other) ? [one, other] : [other, one];
  const between = asked.slice(asked.indexOf(first) + first.length, asked.indexOf(last));
  if (!BESIDE.test(between)) return null;
  const text = plain(program);
  const shown = named.filter((name) => text.includes(name) && words.some((word) => word.includes(name)));
  return found(
    shown,
    named.filter((name) => shown.includes(name) || !text.includes(name)),
    words,
  );
}

/** @param {string[]} shown @param {string[]} named @param {string[]} words of the figures @returns {Missing | null} */
function found(shown, named, words) {
  const missing = named.filter((name) => !words.some((word) => word.includes(plain(name))));
  return shown.length > 0 && missing.length > 0 ? { missing, shown } : null;
}
