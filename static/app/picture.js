// @ts-check
/**
 * Which pictures the page shows. An image can neither run nor load anything, but it is drawn by the page's own process: a few
 * hundred bytes of nested `use`, filters or patterns stop the page for minutes, and a small PNG can unpack to gigabytes. So an
 * SVG is shown, and offered as a file, only if it is what matplotlib draws: shapes, symbols made of one shape, pixels. This reads
 * it and changes nothing; whatever is not in the lists below is for the PNG beside it to show. Pure.
 */

/** Characters; the harness hands out half of that at most. */
const MOST_SVG = 4_000_000;
/** Of a PNG, or of all in an SVG; the harness draws half of that at most. */
const MOST_PIXELS = 50_000_000;

const SHAPES = new Set(["path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "image"]);
const GROUPS = new Set(["svg", "g", "defs"]);
/** Drawn through a reference: what is in them may refer to nothing itself. */
const STENCILS = new Set(["clipPath", "pattern", "linearGradient", "stop"]);
const WORDS = new Set([
  "style",
  "metadata",
  "rdf:RDF",
  "cc:Work",
  "dc:type",
  "dc:date",
  "dc:format",
  "dc:creator",
  "cc:Agent",
  "dc:title",
]);
const STYLE = "*{stroke-linejoin: round; stroke-linecap: butt}";
export const ATTRIBUTE = /\s+([A-Za-z][\w:.-]*)="([^"<]*)"/gy;
export const TOKEN =
  /<(?:\?xml [^<>]*\?>|!DOCTYPE svg PUBLIC "[^"<>]*"\s+"[^"<>]*">|!--[^<>]*-->|(\/?)([A-Za-z][\w:]*)((?:\s+[A-Za-z][\w:.-]*="[^"<]*")*)\s*(\/?)>)|([^<]+)/gy;

/** @param {string} text */
export function isPlainSvg(text) {
  if (text.length > MOST_SVG || !text.includes("<svg")) return false;
  /** @type {string[]} */
  const open = [];
  /** Names of single shapes, the only thing that `use` may draw. @type {Set<string>} */
  const shapes = new Set();
  /** @type {string[]} */
  const used = [];
  let pixels = 0;
  let end = 0;
  for (const token of text.matchAll(TOKEN)) {
    end = token.index + token[0].length;
    const [, closing, tag, attributes = "", selfClosing, words] = token;
    const inside = open.at(-1) ?? "";
    if (words !== undefined) {
      if (inside === "style" ? words.trim() !== STYLE : words.trim() !== "" && !WORDS.has(inside)) return false;
    }
    if (tag === undefined) continue;
    if (closing) {
      if (open.pop() !== tag) return false;
      continue;
    }
    if (!SHAPES.has(tag) && !GROUPS.has(tag) && !STENCILS.has(tag) && !WORDS.has(tag) && tag !== "use") return false;
    if ((tag === "use" || tag === "image") && open.includes("pattern")) return false;
    const isStencil = STENCILS.has(tag) || open.some((name) => STENCILS.has(name));
    const read = readAttributes(attributes, isStencil);
    if (!read) return false;
    const { id, href } = read;
    if (SHAPES.has(tag) && id) shapes.add(id);
    if (tag === "use") used.push(href.slice(1));
    if (tag === "use" ? !href.startsWith("#") : tag === "image" ? !href : href && tag !== "linearGradient")
      return false;
    if (tag === "image") pixels += pixelsOfPng(headOf(href));
    if (pixels > MOST_PIXELS) return false;
    if (!selfClosing) open.push(tag);
    if (open.length > 100) return false;
  }
  return end === text.length && open.length === 0 && used.every((name) => shapes.has(name));
}

/** In the SVG of an interactive figure, which is kept as a file, or made into one of another kind, and not shown. */
const WRITTEN = new Set(["text", "tspan", "title", "desc", "radialGradient", "use"]);

/**
 * Whether an SVG that is offered as a file, and opened who knows where, is shapes, words and pixels: nothing that acts, links or loads.
 * @param {string} text
 */
export function isHarmlessSvg(text) {
  let end = 0;
  /** @type {string[]} */
  const open = [];
  for (const token of text.matchAll(TOKEN)) {
    end = token.index + token[0].length;
    const [, closing, tag, attributes = "", selfClosing] = token;
    if (tag === undefined) continue;
    if (closing) {
      if (open.pop() !== tag) return false;
      continue;
    }
    if (!SHAPES.has(tag) && !GROUPS.has(tag) && !STENCILS.has(tag) && !WRITTEN.has(tag)) return false;
    // Names of classes do nothing without a style sheet, and quotes around a reference's name say no more than none.
    const telling = attributes
      .replace(/\s(?:class|data-[\w-]+)="[^"<]*"/g, "")
      .replace(/url\((?:&quot;|')(#[\w.-]+)(?:&quot;|')\)/g, "url($1)");
    if (!readAttributes(telling, false)) return false;
    if (!selfClosing) open.push(tag);
    if (open.length > 100) return false;
  }
  return end === text.length && open.length === 0 && text.includes("<svg");
}

/**
 * @param {string} attributes
 * @param {boolean} isStencil
 * @returns {{id: string, href: string} | null} null if there is one that leads elsewhere or does something
 */
function readAttributes(attributes, isStencil) {
  let id = "";
  let href = "";
  for (const [, name = "", value = ""] of attributes.matchAll(ATTRIBUTE)) {
    if (/^on/i.test(name) || name === "filter" || name === "mask" || name === "xml:base") return null;
    if (name === "id") id = value;
    else if (name === "href" || name === "xlink:href") {
      if (!/^#|^data:image\/png;base64,/.test(value)) return null;
      href = value;
    } else if (
      /url|filter|mask|image|[\\@]|expression/i.test(value) &&
      !name.startsWith("xmlns") &&
      !name.startsWith("rdf:")
    ) {
      // `url(#name)`, as a whole or in a style, and nothing else that such a word could begin.
      const rest = value.replace(/url\(#[\w.-]+\)|image-rendering:/g, "");
      if ((isStencil && /url/i.test(value)) || rest === value || /url|filter|mask|image|[\\@]|expression/i.test(rest))
        return null;
    }
  }
  return { id, href };
}

/** The first bytes of a picture in an address. @param {string} address */
function headOf(address) {
  const start = address.indexOf(",") + 1;
  try {
    return Uint8Array.from(
      atob(
        address
          .slice(start, start + 64)
          .replace(/\s/g, "")
          .slice(0, 32),
      ),
      (character) => character.charCodeAt(0),
    );
  } catch {
    return new Uint8Array();
  }
}

/** How many a PNG says it has; infinity if it does not begin as one. @param {Uint8Array} bytes */
function pixelsOfPng(bytes) {
  const isPng = bytes.length >= 24 && bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4e && bytes[3] === 0x47;
  if (!isPng) return Number.POSITIVE_INFINITY;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return view.getUint32(16) * view.getUint32(20);
}

/** @param {Uint8Array} bytes */
export function isPlainPng(bytes) {
  return pixelsOfPng(bytes) <= MOST_PIXELS;
}
