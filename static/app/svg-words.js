// @ts-check
/**
 * What is written in an SVG, and where each piece of it stands (SVG 2, section 11, as far as plotly and vega go: lines that begin at a
 * place, move, and are anchored there). Pure.
 *
 * @import {Attributes, Look} from "./svg-look.js"
 * @import {Element} from "./svg-tree.js"
 * @import {Choose, Chosen} from "./typeface.js"
 *
 * @typedef {{x: number, y: number, letters: string[], chosen: Chosen, look: Look}} Run letters of one face, from a place on
 */

import { lengthOf, lookOf, NotDrawable, PLAIN } from "./svg-look.js";

/** Letters that leave no mark and take no room (Unicode calls them default ignorable). */
const UNSEEN = /^\p{Default_Ignorable_Code_Point}$/u;

/** @param {Element} root @param {Look} [inherited] @returns {Generator<{text: string, look: Look}>} everything that is written */
export function* wordsOf(root, inherited = PLAIN) {
  if (root.tag === "#text") yield { text: root.words.normalize("NFC"), look: inherited };
  const look = lookOf(root.attributes, inherited);
  for (const child of root.children) yield* wordsOf(child, look);
}

/**
 * @param {Element} element a `text`
 * @param {Look} look its own
 * @param {Choose} choose
 * @returns {Run[]}
 */
export function runsOf(element, look, choose) {
  /** What begins at a place of its own and is anchored there as one. @type {{runs: Run[], width: number, anchor: string}[]} */
  const chunks = [];
  let [x, y] = [0, 0];
  let isBlank = true;

  /** @param {Attributes} attributes @param {Look} its @param {boolean} isFirst */
  function moveTo(attributes, its, isFirst) {
    const place = (/** @type {string} */ name, /** @type {number} */ otherwise) =>
      attributes.has(name) ? lengthOf(attributes.get(name)?.split(/[\s,]+/)[0], its.size) : otherwise;
    if (isFirst || attributes.has("x") || attributes.has("y")) {
      chunks.push({ runs: [], width: 0, anchor: its.anchor });
      [x, y] = [place("x", x), place("y", y)];
      isBlank = true;
    }
    x += place("dx", 0);
    y += place("dy", 0);
  }

  /** @param {string} words @param {Look} its */
  function write(words, its) {
    const chunk = chunks.at(-1);
    if (!chunk) return;
    const text = its.keepsBlanks ? words.replace(/[\n\t\r]/g, " ") : words.replace(/[ \n\t\r]+/g, " ");
    for (const letter of text.normalize("NFC")) {
      if (UNSEEN.test(letter) || (letter === " " && isBlank && !its.keepsBlanks)) continue;
      isBlank = letter === " ";
      const chosen = choose(letter, its);
      if (!chosen) throw new NotDrawable(`the letter ${letter}`);
      const last = chunk.runs.at(-1);
      if (last?.chosen === chosen && last.look === its && last.y === y) last.letters.push(letter);
      else chunk.runs.push({ x, y, letters: [letter], chosen, look: its });
      const width = chosen.font.widthOf(letter) * its.size;
      x += width;
      chunk.width += width;
    }
  }

  /** @param {Element} part @param {Look} its @param {boolean} isFirst */
  function walk(part, its, isFirst) {
    moveTo(part.attributes, its, isFirst);
    for (const child of part.children) {
      if (child.tag === "#text") write(child.words, its);
      else if (child.tag === "tspan") walk(child, lookOf(child.attributes, its), false);
    }
  }

  walk(element, look, true);
  return chunks.flatMap(({ runs, width, anchor }) => {
    const back = anchor === "middle" ? width / 2 : anchor === "end" ? width : 0;
    return runs.map((run) => ({ ...run, x: run.x - back }));
  });
}
