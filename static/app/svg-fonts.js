// @ts-check
/**
 * Puts into an SVG the fonts that its words are written in, of each face the letters that are there, so that it looks the same wherever
 * it is opened. The SVG is a hostile figure's, checked by `isHarmlessSvg` of picture.js; what is added is the page's own. Pure.
 *
 * @import {FigureFace} from "../shared/protocol.js"
 */

import { readSvg } from "./svg-tree.js";
import { wordsOf } from "./svg-words.js";
import { readFont } from "./truetype.js";
import { chooserOf } from "./typeface.js";

/** @param {string} svg @param {FigureFace[]} faces */
export function withFonts(svg, faces) {
  const choose = chooserOf(faces);
  /** @type {Map<FigureFace, Set<string>>} */
  const used = new Map();
  for (const { text, look } of wordsOf(readSvg(svg))) {
    for (const letter of text) {
      const face = choose(letter, look)?.face;
      if (!face) continue;
      const letters = used.get(face) ?? new Set();
      used.set(face, letters.add(letter));
    }
  }
  const rules = [...used].map(([{ family, style, weight, bytes }, letters]) => {
    const address = `data:font/ttf;base64,${base64Of(readFont(bytes).subset(letters).file.buffer)}`;
    return `@font-face{font-family:"${family}";font-style:${style};font-weight:${weight};src:url(${address})}`;
  });
  return rules.length === 0 ? svg : svg.replace(/<svg[^>]*>/, (start) => `${start}<style>${rules.join("")}</style>`);
}

/** @param {ArrayBuffer} bytes */
export function base64Of(bytes) {
  const all = new Uint8Array(bytes);
  let text = "";
  // In pieces: a call takes only so many arguments.
  for (let at = 0; at < all.length; at += 0x8000) text += String.fromCharCode(...all.subarray(at, at + 0x8000));
  return btoa(text);
}
