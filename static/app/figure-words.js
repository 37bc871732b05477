// @ts-check
/**
 * The words that can be read on a figure, and names within a text: what asked.js and asked-form.js hold a question against. Pure.
 *
 * @import {DrawnTable, Figure, TableFigure} from "../shared/protocol.js"
 */

/** Shorter names are words of a language too easily. */
const SHORTEST = 3;

/** Those names that the text has as words of their own, as they stand in it. @param {string} text @param {string[]} names */
export function within(text, names) {
  const folded = text.toLowerCase();
  const there = [...new Set(names)].filter((name) => {
    const literal = literally(name.toLowerCase());
    return name.length >= SHORTEST && new RegExp(`(?<![\\p{L}\\p{N}_])${literal}(?![\\p{L}\\p{N}_])`, "u").test(folded);
  });
  // “York” of “New York” is not named by itself.
  const lone = there.filter((name) => !there.some((other) => other !== name && plain(other).includes(plain(name))));
  return lone.map((name) => {
    const at = folded.indexOf(name.toLowerCase());
    return text.slice(at, at + name.length);
  });
}

/** What matches the text itself, as part of a pattern. @param {string} text */
export function literally(text) {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** All that can be read on a figure. @param {Exclude<Figure, TableFigure>} figure */
export function wordsOf({ facts, tables }) {
  const axes = facts.axes ?? [];
  return [
    facts.title ?? "",
    ...(facts.series ?? []),
    ...axes.flatMap(({ title, xLabel, yLabel, series }) => [
      title ?? "",
      xLabel ?? "",
      yLabel ?? "",
      ...(series ?? []),
    ]),
    ...tables.flatMap(({ title, columns, rows }) => [title, ...columns, ...rows.flat()]),
  ];
}

/** All that stands on a figure is known. @param {DrawnTable[]} tables */
export function isWhole(tables) {
  return tables.length > 0 && tables.every(({ rows, totalRows }) => rows.length === totalRows);
}

/** A name as a person may write it. @param {string} text */
export function plain(text) {
  return text
    .toLowerCase()
    .replace(/[_\s]+/g, " ")
    .trim();
}
