// @ts-check
/**
 * Whether the texts of a figure can be read: found from where they stood once it was drawn, which a sealed frame says. Pure. A false
 * alarm costs a call of the model, so each fault needs a large overlap of what stands in regular places, as in faults.py, which does
 * the same for pictures.
 *
 * @import {Fault, Measured, TextBox, TextRole} from "../shared/protocol.js"
 */

/** Of the smaller of two texts: what overlaps less can be read. */
const READABLE = 0.25;
/** Of a text's box that its letters fill: there is air above and below them. */
const INK = 0.75;
/** Pixels by which a text may stand over the edge. */
const SLACK = 3;
/** On a narrow screen it is the screen that leaves no room, and another program would have no more. */
const NARROW = 480;
/** Radians between texts that are turned alike. */
const ALIKE = 0.02;
/** Comparing each with each costs more than it tells. */
const MOST_COMPARED = 300;

/** What stands in a legend for a series without a name: plotly's, JavaScript's and Python's words for nothing. */
const NAMELESS = /^(?:trace \d+|undefined|null|none|nan)?$/i;

/** @param {Measured} measured @returns {Fault[]} */
export function faultsOf({ width, height, names, texts }) {
  /** @type {Fault[]} */
  const faults = [];
  if (saysNothing(names.map((name) => name.trim()))) faults.push("legend");
  if (width < NARROW) return faults;
  const of = (/** @type {TextRole[]} */ ...roles) => texts.filter(({ role }) => roles.includes(role));
  const labels = of("tick");
  const axes = new Set(labels.map(({ place }) => place));
  const ticks = [...axes].map((axis) => labels.filter(({ place }) => place === axis));
  const apart = collide(
    of("tick", "title", "panel").filter(({ place }) => place !== ""),
    (one, other) => one.place !== other.place,
  );
  // Two axes at one side of a single panel have no other panel's labels in theirs.
  const isOne = ticks.length < 4 && of("panel").length === 0;
  if (ticks.some(runTogether) || (apart && isOne)) faults.push("ticks");
  if (collide(of("wedge"))) faults.push("wedges");
  if (collide(of("value"))) faults.push("values");
  if (apart && !isOne) faults.push("panels");
  if (texts.some((text) => isCut(text, width, height))) faults.push("clipped");
  return faults;
}

/** @param {string[]} names */
function saysNothing(names) {
  const nameless = names.filter((name) => NAMELESS.test(name));
  // A single nameless entry beside names is told apart by them.
  if (nameless.length > 1 || (names.length === 1 && (nameless.length === 1 || names[0] === "0"))) return true;
  // A name given in a loop: as many entries as marks, and all of them the same.
  return names.length > 2 && new Set(names).size === 1;
}

/** More than a few of the labels of an axis stand in their neighbour. @param {TextBox[]} labels */
function runTogether(labels) {
  const spread = (/** @type {"x" | "y"} */ along) => {
    const places = labels.map((label) => label[along]);
    return Math.max(...places) - Math.min(...places);
  };
  const along = spread("x") >= spread("y") ? "x" : "y";
  const inOrder = [...labels].sort((one, other) => one[along] - other[along]);
  const close = inOrder.filter((label, at) => {
    const next = inOrder[at + 1];
    return next !== undefined && covered(label, next) > READABLE;
  });
  return close.length > 0.1 * labels.length;
}

/**
 * One pair that cannot be read, or several that hardly can.
 * @param {TextBox[]} texts
 * @param {(one: TextBox, other: TextBox) => boolean} [counts]
 */
function collide(texts, counts = () => true) {
  const some = texts.slice(0, MOST_COMPARED);
  const shares = some.flatMap((one, at) =>
    some.slice(at + 1).flatMap((other) => (counts(one, other) ? [covered(one, other)] : [])),
  );
  return shares.some((share) => share > 2 * READABLE) || shares.filter((share) => share > READABLE).length > 1;
}

/** How much of the smaller stands in the other. @param {TextBox} one @param {TextBox} other */
function covered(one, other) {
  // The same text drawn twice at the same place reads as one.
  if (Math.hypot(one.x - other.x, one.y - other.y) < 1 && Math.abs(one.width - other.width) < 1) return 0;
  const isAlike = Math.abs(one.angle - other.angle) < ALIKE;
  const [a, b] = isAlike ? [inked(one), inked(other)] : [upright(inked(one)), upright(inked(other))];
  const [cos, sin] = [Math.cos(a.angle), Math.sin(a.angle)];
  const [x, y] = [b.x - a.x, b.y - a.y];
  const shared = overlap(a.width, b.width, x * cos + y * sin) * overlap(a.height, b.height, y * cos - x * sin);
  const smaller = Math.min(a.width * a.height, b.width * b.height);
  return smaller > 0 ? shared / smaller : 0;
}

/** Of two spans whose middles are apart. @param {number} one @param {number} other @param {number} apart */
function overlap(one, other, apart) {
  return Math.max(0, Math.min((one + other) / 2 - Math.abs(apart), one, other));
}

/** @param {TextBox} text */
function inked(text) {
  return { ...text, height: INK * text.height };
}

/** The upright box around a text that is turned. @param {TextBox} text @returns {TextBox} */
function upright(text) {
  const [cos, sin] = [Math.abs(Math.cos(text.angle)), Math.abs(Math.sin(text.angle))];
  const { width, height } = text;
  return { ...text, angle: 0, width: width * cos + height * sin, height: width * sin + height * cos };
}

/** @param {TextBox} text @param {number} across @param {number} down */
function isCut(text, across, down) {
  const { x, y, width, height } = upright(text);
  const inside = (/** @type {number} */ at, /** @type {number} */ size, /** @type {number} */ room) =>
    Math.max(0, Math.min(at + size / 2, room + SLACK) - Math.max(at - size / 2, -SLACK));
  const seen = inside(x, width, across) * inside(y, height, down);
  // What is outside altogether may be meant to be.
  return seen > 0 && seen < (1 - READABLE) * width * height;
}
