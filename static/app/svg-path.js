// @ts-check
/**
 * Outlines of an SVG's shapes as operators of a PDF, and its transformations as matrices. Pure.
 *
 * @import {Element} from "./svg-tree.js"
 *
 * @typedef {[number, number, number, number, number, number]} Matrix
 * @typedef {{path: string, box: [left: number, top: number, right: number, bottom: number]}} Outline the box holds every point that
 *   steers a curve, too
 */

import { numbers } from "./pdf.js";
import { amount, NotDrawable } from "./svg-look.js";

/** How far from its ends a quarter of a circle is steered to, of its radius. */
const ROUND = 0.5522847498;
/** How many numbers each command of a path takes. */
const TAKES = new Map(Object.entries({ M: 2, L: 2, H: 1, V: 1, Q: 4, T: 2, C: 6, S: 4, A: 7, Z: 0 }));
const NUMBER = /[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/gi;

/** @param {Element} element @returns {Outline} */
export function outlineOf({ tag, attributes }) {
  const of = (/** @type {string} */ name) => amount(attributes, name);
  const pen = createPen();
  if (tag === "path") drawPath(pen, attributes.get("d") ?? "");
  else if (tag === "rect") drawRect(pen, attributes);
  else if (tag === "circle") drawEllipse(pen, of("cx"), of("cy"), of("r"), of("r"));
  else if (tag === "ellipse") drawEllipse(pen, of("cx"), of("cy"), of("rx"), of("ry"));
  else if (tag === "line") {
    pen.move(of("x1"), of("y1"));
    pen.line(of("x2"), of("y2"));
  } else if (tag === "polyline" || tag === "polygon") {
    const values = (attributes.get("points")?.match(NUMBER) ?? []).map(Number);
    for (let at = 0; at + 1 < values.length; at += 2)
      (at === 0 ? pen.move : pen.line)(values[at] ?? 0, values[at + 1] ?? 0);
    if (tag === "polygon") pen.close();
  } else throw new NotDrawable(`a ${tag}`);
  return pen.outline();
}

/** @typedef {ReturnType<typeof createPen>} Pen */

function createPen() {
  let path = "";
  /** @type {Outline["box"]} */
  let box = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  /** @param {string} operator @param {number[]} values */
  function put(operator, values) {
    for (let at = 0; at < values.length; at += 2) {
      const [x = 0, y = 0] = values.slice(at);
      box = [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y)];
    }
    path += `${numbers(values)} ${operator}\n`;
  }
  return {
    move: (/** @type {number} */ x, /** @type {number} */ y) => put("m", [x, y]),
    line: (/** @type {number} */ x, /** @type {number} */ y) => put("l", [x, y]),
    curve: (/** @type {number[]} */ ...values) => put("c", values),
    close() {
      path += "h\n";
    },
    /** @param {number} x @param {number} y @param {number} width @param {number} height */
    rect(x, y, width, height) {
      box = [x, y, x + width, y + height];
      path += `${numbers([x, y, width, height])} re\n`;
    },
    outline: () => ({ path, box }),
  };
}

/** @param {Pen} pen @param {Map<string, string>} attributes */
function drawRect(pen, attributes) {
  const [x, y, width, height] = /** @type {Outline["box"]} */ (
    ["x", "y", "width", "height"].map((name) => amount(attributes, name))
  );
  const [across, down] = [attributes.get("rx"), attributes.get("ry")].map((given) => Number.parseFloat(given ?? ""));
  const rx = Math.min(across || down || 0, width / 2);
  const ry = Math.min(down || across || 0, height / 2);
  if (!(rx > 0 && ry > 0)) return pen.rect(x, y, width, height);
  const [cx, cy] = [rx * (1 - ROUND), ry * (1 - ROUND)];
  const [right, bottom] = [x + width, y + height];
  pen.move(x + rx, y);
  pen.line(right - rx, y);
  pen.curve(right - cx, y, right, y + cy, right, y + ry);
  pen.line(right, bottom - ry);
  pen.curve(right, bottom - cy, right - cx, bottom, right - rx, bottom);
  pen.line(x + rx, bottom);
  pen.curve(x + cx, bottom, x, bottom - cy, x, bottom - ry);
  pen.line(x, y + ry);
  pen.curve(x, y + cy, x + cx, y, x + rx, y);
  pen.close();
}

