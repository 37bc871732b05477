// @ts-check
/**
 * Takes some of the rows of a text table that is too large for a tab: its beginning, and pieces of whole lines from all over it. The
 * file is not read but for the places where it is cut, however large it is.
 */

/** Pieces a sample is taken from: many, since files are mostly in some order. */
const PIECES = 64;
/** In bytes: no line that is cut at is longer. */
const LONGEST_LINE = 1 << 16;
const NEWLINE = 10;
const QUOTE = 34;

/**
 * @param {Blob} blob
 * @param {number} most bytes of the sample
 * @returns {Promise<Blob | null>} null for what is no text in lines, or has lines that cannot be told apart
 */
export async function sampleRows(blob, most) {
  const start = await bytesOf(blob, 0, LONGEST_LINE);
  if (!isLines(start)) return null;
  const piece = Math.floor(most / PIECES);
  // Where a text in quotes goes on in the next line, a cut could be in the middle of a row.
  if (hasLongRows(start)) {
    const end = await lineEnd(blob, most);
    return end === null ? null : blob.slice(0, end);
  }
  /** @type {Blob[]} */
  const parts = [];
  for (let number = 0; number < PIECES; number += 1) {
    const from = Math.floor((number * blob.size) / PIECES);
    const begin = number === 0 ? 0 : await lineEnd(blob, from);
    const end = await lineEnd(blob, Math.min(from + piece, blob.size - 1));
    if (begin === null || end === null) return null;
    if (end > begin) parts.push(blob.slice(begin, end));
  }
  return new Blob(parts);
}

/** @param {Blob} blob @param {number} from @returns {Promise<number | null>} after the next end of a line, or of the file */
async function lineEnd(blob, from) {
  const bytes = await bytesOf(blob, from, from + LONGEST_LINE);
  const at = bytes.indexOf(NEWLINE);
  if (at >= 0) return from + at + 1;
  return from + bytes.length >= blob.size ? blob.size : null;
}

/** @param {Blob} blob @param {number} from @param {number} to */
async function bytesOf(blob, from, to) {
  return new Uint8Array(await blob.slice(from, to).arrayBuffer());
}

/** Text has no zeros, what is packed has; one long JSON has no rows. @param {Uint8Array} start */
function isLines(start) {
  return start.includes(NEWLINE) && !start.includes(0) && start[0] !== "[".charCodeAt(0) && !isJson(start);
}

/** An object over many lines; JSON lines begin and end one in each. @param {Uint8Array} start */
function isJson(start) {
  const line = new TextDecoder().decode(start.subarray(0, start.indexOf(NEWLINE))).trim();
  return line.startsWith("{") && !line.endsWith("}");
}

/** @param {Uint8Array} start */
function hasLongRows(start) {
  let quotes = 0;
  for (const byte of start) {
    if (byte === QUOTE) quotes += 1;
    else if (byte === NEWLINE && quotes % 2 === 1) return true;
  }
  return false;
}
