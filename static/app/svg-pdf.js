// @ts-check
/**
 * A figure as PDF, shape for shape: it is made of the SVG that is shown, or that an interactive figure gives of itself, so it is the same
 * picture, and nothing that a program wrote gets into the file but numbers, colours, pixels and words. (matplotlib has a PDF writer of its
 * own: it would take another run of the program, which may draw something else, and its bytes could hold whatever the program wants.
 * Libraries that write a PDF of an SVG want it as elements of a document, and this page makes none of what a program wrote.)
 * Reads what `isPlainSvg` or `isHarmlessSvg` of picture.js lets pass; what matplotlib, plotly and vega never draw is refused.
 *
 * @import {FigureFace} from "../shared/protocol.js"
 * @import {Pdf, Pixels} from "./pdf.js"
 * @import {Attributes, Look} from "./svg-look.js"
 * @import {Matrix, Outline} from "./svg-path.js"
 * @import {Element} from "./svg-tree.js"
 *
 * @typedef {object} Options
 * @property {number | null} width in inches, null for its own
 * @property {string} title
 * @property {(png: Blob) => Promise<Pixels>} decode
 * @property {FigureFace[]} [faces] what its words are written in, where they are no shapes
 * @property {(colour: string) => string} [rewrite] a colour's name, or whatever else a style sheet takes, as numbers
 */

import { createPdf, number, numbers } from "./pdf.js";
import { amount, colourOf, lookOf, NotDrawable, PLAIN, property } from "./svg-look.js";
import { inverse, matrixOf, outlineOf } from "./svg-path.js";
import { readSvg } from "./svg-tree.js";
import { runsOf } from "./svg-words.js";
import { chooserOf } from "./typeface.js";

/** An inch. */
const POINTS = 72;
/** Characters of all operators: symbols are written out wherever they are used. */
const MOST_CONTENT = 64_000_000;
/** Units in which matplotlib draws its letters, whatever their size. */
const LETTER_SIZE = 100;
const CAPS = ["butt", "round", "square"];
const JOINS = ["miter", "round", "bevel"];
/** Drawn where something refers to them, or not at all. */
const ASIDE = new Set([
  ...["#comment", "#text", "defs", "metadata", "style", "title", "desc"],
  ...["clipPath", "pattern", "linearGradient", "radialGradient"],
]);

/** @param {string} svg @param {Options} options @returns {Promise<Blob>} */
export async function svgToPdf(svg, { width, title, decode, faces = [], rewrite = (colour) => colour }) {
  const root = readSvg(svg);
  const { left, top, across, down } = frameOf(root);
  if (!(across > 0 && down > 0)) throw new NotDrawable("a picture without a size");
  const scale = width === null ? 1 : (width * POINTS) / across;
  const height = down * scale;
  /** From the picture's units, whose second axis points down, to the page's. @type {Matrix} */
  const base = [scale, 0, 0, -scale, -left * scale, height + top * scale];
  const pdf = createPdf();
  const painter = createPainter(pdf, root, base, { decode, rewrite, choose: chooserOf(faces) });
  const look = lookOf(root.attributes, PLAIN);
  for (const child of root.children) await painter.draw(child, look);
  return pdf.finish(`q ${numbers(base)} cm\n${painter.content()}Q\n`, across * scale, height, title);
}

/**
 * The page with one picture on it.
 * @param {Pixels} pixels @param {{width: number, title: string}} about `width` in inches
 */
export async function pixelsToPdf(pixels, { width, title }) {
  const pdf = createPdf();
  const [across, down] = [width * POINTS, (width * POINTS * pixels.height) / pixels.width];
  return pdf.finish(
    `q ${numbers([across, 0, 0, down, 0, 0])} cm ${await pdf.image(pixels)} Do Q\n`,
    across,
    down,
    title,
  );
}

/** @param {Element} svg */
function frameOf({ attributes }) {
  const box = attributes
    .get("viewBox")
    ?.split(/[\s,]+/)
    .map(Number);
  const [left = 0, top = 0, across = 0, down = 0] = box ?? [
    0,
    0,
    amount(attributes, "width"),
    amount(attributes, "height"),
  ];
  return { left, top, across, down };
}

