// @ts-check
/**
 * In which forms a figure can be taken away, and how each is made: of the checked picture that is shown, or by the sealed frame that
 * draws an interactive one. What comes back from that frame is as hostile as the program: it is checked here, and never shown.
 *
 * @import {FigureFace, FigurePicture, InteractiveFigure, PngFigure, SvgFigure} from "../shared/protocol.js"
 *
 * @typedef {"png" | "svg" | "pdf" | "html"} Form
 * `width` in pixels, of the whole picture
 * @typedef {{width: number, perInch: number, transparent: boolean}} Wish
 * @typedef {object} TakeAway
 * @property {string} stem name of the files, without ending
 * @property {number} width how wide it is on the screen, in CSS pixels
 * @property {number | null} height null where only the frame knows
 * @property {Form[]} forms
 * @property {boolean} canBeTransparent
 * @property {boolean} isFine can be drawn at any size without becoming coarse
 * @property {boolean} mayHoldPixels where its other forms are of shapes
 * @property {(form: Form, wish: Wish) => Promise<Blob>} make
 */

import { t } from "./language.js";
import { isHarmlessSvg, isPlainPng } from "./picture.js";
import { pixelsOf, plainColour, toPng, withDensity, withoutPaper } from "./raster.js";

/** CSS pixels that the harness draws an inch as. */
export const SCREEN_PER_INCH = 100;
/** Pixels of a PNG for each of the screen's, unless somebody chooses. */
export const DENSITY = 2;

/** @param {number} width on the screen @returns {Wish} */
export function usualWish(width) {
  return { width: Math.round(width * DENSITY), perInch: SCREEN_PER_INCH * DENSITY, transparent: false };
}

/**
 * @param {SvgFigure | PngFigure} figure
 * @param {{svg: string | null, png: Blob | null, stem: string, title: string}} shown `svg` only if it was checked
 * @returns {TakeAway}
 */
export function takePicture({ width, height }, { svg, png, stem, title }) {
  /** @param {boolean} transparent */
  const text = (transparent) => (transparent ? withoutPaper(svg ?? "") : (svg ?? ""));
  return {
    stem,
    width,
    height,
    forms: svg === null ? ["png"] : ["png", "svg", "pdf"],
    canBeTransparent: svg !== null,
    isFine: svg !== null,
    mayHoldPixels: false,
    async make(form, wish) {
      if (form === "svg") return new Blob([text(wish.transparent)], { type: "image/svg+xml" });
      if (form === "pdf") {
        const { svgToPdf } = await import("./svg-pdf.js");
        return svgToPdf(text(wish.transparent), { width: wish.width / wish.perInch, title, decode: pixelsOf });
      }
      const picture = svg === null ? png : new Blob([text(wish.transparent)], { type: "image/svg+xml" });
      if (!picture) throw new Error(t("figure.no_picture"));
      return toPng(picture, { width: wish.width, height: (wish.width * height) / width, perInch: wish.perInch });
    },
  };
}

/**
 * @param {InteractiveFigure} figure
 * @param {{picture(wanted: FigurePicture): Promise<Blob>, width: () => number, faces: FigureFace[]}} drawn
 * @param {{stem: string, title: string, file?: (() => Promise<Blob>) | undefined}} names `file` makes the figure that stays interactive
 * @returns {TakeAway}
 */
export function takeLive(figure, drawn, { stem, title, file }) {
  return {
    stem,
    get width() {
      return drawn.width();
    },
    height: null,
    forms: file ? ["png", "svg", "pdf", "html"] : ["png", "svg", "pdf"],
    canBeTransparent: true,
    isFine: true,
    mayHoldPixels: true,
    async make(form, wish) {
      if (form === "html" && file) return file();
      if (form === "html") throw new Error(`a ${figure.kind} figure makes no ${form} here`);
      if (form === "pdf") return pdfOf(drawn, wish, title);
      if (form === "png") return withDensity(await pngOf(drawn, wish), wish.perInch);
      const { withFonts } = await import("./svg-fonts.js");
      return new Blob([withFonts(await svgOf(drawn, wish), drawn.faces)], { type: "image/svg+xml" });
    },
  };
}

/** @typedef {Parameters<typeof takeLive>[1]} Drawn */

/** @param {Drawn} drawn @param {Wish} wish */
async function svgOf(drawn, { transparent }) {
  const blob = await drawn.picture({ form: "svg", width: null, transparent });
  const svg = await blob.text();
  if (!isHarmlessSvg(svg)) throw new Error(t("figure.svg_unsafe"));
  return svg;
}

/** @param {Drawn} drawn @param {Wish} wish */
async function pngOf(drawn, { width, transparent }) {
  const blob = await drawn.picture({ form: "png", width, transparent });
  if (!isPlainPng(new Uint8Array(await blob.slice(0, 64).arrayBuffer()))) throw new Error(t("figure.too_large"));
  return blob;
}

/** Of shapes and letters; of pixels if there is something that a PDF has no shapes for, or a letter that no font here has. @param {Drawn} drawn @param {Wish} wish @param {string} title */
async function pdfOf(drawn, wish, title) {
  const [{ pixelsToPdf, svgToPdf }, { NotDrawable }] = await Promise.all([
    import("./svg-pdf.js"),
    import("./svg-look.js"),
  ]);
  const about = { width: wish.width / wish.perInch, title };
  try {
    const means = { decode: pixelsOf, faces: drawn.faces, rewrite: plainColour };
    return await svgToPdf(await svgOf(drawn, wish), { ...about, ...means });
  } catch (error) {
    if (!(error instanceof NotDrawable)) throw error;
    return pixelsToPdf(await pixelsOf(await pngOf(drawn, wish)), about);
  }
}