/** @param {Pen} pen @param {number} x @param {number} y @param {number} rx @param {number} ry */
function drawEllipse(pen, x, y, rx, ry) {
  if (!(rx > 0 && ry > 0)) return;
  const [cx, cy] = [rx * ROUND, ry * ROUND];
  pen.move(x + rx, y);
  pen.curve(x + rx, y + cy, x + cx, y + ry, x, y + ry);
  pen.curve(x - cx, y + ry, x - rx, y + cy, x - rx, y);
  pen.curve(x - rx, y - cy, x - cx, y - ry, x, y - ry);
  pen.curve(x + cx, y - ry, x + rx, y - cy, x + rx, y);
  pen.close();
}

/** @typedef {{kind: string, x: number, y: number}} Steered */

/** SVG 2, section 9.3. @param {Pen} pen @param {string} text */
function drawPath(pen, text) {
  let [x, y] = [0, 0];
  let [startX, startY] = [0, 0];
  /** Where the last curve was steered from: a smooth one goes on from its mirror. @type {Steered | null} */
  let steered = null;
  for (const [, letter = "", rest = ""] of text.matchAll(/([A-DF-Za-df-z])([^A-DF-Za-df-z]*)/g)) {
    const command = letter.toUpperCase();
    const takes = TAKES.get(command);
    if (takes === undefined) throw new NotDrawable("a path of another kind");
    if (takes === 0) {
      pen.close();
      [x, y, steered] = [startX, startY, null];
      continue;
    }
    const all = command === "A" ? arcValues(rest) : (rest.match(NUMBER) ?? []).map(Number);
    for (let at = 0; at + takes <= all.length; at += takes) {
      const [left, top] = letter === command ? [0, 0] : [x, y];
      const values = all.slice(at, at + takes);
      const point = (/** @type {number} */ from) =>
        /** @type {[number, number]} */ ([left + (values[from] ?? 0), top + (values[from + 1] ?? 0)]);
      const mirror = (/** @type {string} */ kind) =>
        /** @type {[number, number]} */ (steered?.kind === kind ? [2 * x - steered.x, 2 * y - steered.y] : [x, y]);
      /** @type {[number, number]} */
      let end = point(takes - 2);
      /** @type {Steered | null} */
      let now = null;
      if (command === "M" && at === 0) {
        pen.move(...end);
        [startX, startY] = end;
      } else if (command === "M" || command === "L") pen.line(...end);
      else if (command === "H" || command === "V") {
        const [value = 0] = values;
        end = command === "H" ? [left + value, y] : [x, top + value];
        pen.line(...end);
      } else if (command === "C" || command === "S") {
        const first = command === "C" ? point(0) : mirror("cubic");
        const second = point(takes - 4);
        pen.curve(...first, ...second, ...end);
        now = { kind: "cubic", x: second[0], y: second[1] };
      } else if (command === "Q" || command === "T") {
        const [cx, cy] = command === "Q" ? point(0) : mirror("quadratic");
        // A PDF has cubic curves only.
        const third = (/** @type {number} */ from, /** @type {number} */ to) => from + (2 * (to - from)) / 3;
        pen.curve(third(x, cx), third(y, cy), third(end[0], cx), third(end[1], cy), ...end);
        now = { kind: "quadratic", x: cx, y: cy };
      } else drawArc(pen, [x, y], end, values);
      [x, y] = end;
      steered = now;
    }
  }
}

