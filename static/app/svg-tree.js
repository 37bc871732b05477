// @ts-check
/**
 * Reads an SVG that picture.js has let pass into a tree of plain objects: for what is made of its text. No document is made of it, so
 * nothing in it can happen. Pure.
 *
 * @typedef {{tag: string, attributes: Map<string, string>, children: Element[], words: string}} Element a comment has the tag
 *   `#comment` and words, what is written `#text` and words
 */

import { ATTRIBUTE, TOKEN } from "./picture.js";

/** @param {string} text @returns {Element} the svg element */
export function readSvg(text) {
  const document = element("#document");
  /** @type {Element[]} */
  const open = [document];
  for (const [token, closing, tag, attributes = "", selfClosing, words] of text.matchAll(TOKEN)) {
    const parent = open.at(-1) ?? document;
    if (words !== undefined && (parent.tag === "text" || parent.tag === "tspan"))
      parent.children.push({ ...element("#text"), words: plain(words) });
    if (token.startsWith("<!--"))
      parent.children.push({ ...element("#comment"), words: plain(token.slice(4, -3).trim()) });
    if (tag === undefined) continue;
    if (closing) {
      open.pop();
      continue;
    }
    const made = element(tag);
    for (const [, name = "", value = ""] of attributes.matchAll(ATTRIBUTE)) made.attributes.set(name, plain(value));
    parent.children.push(made);
    if (!selfClosing) open.push(made);
  }
  const root = document.children.find(({ tag }) => tag === "svg");
  if (!root) throw new Error("the picture is no SVG");
  return root;
}

/** @param {string} tag @returns {Element} */
function element(tag) {
  return { tag, attributes: new Map(), children: [], words: "" };
}

const SIGNS = new Map(Object.entries({ lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" }));
const LAST = 0x10ffff;

/** @param {string} text */
function plain(text) {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|(lt|gt|quot|apos|amp));/gi, (whole, hex, decimal, sign) => {
    if (sign) return SIGNS.get(sign) ?? whole;
    const point = hex ? Number.parseInt(hex, 16) : Number(decimal);
    return point <= LAST ? String.fromCodePoint(point) : whole;
  });
}
