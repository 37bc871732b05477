// @ts-check
/**
 * Reads a TrueType font and cuts it down to some of its letters (OpenType 1.9: `cmap`, `glyf`, `loca`, `hmtx`). The fonts are those that the
 * build made (pyodide-bundle/build/fonts.mjs): of one weight, without hints and without features, so a letter is one shape and one
 * width. Pure.
 *
 * @typedef {ReturnType<typeof readFont>} Font
 */

const HEAD = { unitsPerEm: 18, bounds: 36, longOffsets: 50 };
const HHEA = { ascender: 4, descender: 6, metrics: 34 };
/** Flags of a glyph that is made of others. */
const COMPOSITE = { words: 0x1, scale: 0x8, more: 0x20, twoScales: 0x40, matrix: 0x80 };

/** @param {ArrayBuffer} bytes */
export function readFont(bytes) {
  const view = new DataView(bytes);
  /** @type {Map<string, DataView>} */
  const tables = new Map();
  for (let at = 12; at < 12 + 16 * view.getUint16(4); at += 16) {
    const tag = String.fromCharCode(...new Uint8Array(bytes, at, 4));
    tables.set(tag, new DataView(bytes, view.getUint32(at + 8), view.getUint32(at + 12)));
  }
  /** @param {string} tag */
  function table(tag) {
    const found = tables.get(tag);
    if (!found) throw new Error(`the font has no table ${tag}`);
    return found;
  }
  const [head, hhea, hmtx, loca, glyf] = [table("head"), table("hhea"), table("hmtx"), table("loca"), table("glyf")];
  const glyphs = table("maxp").getUint16(4);
  const metrics = hhea.getUint16(HHEA.metrics);
  const isLong = head.getInt16(HEAD.longOffsets) === 1;
  const codes = codesOf(table("cmap"));
  const offset = (/** @type {number} */ glyph) => (isLong ? loca.getUint32(4 * glyph) : 2 * loca.getUint16(2 * glyph));

  /** @param {number} glyph @returns {Uint8Array<ArrayBuffer>} its shape, empty for a blank */
  function outline(glyph) {
    if (glyph >= glyphs) return new Uint8Array();
    const start = offset(glyph);
    return new Uint8Array(bytes, glyf.byteOffset + start, offset(glyph + 1) - start);
  }

  /** @param {number} glyph in units of the font */
  const advance = (glyph) => hmtx.getUint16(4 * Math.min(glyph, metrics - 1));
  /** @param {number} glyph */
  const bearing = (glyph) =>
    glyph < metrics ? hmtx.getInt16(4 * glyph + 2) : hmtx.getInt16(4 * metrics + 2 * (glyph - metrics));

  /**
   * The font with these letters only, as a file of its own.
   * @param {Iterable<string>} letters those that it lacks are left out
   */
  function subset(letters) {
    /** Old numbers of the glyphs, by their new ones. The first is what stands for a letter that is missing. */
    const kept = [0];
    /** @type {Map<number, number>} */
    const renumbered = new Map([[0, 0]]);
    const keep = (/** @type {number} */ glyph) => {
      const known = renumbered.get(glyph);
      if (known !== undefined) return known;
      renumbered.set(glyph, kept.length);
      return kept.push(glyph) - 1;
    };
    /** @type {Map<string, number>} */
    const numbers = new Map();
    for (const letter of new Set(letters)) {
      const glyph = codes(letter.codePointAt(0) ?? 0);
      if (glyph > 0) numbers.set(letter, keep(glyph));
    }
    /** @type {Uint8Array<ArrayBuffer>[]} */
    const shapes = [];
    // Parts of letters join the list while it is walked.
    for (let at = 0; at < kept.length; at += 1) shapes.push(withParts(outline(kept[at] ?? 0), keep));
    const places = [0];
    for (const shape of shapes) places.push((places.at(-1) ?? 0) + shape.length);
    const ordered = [...numbers]
      .map(([letter, glyph]) => /** @type {[number, number]} */ ([letter.codePointAt(0) ?? 0, glyph]))
      .sort(([a], [b]) => a - b);
    const file = fontFile([
      ...["OS/2", "name"].flatMap((tag) => {
        const its = tables.get(tag);
        return its ? [/** @type {[string, Uint8Array<ArrayBuffer>]} */ ([tag, copyOf(its)])] : [];
      }),
      ["cmap", codeTable(ordered)],
      ["glyf", joined(shapes)],
      ["head", changed(head, (its) => its.setInt16(HEAD.longOffsets, 1))],
      ["hhea", changed(hhea, (its) => its.setUint16(HHEA.metrics, kept.length))],
      ["hmtx", words16(kept.flatMap((glyph) => [advance(glyph), bearing(glyph)]))],
      ["loca", words32(places)],
      ["maxp", changed(table("maxp"), (its) => its.setUint16(4, kept.length))],
      // No names of glyphs.
      ["post", changed(new DataView(copyOf(table("post")).slice(0, 32).buffer), (its) => its.setUint32(0, 0x30000))],
    ]);
    return { file, numbers, advances: kept.map(advance) };
  }

  return {
    unitsPerEm: head.getUint16(HEAD.unitsPerEm),
    ascender: hhea.getInt16(HHEA.ascender),
    descender: hhea.getInt16(HHEA.descender),
    bounds: [0, 2, 4, 6].map((at) => head.getInt16(HEAD.bounds + at)),
    /** @param {string} letter */
    has: (letter) => codes(letter.codePointAt(0) ?? 0) > 0,
    /** How wide a letter is, in parts of the font's size. @param {string} letter */
    widthOf: (letter) => advance(codes(letter.codePointAt(0) ?? 0)) / head.getUint16(HEAD.unitsPerEm),
    subset,
  };
}

