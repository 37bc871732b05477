// @ts-check
/**
 * Which of a figure's faces draws a letter, as a browser chooses: the first family that has it, and of that the face for its weight and
 * its slant. Pure.
 *
 * @import {FigureFace} from "../shared/protocol.js"
 * @import {Font} from "./truetype.js"
 *
 * @typedef {{face: FigureFace, font: Font}} Chosen
 * @typedef {(letter: string, look: {weight: number, isItalic: boolean}) => Chosen | null} Choose null if none has it
 */

import { readFont } from "./truetype.js";

/** @param {FigureFace[]} faces in the order in which a letter is looked for @returns {Choose} */
export function chooserOf(faces) {
  const all = faces.map((face) => ({ face, font: readFont(face.bytes) }));
  const families = [...new Set(faces.map(({ family }) => family))].map((family) =>
    all.filter(({ face }) => face.family === family),
  );
  return (letter, { weight, isItalic }) => {
    for (const family of families) {
      const slanted = family.filter(({ face }) => face.style === "italic");
      const fitting = isItalic && slanted.length > 0 ? slanted : family.filter(({ face }) => face.style !== "italic");
      const found = fitting.find(({ face }) => weight <= Number(face.weight.split(" ").at(-1))) ?? fitting.at(-1);
      if (found?.font.has(letter)) return found;
    }
    return null;
  };
}
