// @ts-check
/**
 * A picture of matplotlib's as PDF, shape for shape: it is made of the SVG that is shown, so it is the same picture, and nothing that a
 * program wrote gets into the file but numbers, colours, pixels and words. (matplotlib has a PDF writer of its own: it would take
 * another run of the program, which may draw something else, and its bytes could hold whatever the program wants.)
 * Reads what `isPlainSvg` of picture.js lets pass; what matplotlib never draws is refused.
 *
 * @import {Pdf, Pixels} from "./pdf.js"
 * @import {Element} from "./svg-tree.js"
 *
 * @typedef {[number, number, number, number, number, number]} Matrix
 * @typedef {{fill: string, stroke: string, width: number, dash: string, offset: number, cap: string, join: string, limit: number,
 *   fillOpacity: number, strokeOpacity: number, rule: string}} Look
 */

import { createPdf, number, numbers } from "./pdf.js";
import { readSvg } from "./svg-tree.js";

/** An inch. */
const POINTS = 72;
/** Characters of all operators: symbols are written out wherever they are used. */
const MOST_CONTENT = 64_000_000;
/** Units in which matplotlib draws its letters, whatever their size. */
const LETTER_SIZE = 100;

/** @type {Look} */
const PLAIN = {
  fill: "#000000",
  stroke: "none",
  width: 1,
  dash: "none",
  offset: 0,
  cap: "butt",
  join: "round",
  limit: 4,
  fillOpacity: 1,
  strokeOpacity: 1,
  rule: "nonzero",
};
const CAPS = ["butt", "round", "square"];
const JOINS = ["miter", "round", "bevel"];

export class NotDrawable extends Error {}

/**
 * @param {string} svg
 * @param {{width: number | null, title: string, decode: (png: Blob) => Promise<Pixels>}} options `width` in inches, null for its own
 * @returns {Promise<Blob>}
 */
export async function svgToPdf(svg, { width, title, decode }) {
  const root = readSvg(svg);
  const box =
    root.attributes
      .get("viewBox")
      ?.split(/[\s,]+/)
      .map(Number) ?? [];
  const [left = 0, top = 0, across = 0, down = 0] = box;
  if (!(across > 0 && down > 0)) throw new NotDrawable("a picture without a size");
  const scale = width === null ? 1 : (width * POINTS) / across;
  const height = down * scale;
  /** From the picture's units, whose second axis points down, to the page's. @type {Matrix} */
  const base = [scale, 0, 0, -scale, -left * scale, height + top * scale];
  const pdf = createPdf();
  const painter = createPainter(pdf, root, base, decode);
  for (const child of root.children) await painter.draw(child, PLAIN);
  return pdf.finish(`q ${numbers(base)} cm\n${painter.content()}Q\n`, across * scale, height, title);
}

