// @ts-check
/**
 * Pictures as PNG of a chosen size, and what is told of their size: the pixels an inch, which a browser does not write. Which picture,
 * and where it goes, is save-dialog.js's.
 *
 * @import {Pixels} from "./pdf.js"
 */

import { t } from "./language.js";

/** More than most browsers draw at once, and enough for a poster. */
export const MOST_PIXELS = 64_000_000;
const METRES_AN_INCH = 0.0254;
/** Bytes before the first part that may follow a PNG's head: its mark and the head itself. */
const HEAD = 33;

/**
 * @param {Blob} picture an SVG or a PNG
 * @param {{width: number, height: number, perInch: number}} size in pixels
 * @returns {Promise<Blob>}
 */
export async function toPng(picture, { width, height, perInch }) {
  const url = URL.createObjectURL(picture);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width);
    canvas.height = Math.round(height);
    const context = canvas.getContext("2d");
    if (!context) throw new Error(t("figure.no_room"));
    context.imageSmoothingQuality = "high";
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    /** @type {Blob | null} */
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    if (!blob) throw new Error(t("figure.none_made"));
    return withDensity(blob, perInch);
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** Writes the pixels an inch into a PNG (its pHYs part, PNG 11.3.4.3). @param {Blob} png @param {number} perInch */
export async function withDensity(png, perInch) {
  const bytes = new Uint8Array(await png.arrayBuffer());
  const part = new Uint8Array(21);
  const view = new DataView(part.buffer);
  const perMetre = Math.round(perInch / METRES_AN_INCH);
  view.setUint32(0, 9);
  part.set([0x70, 0x48, 0x59, 0x73], 4);
  view.setUint32(8, perMetre);
  view.setUint32(12, perMetre);
  part[16] = 1;
  view.setUint32(17, checksum(part.subarray(4, 17)));
  return new Blob([bytes.subarray(0, HEAD), part, bytes.subarray(HEAD)], { type: "image/png" });
}

/** CRC-32, as PNG has it. @param {Uint8Array} bytes */
function checksum(bytes) {
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}

/** The pixels of a PNG, colours and how see-through they are apart. @param {Blob} png @returns {Promise<Pixels>} */
export async function pixelsOf(png) {
  const image = await createImageBitmap(png, { premultiplyAlpha: "none" });
  const { width, height } = image;
  const context = new OffscreenCanvas(width, height).getContext("2d");
  if (!context) throw new Error(t("figure.no_pixels"));
  context.drawImage(image, 0, 0);
  image.close();
  const { data } = context.getImageData(0, 0, width, height);
  const rgb = new Uint8Array(width * height * 3);
  const alpha = new Uint8Array(width * height);
  let isOpaque = true;
  for (let at = 0; at < alpha.length; at += 1) {
    rgb[at * 3] = data[at * 4] ?? 0;
    rgb[at * 3 + 1] = data[at * 4 + 1] ?? 0;
    rgb[at * 3 + 2] = data[at * 4 + 2] ?? 0;
    alpha[at] = data[at * 4 + 3] ?? 0;
    isOpaque &&= alpha[at] === 255;
  }
  return { width, height, rgb, alpha: isOpaque ? null : alpha };
}

/** A colour as the browser writes it, in numbers. What is none becomes black. @param {string} colour */
export function plainColour(colour) {
  const context = new OffscreenCanvas(1, 1).getContext("2d");
  if (!context) return colour;
  context.fillStyle = colour;
  return String(context.fillStyle);
}

/** matplotlib's paper: of the figure, and of each panel. */
const PAPER =
  /(<g id="(?:figure|axes)_\d+">\s*<g id="patch_\d+">\s*<path d="[^"]*" style="fill: )(#[0-9a-f]{6})(?=[";])/g;

/** A figure of matplotlib's without its paper. What has another colour than the paper was drawn by somebody. @param {string} svg */
export function withoutPaper(svg) {
  const paper = /<g id="figure_\d+">\s*<g id="patch_\d+">\s*<path d="[^"]*" style="fill: (#[0-9a-f]{6})/.exec(svg)?.[1];
  return paper === undefined
    ? svg
    : svg.replace(PAPER, (whole, before, colour) => (colour === paper ? `${before}none` : whole));
}