/** @param {DataView} cmap @returns {(point: number) => number} from letters to glyphs, 0 for none */
function codesOf(cmap) {
  /** @type {Map<number, DataView>} */
  const found = new Map();
  for (let at = 4; at < 4 + 8 * cmap.getUint16(2); at += 8) {
    const place = cmap.getUint32(at + 4);
    const table = new DataView(cmap.buffer, cmap.byteOffset + place);
    found.set(table.getUint16(0), table);
  }
  const [whole, short] = [found.get(12), found.get(4)];
  if (whole) return (point) => inGroups(whole, point);
  if (short) return (point) => (point > 0xffff ? 0 : inSegments(short, point));
  throw new Error("the font says of no letter which glyph it is");
}

/** Format 12. @param {DataView} table @param {number} point */
function inGroups(table, point) {
  let [low, high] = [0, table.getUint32(12) - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const at = 16 + 12 * middle;
    if (point < table.getUint32(at)) high = middle - 1;
    else if (point > table.getUint32(at + 4)) low = middle + 1;
    else return table.getUint32(at + 8) + point - table.getUint32(at);
  }
  return 0;
}

/** Format 4. @param {DataView} table @param {number} point */
function inSegments(table, point) {
  const doubled = table.getUint16(6);
  for (let at = 0; at < doubled; at += 2) {
    if (point > table.getUint16(14 + at)) continue;
    const start = table.getUint16(16 + doubled + at);
    if (point < start) return 0;
    const delta = table.getInt16(16 + 2 * doubled + at);
    const place = 16 + 3 * doubled + at;
    const range = table.getUint16(place);
    const glyph = range === 0 ? point : table.getUint16(place + range + 2 * (point - start));
    return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
  }
  return 0;
}

/**
 * A glyph whose parts have their new numbers, as long as tables want it: a multiple of four.
 * @param {Uint8Array<ArrayBuffer>} shape @param {(glyph: number) => number} keep
 */
function withParts(shape, keep) {
  const copy = new Uint8Array((shape.length + 3) & ~3);
  copy.set(shape);
  const view = new DataView(copy.buffer);
  if (shape.length < 10 || view.getInt16(0) >= 0) return copy;
  for (let at = 10, flags = COMPOSITE.more; flags & COMPOSITE.more; ) {
    flags = view.getUint16(at);
    view.setUint16(at + 2, keep(view.getUint16(at + 2)));
    at += 4 + (flags & COMPOSITE.words ? 4 : 2);
    at += flags & COMPOSITE.matrix ? 8 : flags & COMPOSITE.twoScales ? 4 : flags & COMPOSITE.scale ? 2 : 0;
  }
  return copy;
}

/** Format 12, one group for each letter. @param {[point: number, glyph: number][]} ordered */
function codeTable(ordered) {
  const head = words16([0, 1, 3, 10, 0, 12, 12, 0]);
  const groups = ordered.flatMap(([point, glyph]) => [point, point, glyph]);
  return joined([head, words32([16 + 4 * groups.length, 0, ordered.length, ...groups])]);
}

/** @param {[tag: string, bytes: Uint8Array<ArrayBuffer>][]} tables */
function fontFile(tables) {
  tables.sort(([a], [b]) => (a < b ? -1 : 1));
  const power = Math.floor(Math.log2(tables.length));
  const head = new DataView(new ArrayBuffer(12 + 16 * tables.length));
  head.setUint32(0, 0x10000);
  for (const [at, value] of [tables.length, 16 << power, power, 16 * tables.length - (16 << power)].entries())
    head.setUint16(4 + 2 * at, value);
  const parts = [new Uint8Array(head.buffer)];
  let place = head.byteLength;
  for (const [number, [tag, bytes]] of tables.entries()) {
    const at = 12 + 16 * number;
    for (let letter = 0; letter < 4; letter += 1) head.setUint8(at + letter, tag.charCodeAt(letter));
    const padded = new Uint8Array((bytes.length + 3) & ~3);
    padded.set(bytes);
    head.setUint32(at + 4, sumOf(padded));
    head.setUint32(at + 8, place);
    head.setUint32(at + 12, bytes.length);
    parts.push(padded);
    place += padded.length;
  }
  return joined(parts);
}

/** As OpenType counts a table. @param {Uint8Array<ArrayBuffer>} padded */
function sumOf(padded) {
  const view = new DataView(padded.buffer);
  let sum = 0;
  for (let at = 0; at < padded.length; at += 4) sum = (sum + view.getUint32(at)) >>> 0;
  return sum;
}

/** @param {Uint8Array<ArrayBuffer>[]} parts */
function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** @param {DataView} table */
function copyOf(table) {
  const bytes = new Uint8Array(table.byteLength);
  bytes.set(new Uint8Array(table.buffer, table.byteOffset, table.byteLength));
  return bytes;
}

/** @param {DataView} table @param {(copy: DataView) => void} change */
function changed(table, change) {
  const bytes = copyOf(table);
  change(new DataView(bytes.buffer));
  return bytes;
}

/** @param {number[]} values */
function words16(values) {
  const view = new DataView(new ArrayBuffer(2 * values.length));
  for (const [at, value] of values.entries()) view.setUint16(2 * at, value & 0xffff);
  return new Uint8Array(view.buffer);
}

/** @param {number[]} values */
function words32(values) {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (const [at, value] of values.entries()) view.setUint32(4 * at, value);
  return new Uint8Array(view.buffer);
}