/** @param {Pdf} pdf @param {Element} root @param {Matrix} base @param {(png: Blob) => Promise<Pixels>} decode */
function createPainter(pdf, root, base, decode) {
  /** @type {Map<string, Element>} */
  const known = new Map();
  collect(root, known);
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

  /** @param {string} reference such as `#name` or `url(#name)` @param {string} tag */
  function named(reference, tag) {
    const found = known.get(/^(?:url\()?#([\w.-]+)\)?$/.exec(reference.trim())?.[1] ?? "");
    if (found?.tag !== tag) throw new NotDrawable(`a reference to no ${tag}`);
    return found;
  }

  /** @param {Element} element @param {Look} inherited @returns {Promise<void>} */
  async function draw(element, inherited) {
    const { tag, attributes, children } = element;
    if (tag === "defs" || tag === "metadata" || tag === "style" || tag === "clipPath") return;
    const look = lookOf(attributes, inherited);
    put("q\n");
    const transform = attributes.get("transform");
    if (transform) put(`${numbers(matrixOf(transform))} cm\n`);
    const clip = property(attributes, "clip-path");
    if (clip && clip !== "none") clipTo(named(clip, "clipPath"));
    if (tag === "g" || tag === "svg") {
      const words = children.find((child) => child.tag === "#comment")?.words;
      for (const child of children) {
        if (child.tag === "#comment") continue;
        await draw(child, look);
        // Letters follow the comment that says what they are, in a group of their own.
        if (words && child.tag === "g" && /^text_\d+$/.test(attributes.get("id") ?? "")) write(words, child);
      }
    } else if (tag === "use") {
      const shape = named(attributes.get("xlink:href") ?? attributes.get("href") ?? "", "path");
      put(`1 0 0 1 ${numbers([amount(attributes, "x"), amount(attributes, "y")])} cm\n`);
      await draw(shape, look);
    } else if (tag === "image") await drawImage(attributes);
    else await drawShape(element, look);
    put("Q\n");
  }

  /** @param {string} words @param {Element} group */
  function write(words, group) {
    const transform = group.attributes.get("transform");
    if (!transform) return;
    put(`q ${numbers(matrixOf(transform))} cm\n${pdf.words(words.slice(0, 500), LETTER_SIZE)}Q\n`);
  }

  /** @param {Element} clip */
  function clipTo(clip) {
    const shapes = clip.children.filter(({ tag }) => tag !== "#comment");
    if (shapes.length !== 1 || !shapes[0]) throw new NotDrawable("a clip of several shapes");
    put(`${outlineOf(shapes[0])}W n\n`);
  }

  /** @param {Element} element @param {Look} look */
  async function drawShape(element, look) {
    const outline = outlineOf(element);
    const fills = look.fill !== "none" && look.fillOpacity > 0;
    const strokes = look.stroke !== "none" && look.strokeOpacity > 0 && look.width > 0;
    if (!fills && !strokes) return;
    const parts = [];
    if (look.fillOpacity < 1 || look.strokeOpacity < 1)
      parts.push(`${pdf.opacity(look.fillOpacity, look.strokeOpacity)} gs`);
    if (fills && look.fill.startsWith("url(")) parts.push(`/Pattern cs ${await hatch(look.fill)} scn`);
    else if (fills) parts.push(`${colour(look.fill)} rg`);
    if (strokes) parts.push(`${colour(look.stroke)} RG ${penOf(look)}`);
    const even = look.rule === "evenodd" ? "*" : "";
    put(`${parts.join(" ")}\n${outline}${fills && strokes ? `B${even}` : fills ? `f${even}` : "S"}\n`);
  }

  /** @param {string} reference */
  async function hatch(reference) {
    const done = hatches.get(reference);
    if (done) return done;
    const pattern = named(reference, "pattern");
    const before = out;
    out = [];
    for (const child of pattern.children)
      if (child.tag !== "#comment") await drawShape(child, lookOf(child.attributes, PLAIN));
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

  /** @param {Map<string, string>} attributes */
  async function drawImage(attributes) {
    const address = attributes.get("xlink:href") ?? attributes.get("href") ?? "";
    const text = atob(address.slice(address.indexOf(",") + 1).replace(/\s/g, ""));
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    const image = await pdf.image(await decode(new Blob([bytes], { type: "image/png" })));
    const [x, y] = [amount(attributes, "x"), amount(attributes, "y")];
    const [width, height] = [amount(attributes, "width"), amount(attributes, "height")];
    put(`${numbers([width, 0, 0, -height, x, y + height])} cm ${image} Do\n`);
  }

  return { draw, content: () => out.join("") };
}

/** @param {Element} element @param {Map<string, Element>} known */
function collect(element, known) {
  const id = element.attributes.get("id");
  if (id) known.set(id, element);
  for (const child of element.children) collect(child, known);
}

/** @param {Map<string, string>} attributes @param {string} name */
function property(attributes, name) {
  const style = attributes.get("style") ?? "";
  for (const declaration of style.split(";")) {
    const colon = declaration.indexOf(":");
    if (declaration.slice(0, colon).trim() === name) return declaration.slice(colon + 1).trim();
  }
  return attributes.get(name);
}

/** @param {Map<string, string>} attributes @param {Look} inherited @returns {Look} */
function lookOf(attributes, inherited) {
  const text = (/** @type {string} */ name, /** @type {string} */ otherwise) => property(attributes, name) ?? otherwise;
  const value = (/** @type {string} */ name, /** @type {number} */ otherwise) => {
    const given = Number.parseFloat(property(attributes, name) ?? "");
    return Number.isFinite(given) ? given : otherwise;
  };
  const opacity = value("opacity", 1);
  return {
    fill: text("fill", inherited.fill),
    stroke: text("stroke", inherited.stroke),
    width: value("stroke-width", inherited.width),
    dash: text("stroke-dasharray", inherited.dash),
    offset: value("stroke-dashoffset", inherited.offset),
    // matplotlib's own sheet says these two of every element, so none is inherited.
    cap: text("stroke-linecap", PLAIN.cap),
    join: text("stroke-linejoin", PLAIN.join),
    limit: value("stroke-miterlimit", inherited.limit),
    fillOpacity: value("fill-opacity", inherited.fillOpacity) * opacity,
    strokeOpacity: value("stroke-opacity", inherited.strokeOpacity) * opacity,
    rule: text("fill-rule", inherited.rule),
  };
}

/** @param {Look} look */
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

/** @param {string} text */
function colour(text) {
  const [, red = "", green = "", blue = ""] = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text) ?? [];
  if (!red) throw new NotDrawable("a colour of another form");
  return numbers([red, green, blue].map((part) => Number.parseInt(part, 16) / 255));
}

/** @param {Map<string, string>} attributes @param {string} name */
function amount(attributes, name) {
  const value = Number.parseFloat(attributes.get(name) ?? "0");
  if (!Number.isFinite(value)) throw new NotDrawable("a length that is none");
  return value;
}

/** @param {Element} element */
function outlineOf({ tag, attributes }) {
  if (tag === "rect") {
    const sides = ["x", "y", "width", "height"].map((name) => amount(attributes, name));
    return `${numbers(sides)} re\n`;
  }
  if (tag !== "path") throw new NotDrawable(`a ${tag}`);
  return pathOf(attributes.get("d") ?? "");
}

/** How many numbers each command of a path takes. */
const TAKES = new Map(Object.entries({ M: 2, L: 2, H: 1, V: 1, Q: 4, C: 6, Z: 0 }));

/** @param {string} text */
function pathOf(text) {
  let path = "";
  let [x, y] = [0, 0];
  for (const [, letter = "", rest = ""] of text.matchAll(/([A-Za-z])([^A-Za-z]*(?:e[-+]?\d+[^A-Za-z]*)*)/g)) {
    // Only `z` means the same in both cases.
    const command = letter === "z" ? "Z" : letter;
    const takes = TAKES.get(command);
    if (takes === undefined) throw new NotDrawable("a path of another kind");
    const all = rest
      .split(/[\s,]+/)
      .filter(Boolean)
      .map(Number);
    if (takes === 0) path += "h\n";
    for (let at = 0; takes > 0 && at + takes <= all.length; at += takes) {
      const given = all.slice(at, at + takes);
      const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = given;
      if (command === "M" || command === "L") {
        path += `${numbers([a, b])} ${command === "M" && at === 0 ? "m" : "l"}\n`;
        [x, y] = [a, b];
      } else if (command === "H" || command === "V") {
        [x, y] = command === "H" ? [a, y] : [x, a];
        path += `${numbers([x, y])} l\n`;
      } else if (command === "Q") {
        // A PDF has cubic curves only.
        path += `${numbers([x + (2 * (a - x)) / 3, y + (2 * (b - y)) / 3, c + (2 * (a - c)) / 3, d + (2 * (b - d)) / 3, c, d])} c\n`;
        [x, y] = [c, d];
      } else {
        path += `${numbers([a, b, c, d, e, f])} c\n`;
        [x, y] = [e, f];
      }
    }
  }
  return path;
}

/** @param {string} text value of `transform` @returns {Matrix} */
function matrixOf(text) {
  /** @type {Matrix} */
  let whole = [1, 0, 0, 1, 0, 0];
  for (const [, name = "", list = ""] of text.matchAll(/(\w+)\s*\(([^)]*)\)/g)) {
    whole = times(
      whole,
      single(
        name,
        list
          .split(/[\s,]+/)
          .filter(Boolean)
          .map(Number),
      ),
    );
  }
  return whole;
}

/** @param {string} name @param {number[]} values @returns {Matrix} */
function single(name, values) {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = values;
  if (name === "matrix") return [a, b, c, d, e, f];
  if (name === "translate") return [1, 0, 0, 1, a, b];
  if (name === "scale") return [a, 0, 0, values.length > 1 ? b : a, 0, 0];
  if (name === "rotate" && values.length === 1) {
    const angle = (a * Math.PI) / 180;
    return [Math.cos(angle), Math.sin(angle), -Math.sin(angle), Math.cos(angle), 0, 0];
  }
  if (name === "rotate")
    return times(times(single("translate", [b, c]), single("rotate", [a])), single("translate", [-b, -c]));
  if (name === "skewX") return [1, 0, Math.tan((a * Math.PI) / 180), 1, 0, 0];
  throw new NotDrawable(`a transformation by ${name}`);
}

/** The second is done first. @param {Matrix} m @param {Matrix} n @returns {Matrix} */
function times([a, b, c, d, e, f], [g, h, i, j, k, l]) {
  return [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f];
}
