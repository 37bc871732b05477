// @ts-check
/**
 * How the elements of an SVG look: what each says itself, by attributes or in its style, and what it has from those around it. Pure.
 *
 * @typedef {{fill: string, stroke: string, width: number, dash: string, offset: number, cap: string, join: string, limit: number,
 *   fillOpacity: number, strokeOpacity: number, opacity: number, rule: string, isVisible: boolean, size: number, weight: number,
 *   isItalic: boolean, anchor: string, keepsBlanks: boolean}} Look
 * @typedef {Map<string, string>} Attributes
 */

export class NotDrawable extends Error {}

/** Of an element that says nothing and is in none that does (SVG 2, appendix F). @type {Look} */
export const PLAIN = {
  fill: "#000000",
  stroke: "none",
  width: 1,
  dash: "none",
  offset: 0,
  cap: "butt",
  join: "miter",
  limit: 4,
  fillOpacity: 1,
  strokeOpacity: 1,
  opacity: 1,
  rule: "nonzero",
  isVisible: true,
  size: 16,
  weight: 400,
  isItalic: false,
  anchor: "start",
  keepsBlanks: false,
};

/** @param {Attributes} attributes @param {string} name */
export function property(attributes, name) {
  const style = attributes.get("style") ?? "";
  for (const declaration of style.split(";")) {
    const colon = declaration.indexOf(":");
    if (declaration.slice(0, colon).trim() === name) return declaration.slice(colon + 1).trim();
  }
  return attributes.get(name);
}

/** @param {Attributes} attributes @param {string} name */
export function amount(attributes, name) {
  const value = Number.parseFloat(attributes.get(name) ?? "0");
  if (!Number.isFinite(value)) throw new NotDrawable("a length that is none");
  return value;
}

/** @param {Attributes} attributes @param {Look} inherited @returns {Look} */
export function lookOf(attributes, inherited) {
  const text = (/** @type {string} */ name, /** @type {string} */ otherwise) => property(attributes, name) ?? otherwise;
  const value = (/** @type {string} */ name, /** @type {number} */ otherwise) => {
    const given = Number.parseFloat(property(attributes, name) ?? "");
    return Number.isFinite(given) ? given : otherwise;
  };
  const slant = property(attributes, "font-style");
  const blanks = property(attributes, "white-space");
  const shown = property(attributes, "visibility");
  return {
    fill: text("fill", inherited.fill),
    stroke: text("stroke", inherited.stroke),
    width: value("stroke-width", inherited.width),
    dash: text("stroke-dasharray", inherited.dash),
    offset: value("stroke-dashoffset", inherited.offset),
    cap: text("stroke-linecap", inherited.cap),
    join: text("stroke-linejoin", inherited.join),
    limit: value("stroke-miterlimit", inherited.limit),
    fillOpacity: value("fill-opacity", inherited.fillOpacity),
    strokeOpacity: value("stroke-opacity", inherited.strokeOpacity),
    // Of a group it is that of each of its shapes: the same, but where they cover one another.
    opacity: inherited.opacity * value("opacity", 1),
    rule: text("fill-rule", inherited.rule),
    isVisible: shown === undefined ? inherited.isVisible : shown === "visible",
    size: lengthOf(property(attributes, "font-size"), inherited.size),
    weight: weightOf(property(attributes, "font-weight"), inherited.weight),
    isItalic: slant === undefined ? inherited.isItalic : /italic|oblique/.test(slant),
    anchor: text("text-anchor", inherited.anchor),
    keepsBlanks: blanks === undefined ? inherited.keepsBlanks : blanks.startsWith("pre"),
  };
}

/** In pixels. @param {string | undefined} text @param {number} whole what one `em` is */
export function lengthOf(text, whole) {
  const value = Number.parseFloat(text ?? "");
  if (!Number.isFinite(value)) return whole;
  if (text?.endsWith("%")) return (value / 100) * whole;
  return text?.endsWith("em") ? value * whole : text?.endsWith("pt") ? (value * 4) / 3 : value;
}

/** @param {string | undefined} text @param {number} inherited */
function weightOf(text, inherited) {
  if (text === undefined) return inherited;
  if (text === "bold" || text === "bolder") return 700;
  return Number.parseFloat(text) || 400;
}

const HEXADECIMAL = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i;
const IN_NUMBERS = /^rgba?\(\s*([\d.]+)[\s,]+([\d.]+)[\s,]+([\d.]+)(?:[\s,/]+([\d.]+)(%?))?\s*\)$/i;

/**
 * @param {string} text
 * @param {(text: string) => string} rewrite a colour of another form as one of these two
 * @returns {{rgb: [number, number, number], alpha: number}} each from 0 to 1
 */
export function colourOf(text, rewrite) {
  if (text === "transparent") return { rgb: [0, 0, 0], alpha: 0 };
  const found = simpleColour(text) ?? simpleColour(rewrite(text));
  if (!found) throw new NotDrawable("a colour of another form");
  return found;
}

/** @param {string} text @returns {ReturnType<typeof colourOf> | null} */
function simpleColour(text) {
  const [, ...digits] = HEXADECIMAL.exec(text) ?? [];
  const [red = 0, green = 0, blue = 0] = digits.map((part) => Number.parseInt(part, 16) / 255);
  if (digits.length > 0) return { rgb: [red, green, blue], alpha: 1 };
  const [, r, g, b, alpha = "1", percent] = IN_NUMBERS.exec(text) ?? [];
  if (r === undefined) return null;
  const part = (/** @type {string | undefined} */ value) => Math.min(1, Number(value) / 255);
  return { rgb: [part(r), part(g), part(b)], alpha: Math.min(1, Number(alpha) / (percent ? 100 : 1)) };
}