/**
 * @param {Pdf} pdf @param {Element} root @param {Matrix} base
 * @param {Required<Pick<Options, "decode" | "rewrite">> & {choose: import("./typeface.js").Choose}} means
 */
function createPainter(pdf, root, base, { decode, rewrite, choose }) {
  /** @type {Map<string, Element>} */
  const known = new Map();
  const hasSheet = collect(root, known);
  /** @type {string[]} */
  let out = [];
  let length = 0;
  /** @type {Map<string, string>} */
  const hatches = new Map();

  /** @param {string} operators */
  function put(operators) {
    length += operators.length;
    if (length > MOST_CONTENT) throw new NotDrawable("too many shapes");
    out.push(operators);
  }

  /** @param {Attributes} attributes @param {Look} inherited */
  function look(attributes, inherited) {
    // matplotlib's own sheet says these two of every element, so none is inherited.
    return lookOf(attributes, hasSheet ? { ...inherited, cap: "butt", join: "round" } : inherited);
  }

  /** @param {string} reference such as `#name` or `url(#name)` @param {string[]} tags */
  function named(reference, ...tags) {
    const found = known.get(/^(?:url\(["']?)?#([\w.-]+)["']?\)?$/.exec(reference.trim())?.[1] ?? "");
    if (!found || !tags.includes(found.tag)) throw new NotDrawable(`a reference to no ${tags.join(", ")}`);
    return found;
  }

  /** @param {Element} element @param {Look} inherited @returns {Promise<void>} */
  async function draw(element, inherited) {
    const { tag, attributes, children } = element;
    if (ASIDE.has(tag) || property(attributes, "display") === "none") return;
    const its = look(attributes, inherited);
    put("q\n");
    const transform = property(attributes, "transform");
    if (transform && transform !== "none") put(`${numbers(matrixOf(transform))} cm\n`);
    const clip = property(attributes, "clip-path");
    if (clip && clip !== "none") clipTo(named(clip, "clipPath"));
    if (tag === "g" || tag === "svg") {
      if (tag === "svg") enter(attributes);
      const words = children.find((child) => child.tag === "#comment")?.words;
      for (const child of children) {
        await draw(child, its);
        // matplotlib's letters follow the comment that says what they are, in a group of their own.
        if (words && child.tag === "g" && /^text_\d+$/.test(attributes.get("id") ?? "")) writeUnseen(words, child);
      }
    } else if (tag === "use") {
      const shape = named(attributes.get("xlink:href") ?? attributes.get("href") ?? "", "path");
      put(`1 0 0 1 ${numbers([amount(attributes, "x"), amount(attributes, "y")])} cm\n`);
      await draw(shape, its);
    } else if (!its.isVisible) {
      // It keeps its place in the order of clips and groups, and leaves no mark.
    } else if (tag === "image") await drawImage(attributes, its);
    else if (tag === "text") write(element, its);
    else await drawShape(element, its);
    put("Q\n");
  }

  /** A picture in the picture shows what is within its frame. @param {Attributes} attributes */
  function enter(attributes) {
    const [x, y] = [amount(attributes, "x"), amount(attributes, "y")];
    const [width, height] = [amount(attributes, "width"), amount(attributes, "height")];
    put(`1 0 0 1 ${numbers([x, y])} cm\n`);
    if (!(width > 0 && height > 0)) return;
    if (property(attributes, "overflow") !== "visible") put(`0 0 ${numbers([width, height])} re W n\n`);
    if (attributes.has("viewBox")) {
      const [left = 0, top = 0, across = 0, down = 0] = (attributes.get("viewBox") ?? "").split(/[\s,]+/).map(Number);
      if (!(across > 0 && down > 0)) throw new NotDrawable("a picture without a size");
      const scale = Math.min(width / across, height / down);
      put(`${numbers([scale, 0, 0, scale, -left * scale, -top * scale])} cm\n`);
    }
  }

  /** @param {string} words @param {Element} group */
  function writeUnseen(words, group) {
    const transform = group.attributes.get("transform");
    if (!transform) return;
    put(`q ${numbers(matrixOf(transform))} cm\n${pdf.words(words.slice(0, 500), LETTER_SIZE)}Q\n`);
  }

  /** @param {Element} element @param {Look} its */
  function write(element, its) {
    for (const { x, y, letters, chosen, look: own } of runsOf(element, its, choose)) {
      const { fills, strokes, colours } = paintOf(own);
      if (!fills && !strokes) continue;
      if (own.fill.startsWith("url(")) throw new NotDrawable("words in a pattern");
      const mode = fills && strokes ? 2 : fills ? 0 : 1;
      const shown = pdf.letters(letters, chosen.font, own.size);
      put(`q ${colours}\nBT ${mode} Tr 1 0 0 -1 ${numbers([x, y])} Tm ${shown} ET\nQ\n`);
    }
  }

  /** @param {Element} clip */
  function clipTo(clip) {
    const shapes = clip.children.filter(({ tag }) => !ASIDE.has(tag));
    if (shapes.length === 0) return put("0 0 0 0 re W n\n");
    if (clip.attributes.has("transform") || property(clip.attributes, "clip-path"))
      throw new NotDrawable("a clip of a clip");
    const moved = shapes.filter(({ attributes }) => attributes.has("transform"));
    if (moved.length === 0) return put(`${shapes.map((shape) => outlineOf(shape).path).join("")}W n\n`);
    // A path cannot hold a change of the axes: they change before it, and back again behind it.
    const matrix = matrixOf(moved[0]?.attributes.get("transform") ?? "");
    const back = inverse(matrix);
    if (shapes.length > 1 || !back || !shapes[0]) throw new NotDrawable("a clip of several shapes");
    put(`${numbers(matrix)} cm\n${outlineOf(shapes[0]).path}W n\n${numbers(back)} cm\n`);
  }

  /** What a shape is painted with, as operators before it. @param {Look} its */
  function paintOf(its) {
    const none = { rgb: [0, 0, 0], alpha: 0 };
    const isPattern = its.fill.startsWith("url(");
    const inside = its.fill === "none" ? none : isPattern ? { ...none, alpha: 1 } : colourOf(its.fill, rewrite);
    const line = its.stroke === "none" ? none : colourOf(its.stroke, rewrite);
    const fill = inside.alpha * its.fillOpacity * its.opacity;
    const stroke = line.alpha * its.strokeOpacity * its.opacity;
    const fills = fill > 0;
    const strokes = stroke > 0 && its.width > 0;
    const parts = [];
    const [through, throughLine] = [fills ? fill : 1, strokes ? stroke : 1];
    if (through < 1 || throughLine < 1) parts.push(`${pdf.opacity(through, throughLine)} gs`);
    if (fills && !isPattern) parts.push(`${numbers(inside.rgb)} rg`);
    if (strokes) parts.push(`${numbers(line.rgb)} RG ${penOf(its)}`);
    return { fills, strokes, colours: parts.join(" ") };
  }

  /** @param {Element} element @param {Look} its */
  async function drawShape(element, its) {
    const outline = outlineOf(element);
    // A line has no inside; some viewers would fill it with a hair.
    const { fills, strokes, colours } = paintOf(element.tag === "line" ? { ...its, fill: "none" } : its);
    if ((!fills && !strokes) || outline.path === "") return;
    const even = its.rule === "evenodd" ? "*" : "";
    const reference = fills && its.fill.startsWith("url(") ? its.fill : null;
    const source = reference === null ? null : named(reference, "pattern", "linearGradient");
    if (source?.tag === "linearGradient") {
      put(`q ${colours}\n${outline.path}W${even} n\n${shade(source, outline)}Q\n`);
      if (strokes) put(`${colours}\n${outline.path}S\n`);
      return;
    }
    const pattern = reference ? ` /Pattern cs ${await hatch(reference)} scn` : "";
    put(`${colours}${pattern}\n${outline.path}${fills && strokes ? `B${even}` : fills ? `f${even}` : "S"}\n`);
  }

  /** @param {Element} gradient @param {Outline} outline what is filled with it */
  function shade({ attributes, children }, { box: [left, top, right, bottom] }) {
    const stops = children
      .filter(({ tag }) => tag === "stop")
      .map((stop) => {
        const { rgb, alpha } = colourOf(property(stop.attributes, "stop-color") ?? "#000000", rewrite);
        const opacity = Number.parseFloat(property(stop.attributes, "stop-opacity") ?? "1");
        if (alpha * opacity < 1) throw new NotDrawable("colours that pass into nothing");
        return { place: share(stop.attributes.get("offset"), 0), rgb: numbers(rgb) };
      });
    const [first, last] = [stops[0], stops.at(-1)];
    if (!first || !last) return "";
    const line = /** @type {[number, number, number, number]} */ (
      [
        ["x1", 0],
        ["y1", 0],
        ["x2", 1],
        ["y2", 0],
      ].map(([name, otherwise]) => share(attributes.get(String(name)), Number(otherwise)))
    );
    const isOwn = attributes.get("gradientUnits") === "userSpaceOnUse";
    const fitted = isOwn ? "" : `${numbers([right - left, 0, 0, bottom - top, left, top])} cm\n`;
    const turned = attributes.get("gradientTransform");
    const moved = turned ? `${numbers(matrixOf(turned))} cm\n` : "";
    const whole = [
      { ...first, place: 0 },
      ...stops.filter(({ place }) => place > 0 && place < 1),
      { ...last, place: 1 },
    ];
    return `${fitted}${moved}${pdf.shading(line, whole)} sh\n`;
  }

  /** @param {string} reference */
  async function hatch(reference) {
    const done = hatches.get(reference);
    if (done) return done;
    const pattern = named(reference, "pattern");
    const before = out;
    out = [];
    for (const child of pattern.children)
      if (!ASIDE.has(child.tag)) await drawShape(child, look(child.attributes, PLAIN));
    const content = out.join("");
    out = before;
    const made = await pdf.pattern(
      content,
      amount(pattern.attributes, "width"),
      amount(pattern.attributes, "height"),
      base,
    );
    hatches.set(reference, made);
    return made;
  }

  /** @param {Attributes} attributes @param {Look} its */
  async function drawImage(attributes, { opacity }) {
    const address = attributes.get("xlink:href") ?? attributes.get("href") ?? "";
    const text = atob(address.slice(address.indexOf(",") + 1).replace(/\s/g, ""));
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    const image = await pdf.image(await decode(new Blob([bytes], { type: "image/png" })));
    const [x, y] = [amount(attributes, "x"), amount(attributes, "y")];
    const [width, height] = [amount(attributes, "width"), amount(attributes, "height")];
    const through = opacity < 1 ? `${pdf.opacity(opacity, 1)} gs ` : "";
    put(`${through}${numbers([width, 0, 0, -height, x, y + height])} cm ${image} Do\n`);
  }

  return { draw, content: () => out.join("") };
}

/** @param {Element} element @param {Map<string, Element>} known @returns {boolean} whether there is a style sheet */
function collect(element, known) {
  const id = element.attributes.get("id");
  if (id) known.set(id, element);
  let hasSheet = element.tag === "style";
  for (const child of element.children) hasSheet = collect(child, known) || hasSheet;
  return hasSheet;
}

/** A part of a whole, from 0 to 1. @param {string | undefined} text @param {number} otherwise */
function share(text, otherwise) {
  const value = Number.parseFloat(text ?? "");
  if (!Number.isFinite(value)) return otherwise;
  return text?.trim().endsWith("%") ? value / 100 : value;
}

/** How a line is drawn. @param {Look} look */
function penOf({ width, dash, offset, cap, join, limit }) {
  const lengths =
    dash === "none"
      ? []
      : dash
          .split(/[\s,]+/)
          .filter(Boolean)
          .map(Number.parseFloat);
  // A pattern of nothing is a whole line, and an error in a PDF.
  const dashes = lengths.some((length) => length > 0) ? lengths : [];
  return (
    `${number(width)} w ${Math.max(0, CAPS.indexOf(cap))} J ${Math.max(0, JOINS.indexOf(join))} j ` +
    `${number(Math.max(1, limit))} M [${numbers(dashes)}] ${number(offset)} d`
  );
}
