// @ts-check
/**
 * Writes a PDF of one page: objects, streams and the table that says where each lies (ISO 32000-1, section 7.5). What is drawn on the
 * page is svg-pdf.js's, what its words are written in pdf-fonts.js's.
 *
 * @import {Font} from "./truetype.js"
 *
 * @typedef {{width: number, height: number, rgb: Uint8Array<ArrayBuffer>, alpha: Uint8Array<ArrayBuffer> | null}} Pixels
 * @typedef {ReturnType<typeof createPdf>} Pdf
 */

import { createPdfFonts, textString } from "./pdf-fonts.js";

/** @param {number} value */
export function number(value) {
  if (!Number.isFinite(value)) throw new RangeError("not a number that can be drawn");
  const rounded = String(Math.round(value * 1e5) / 1e5 || 0);
  return rounded.includes("e") ? value.toFixed(5) : rounded;
}

/** @param {number[]} values */
export const numbers = (values) => values.map(number).join(" ");

export function createPdf() {
  const encoder = new TextEncoder();
  /** Object n stands at n - 1. @type {(Uint8Array<ArrayBuffer>[])[]} */
  const objects = [];
  /** @type {Map<string, string>} what the page's resources are called, by kind and content */
  const named = new Map();
  /** @type {Record<"ExtGState" | "XObject" | "Pattern" | "Shading" | "Font", string[]>} */
  const resources = { ExtGState: [], XObject: [], Pattern: [], Shading: [], Font: [] };

  /** @param {...(string | Uint8Array<ArrayBuffer>)} parts @returns {number} */
  function add(...parts) {
    objects.push(parts.map((part) => (typeof part === "string" ? encoder.encode(part) : part)));
    return objects.length;
  }

  /** @param {string} entries of its dictionary @param {string | Uint8Array<ArrayBuffer>} content */
  async function addStream(entries, content) {
    const bytes = await deflated(typeof content === "string" ? encoder.encode(content) : content);
    return add(`<< ${entries} /Filter /FlateDecode /Length ${bytes.length} >>\nstream\n`, bytes, "\nendstream");
  }

  /** @param {keyof typeof resources} kind @param {number} object */
  function name(kind, object) {
    const called = `${kind.charAt(0)}${object}`;
    resources[kind].push(`/${called} ${object} 0 R`);
    return `/${called}`;
  }

  const fonts = createPdfFonts(add, addStream);

  return {
    /** How see-through fills and strokes are. @param {number} fill @param {number} stroke @returns {string} its name */
    opacity(fill, stroke) {
      const content = `<< /Type /ExtGState /ca ${number(fill)} /CA ${number(stroke)} >>`;
      const known = named.get(content) ?? name("ExtGState", add(content));
      named.set(content, known);
      return known;
    },

    /** @param {Pixels} pixels @returns {Promise<string>} its name */
    async image({ width, height, rgb, alpha }) {
      const common = `/Type /XObject /Subtype /Image /Width ${width} /Height ${height} /BitsPerComponent 8`;
      const mask = alpha && (await addStream(`${common} /ColorSpace /DeviceGray`, alpha));
      const masked = mask === null ? "" : ` /SMask ${mask} 0 R`;
      return name("XObject", await addStream(`${common} /ColorSpace /DeviceRGB${masked}`, rgb));
    },

    /**
     * What repeats: a hatch.
     * @param {string} content @param {number} width @param {number} height @param {number[]} matrix to the page's own units
     */
    async pattern(content, width, height, matrix) {
      const entries =
        `/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 ${numbers([width, height])}] ` +
        `/XStep ${number(width)} /YStep ${number(height)} /Matrix [${numbers(matrix)}] /Resources << >>`;
      return name("Pattern", await addStream(entries, content));
    },

    /**
     * Colours that pass into one another along a line.
     * @param {[number, number, number, number]} line its ends @param {{place: number, rgb: string}[]} stops `place` from 0 to 1
     */
    shading(line, stops) {
      const steps = stops.slice(1).map(({ rgb }, at) => {
        const from = stops[at]?.rgb ?? rgb;
        return `<< /FunctionType 2 /Domain [0 1] /C0 [${from}] /C1 [${rgb}] /N 1 >>`;
      });
      const bounds = numbers(stops.slice(1, -1).map(({ place }) => place));
      const blend = `<< /FunctionType 3 /Domain [0 1] /Functions [${steps.join(" ")}] /Bounds [${bounds}] /Encode [${steps.map(() => "0 1").join(" ")}] >>`;
      return name(
        "Shading",
        add(
          `<< /ShadingType 2 /ColorSpace /DeviceRGB /Coords [${numbers(line)}] /Function ${blend} /Extend [true true] >>`,
        ),
      );
    },

    /** Operators that put these words where letters of this size stand, unseen. @param {string} text @param {number} size */
    words: (text, size) => fonts.unseen(text, number(size)),

    /**
     * Operators that write letters of a font, within `BT` and `ET`.
     * @param {string[]} letters @param {Font} font @param {number} size
     */
    letters: (letters, font, size) => fonts.seen(letters, font, number(size)),

    /** @param {string} content @param {number} width in points @param {number} height @param {string} title */
    async finish(content, width, height, title) {
      resources.Font.push(...(await fonts.finish()));
      const drawn = await addStream("", content);
      const lists = Object.entries(resources).map(([kind, items]) => `/${kind} << ${items.join(" ")} >>`);
      const pages = objects.length + 2;
      const page = add(
        `<< /Type /Page /Parent ${pages} 0 R /MediaBox [0 0 ${numbers([width, height])}] /Contents ${drawn} 0 R ` +
          `/Resources << ${lists.join(" ")} >> >>`,
      );
      add(`<< /Type /Pages /Kids [${page} 0 R] /Count 1 >>`);
      const catalog = add(`<< /Type /Catalog /Pages ${pages} 0 R /ViewerPreferences << /DisplayDocTitle true >> >>`);
      const information = add(`<< /Title ${textString(title)} /Producer (Sandplot) >>`);
      return assemble(catalog, information);
    },
  };

  /** @param {number} catalog @param {number} information */
  function assemble(catalog, information) {
    /** @type {Uint8Array<ArrayBuffer>[]} */
    const file = [];
    let length = 0;
    const put = (/** @type {string | Uint8Array<ArrayBuffer>} */ part) => {
      const bytes = typeof part === "string" ? encoder.encode(part) : part;
      file.push(bytes);
      length += bytes.length;
    };
    put("%PDF-1.7\n");
    // Says to whoever copies the file that it is not text.
    put(new Uint8Array([0x25, 0xe2, 0xe3, 0xcf, 0xd3, 0x0a]));
    const places = objects.map((parts, at) => {
      const place = length;
      put(`${at + 1} 0 obj\n`);
      for (const part of parts) put(part);
      put("\nendobj\n");
      return place;
    });
    const table = length;
    put(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`);
    for (const place of places) put(`${String(place).padStart(10, "0")} 00000 n \n`);
    put(
      `trailer\n<< /Size ${objects.length + 1} /Root ${catalog} 0 R /Info ${information} 0 R >>\nstartxref\n${table}\n%%EOF\n`,
    );
    return new Blob(file, { type: "application/pdf" });
  }
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
async function deflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
