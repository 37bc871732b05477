// @ts-check
/**
 * Writes a PDF of one page: objects, streams and the table that says where each lies (ISO 32000-1, section 7.5). What is drawn on the
 * page is svg-pdf.js's. Words are put on it unseen, so that they can be searched, copied and read aloud: the letters that one sees are
 * shapes.
 *
 * @typedef {{width: number, height: number, rgb: Uint8Array<ArrayBuffer>, alpha: Uint8Array<ArrayBuffer> | null}} Pixels
 * @typedef {ReturnType<typeof createPdf>} Pdf
 */

/** Letters that one font of empty glyphs has codes for. */
const LETTERS = 255;
/** How wide each of them is taken to be, in thousandths of the size: about what letters are. */
const ADVANCE = 600;

/** @param {number} value */
export function number(value) {
  if (!Number.isFinite(value)) throw new RangeError("not a number that can be drawn");
  const rounded = String(Math.round(value * 1e5) / 1e5 || 0);
  return rounded.includes("e") ? value.toFixed(5) : rounded;
}

/** @param {number[]} values */
export const numbers = (values) => values.map(number).join(" ");

/** Text as a string that no sign can end early. @param {string} text */
function textString(text) {
  const units = Array.from({ length: text.length }, (_, at) => hexadecimal(text.charCodeAt(at), 4));
  return `<FEFF${units.join("")}>`;
}

/** @param {number} value @param {number} digits */
function hexadecimal(value, digits) {
  return value.toString(16).toUpperCase().padStart(digits, "0");
}

export function createPdf() {
  const encoder = new TextEncoder();
  /** Object n stands at n - 1. @type {(Uint8Array<ArrayBuffer>[])[]} */
  const objects = [];
  /** @type {Map<string, string>} what the page's resources are called, by kind and content */
  const named = new Map();
  /** @type {Record<"ExtGState" | "XObject" | "Pattern" | "Font", string[]>} */
  const resources = { ExtGState: [], XObject: [], Pattern: [], Font: [] };
  /** @type {string[]} */
  const letters = [];
  /** @type {Map<string, number>} */
  const codes = new Map();

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

    /** Operators that put these words where letters of this size stand, unseen. @param {string} text @param {number} size */
    words(text, size) {
      let font = -1;
      let shown = "";
      for (const letter of text) {
        const code = codes.get(letter) ?? letters.push(letter) - 1;
        codes.set(letter, code);
        const its = Math.floor(code / LETTERS);
        if (its !== font) shown += `${font < 0 ? "" : "> Tj "}/W${its} ${number(size)} Tf <`;
        font = its;
        shown += hexadecimal(1 + (code % LETTERS), 2);
      }
      return font < 0 ? "" : `BT ${shown}> Tj ET\n`;
    },

    /** @param {string} content @param {number} width in points @param {number} height @param {string} title */
    async finish(content, width, height, title) {
      const fonts = Math.ceil(letters.length / LETTERS);
      for (let font = 0; font < fonts; font += 1) {
        const made = await addFont(letters.slice(font * LETTERS, (font + 1) * LETTERS));
        resources.Font.push(`/W${font} ${made} 0 R`);
      }
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

  /** A font whose letters leave no mark and say what they are. @param {string[]} its */
  async function addFont(its) {
    const glyph = await addStream("", `${ADVANCE} 0 d0`);
    const lines = its.map((letter, at) => `<${hexadecimal(at + 1, 2)}> ${textString(letter).replace("FEFF", "")}`);
    const blocks = Array.from({ length: Math.ceil(lines.length / 100) }, (_, at) =>
      lines.slice(at * 100, at * 100 + 100),
    );
    const map = await addStream(
      "",
      "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapName /Words def\n/CMapType 2 def\n" +
        "1 begincodespacerange\n<00> <FF>\nendcodespacerange\n" +
        blocks.map((block) => `${block.length} beginbfchar\n${block.join("\n")}\nendbfchar\n`).join("") +
        "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend",
    );
    return add(
      `<< /Type /Font /Subtype /Type3 /FontBBox [0 0 ${ADVANCE} 1000] /FontMatrix [0.001 0 0 0.001 0 0] ` +
        `/CharProcs << /g ${glyph} 0 R >> /Encoding << /Type /Encoding /Differences [1${" /g".repeat(its.length)}] >> ` +
        `/FirstChar 1 /LastChar ${its.length} /Widths [${its.map(() => ADVANCE).join(" ")}] /ToUnicode ${map} 0 R /Resources << >> >>`,
    );
  }

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