/** The two flags of an arc may stand without a blank behind them. @param {string} text */
function arcValues(text) {
  /** @type {number[]} */
  const values = [];
  const token = /[\s,]*([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)/giy;
  const flag = /[\s,]*([01])/y;
  for (let at = 0; ; ) {
    /** @type {RegExp} */
    const wanted = values.length % 7 === 3 || values.length % 7 === 4 ? flag : token;
    wanted.lastIndex = at;
    const found = wanted.exec(text);
    if (!found) return values;
    values.push(Number(found[1]));
    at = wanted.lastIndex;
  }
}

/**
 * From its ends to its middle (SVG 2, appendix B.2.4), then a curve for each quarter of it at most.
 * @param {Pen} pen @param {[number, number]} from @param {[number, number]} to @param {number[]} values
 */
function drawArc(pen, [x, y], to, [across = 0, down = 0, turned = 0, large = 0, sweep = 0]) {
  let [rx, ry] = [Math.abs(across), Math.abs(down)];
  if (rx === 0 || ry === 0 || (x === to[0] && y === to[1])) return pen.line(...to);
  const angle = (turned * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [halfX, halfY] = [(x - to[0]) / 2, (y - to[1]) / 2];
  const [px, py] = [cos * halfX + sin * halfY, cos * halfY - sin * halfX];
  const reach = Math.hypot(px / rx, py / ry);
  if (reach > 1) [rx, ry] = [rx * reach, ry * reach];
  const under = (rx * py) ** 2 + (ry * px) ** 2;
  const size = Math.sqrt(Math.max(0, (rx * ry) ** 2 - under) / under) * (large === sweep ? -1 : 1);
  const [mx, my] = [(size * rx * py) / ry, (-size * ry * px) / rx];
  const [cx, cy] = [cos * mx - sin * my + (x + to[0]) / 2, sin * mx + cos * my + (y + to[1]) / 2];
  const start = Math.atan2((py - my) / ry, (px - mx) / rx);
  let turn = Math.atan2((-py - my) / ry, (-px - mx) / rx) - start;
  if (sweep === 1 && turn < 0) turn += 2 * Math.PI;
  if (sweep === 0 && turn > 0) turn -= 2 * Math.PI;
  const pieces = Math.max(1, Math.ceil(Math.abs(turn) / (Math.PI / 2) - 1e-9));
  const step = turn / pieces;
  const pull = (4 / 3) * Math.tan(step / 4);
  const place = (/** @type {number} */ u, /** @type {number} */ v) => [
    cx + cos * rx * u - sin * ry * v,
    cy + sin * rx * u + cos * ry * v,
  ];
  for (let piece = 0; piece < pieces; piece += 1) {
    const [a, b] = [start + piece * step, start + (piece + 1) * step];
    const first = place(Math.cos(a) - pull * Math.sin(a), Math.sin(a) + pull * Math.cos(a));
    const second = place(Math.cos(b) + pull * Math.sin(b), Math.sin(b) - pull * Math.cos(b));
    pen.curve(...first, ...second, ...(piece === pieces - 1 ? to : place(Math.cos(b), Math.sin(b))));
  }
}

/** @param {string} text value of `transform` @returns {Matrix} */
export function matrixOf(text) {
  /** @type {Matrix} */
  let whole = [1, 0, 0, 1, 0, 0];
  for (const [, name = "", list = ""] of text.matchAll(/(\w+)\s*\(([^)]*)\)/g))
    whole = times(whole, single(name, (list.match(NUMBER) ?? []).map(Number)));
  return whole;
}

/** @param {string} name @param {number[]} values @returns {Matrix} */
function single(name, values) {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = values;
  if (name === "matrix") return [a, b, c, d, e, f];
  if (name === "translate") return [1, 0, 0, 1, a, b];
  if (name === "scale") return [a, 0, 0, values.length > 1 ? b : a, 0, 0];
  if (name === "rotate" && values.length < 3) {
    const angle = (a * Math.PI) / 180;
    return [Math.cos(angle), Math.sin(angle), -Math.sin(angle), Math.cos(angle), 0, 0];
  }
  if (name === "rotate")
    return times(times(single("translate", [b, c]), single("rotate", [a])), single("translate", [-b, -c]));
  if (name === "skewX") return [1, 0, Math.tan((a * Math.PI) / 180), 1, 0, 0];
  throw new NotDrawable(`a transformation by ${name}`);
}

/** The second is done first. @param {Matrix} m @param {Matrix} n @returns {Matrix} */
export function times([a, b, c, d, e, f], [g, h, i, j, k, l]) {
  return [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f];
}

/** What takes a matrix back; null for one that leaves nothing to be seen. @param {Matrix} m @returns {Matrix | null} */
export function inverse([a, b, c, d, e, f]) {
  const size = a * d - b * c;
  if (size === 0) return null;
  return [d / size, -b / size, -c / size, a / size, (c * f - d * e) / size, (b * e - a * f) / size];
}
