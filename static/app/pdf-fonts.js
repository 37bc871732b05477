// @ts-check
/**
 * The fonts of a PDF (ISO 32000-1, section 9): those that words are seen in, with the letters that are used of them; and one whose letters
 * leave no mark, for pictures whose letters are shapes, so that they can be searched, copied and read aloud all the same.
 *
 * @import {Font} from "./truetype.js"
 *
 * @typedef {(...parts: (string | Uint8Array<ArrayBuffer>)[]) => number} Add makes an object and gives its number
 * @typedef {(entries: string, content: string | Uint8Array<ArrayBuffer>) => Promise<number>} AddStream
 */

/** Letters that one font of empty glyphs has codes for. */
const LETTERS = 255;
/** How wide each of them is taken to be, in thousandths of the size: about what letters are. */
const ADVANCE = 600;

/** @param {number} value @param {number} digits */
function hexadecimal(value, digits) {
  return value.toString(16).toUpperCase().padStart(digits, "0");
}

/** In UTF-16, as it stands in a string of a PDF. @param {string} text */
function units(text) {
  return Array.from({ length: text.length }, (_, at) => hexadecimal(text.charCodeAt(at), 4)).join("");
}

/** Text as a string that no sign can end early. @param {string} text */
export const textString = (text) => `<FEFF${units(text)}>`;

/** What codes stand for. @param {string[]} letters in the order of their codes, from 1 on @param {number} digits of a code */
function unicodeMap(letters, digits) {
  const lines = letters.map((letter, at) => `<${hexadecimal(at + 1, digits)}> <${units(letter)}>`);
  const blocks = Array.from({ length: Math.ceil(lines.length / 100) }, (_, at) =>
    lines.slice(at * 100, at * 100 + 100),
  );
  return (
    "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapName /Words def\n/CMapType 2 def\n" +
    `1 begincodespacerange\n<${"0".repeat(digits)}> <${"F".repeat(digits)}>\nendcodespacerange\n` +
    blocks.map((block) => `${block.length} beginbfchar\n${block.join("\n")}\nendbfchar\n`).join("") +
    "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
  );
}

/** @param {Add} add @param {AddStream} addStream */
export function createPdfFonts(add, addStream) {
  /** @type {string[]} */
  const unseen = [];
  /** @type {Map<string, number>} */
  const codes = new Map();
  /** @typedef {{name: string, letters: string[], codes: Map<string, number>}} Seen */
  /** @type {Map<Font, Seen>} */
  const seen = new Map();

  return {
    /** Operators that put these words where letters of this size stand, unseen. @param {string} text @param {string} size */
    unseen(text, size) {
      let font = -1;
      let shown = "";
      for (const letter of text) {
        const code = codes.get(letter) ?? unseen.push(letter) - 1;
        codes.set(letter, code);
        const its = Math.floor(code / LETTERS);
        if (its !== font) shown += `${font < 0 ? "" : "> Tj "}/W${its} ${size} Tf <`;
        font = its;
        shown += hexadecimal(1 + (code % LETTERS), 2);
      }
      return font < 0 ? "" : `BT ${shown}> Tj ET\n`;
    },

    /**
     * Operators that write letters of a font, within `BT` and `ET`.
     * @param {string[]} letters that it has @param {Font} font @param {string} size
     */
    seen(letters, font, size) {
      /** @type {Seen} */
      const its = seen.get(font) ?? { name: `/L${seen.size}`, letters: [], codes: new Map() };
      seen.set(font, its);
      const written = letters.map((letter) => {
        const code = its.codes.get(letter) ?? its.letters.push(letter);
        its.codes.set(letter, code);
        return hexadecimal(code, 4);
      });
      return `${its.name} ${size} Tf <${written.join("")}> Tj`;
    },

    /** @returns {Promise<string[]>} entries of the page's resources */
    async finish() {
      const entries = [];
      for (let font = 0; font < Math.ceil(unseen.length / LETTERS); font += 1)
        entries.push(`/W${font} ${await addUnseen(unseen.slice(font * LETTERS, (font + 1) * LETTERS))} 0 R`);
      for (const [font, { name, letters }] of seen) entries.push(`${name} ${await addSeen(font, letters, name)} 0 R`);
      return entries;
    },
  };

  /** A font whose letters leave no mark and say what they are. @param {string[]} its */
  async function addUnseen(its) {
    const glyph = await addStream("", `${ADVANCE} 0 d0`);
    const map = await addStream("", unicodeMap(its, 2));
    return add(
      `<< /Type /Font /Subtype /Type3 /FontBBox [0 0 ${ADVANCE} 1000] /FontMatrix [0.001 0 0 0.001 0 0] ` +
        `/CharProcs << /g ${glyph} 0 R >> /Encoding << /Type /Encoding /Differences [1${" /g".repeat(its.length)}] >> ` +
        `/FirstChar 1 /LastChar ${its.length} /Widths [${its.map(() => ADVANCE).join(" ")}] /ToUnicode ${map} 0 R /Resources << >> >>`,
    );
  }

  /** @param {Font} font @param {string[]} its letters @param {string} name */
  async function addSeen(font, its, name) {
    const { file, numbers, advances } = font.subset(its);
    const inThousandths = (/** @type {number} */ value) => Math.round((value * 1000) / font.unitsPerEm);
    const glyphs = [0, ...its.map((letter) => numbers.get(letter) ?? 0)];
    const places = Uint8Array.from(glyphs.flatMap((glyph) => [glyph >> 8, glyph & 255]));
    const widths = glyphs.slice(1).map((glyph) => inThousandths(advances[glyph] ?? 0));
    // Six letters before it say that it is a part of a font.
    const called = `/SANDPL+Sandplot${name.slice(1)}`;
    const embedded = await addStream(`/Length1 ${file.length}`, file);
    const [map, order] = [await addStream("", unicodeMap(its, 4)), await addStream("", places)];
    const described = add(
      `<< /Type /FontDescriptor /FontName ${called} /Flags 4 /FontBBox [${font.bounds.map(inThousandths).join(" ")}] /ItalicAngle 0 ` +
        `/Ascent ${inThousandths(font.ascender)} /Descent ${inThousandths(font.descender)} /CapHeight 700 /StemV 80 /FontFile2 ${embedded} 0 R >>`,
    );
    const descendant = add(
      `<< /Type /Font /Subtype /CIDFontType2 /BaseFont ${called} /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> ` +
        `/FontDescriptor ${described} 0 R /W [1 [${widths.join(" ")}]] /CIDToGIDMap ${order} 0 R >>`,
    );
    return add(
      `<< /Type /Font /Subtype /Type0 /BaseFont ${called} /Encoding /Identity-H /DescendantFonts [${descendant} 0 R] /ToUnicode ${map} 0 R >>`,
    );
  }
}
