// @ts-check
/**
 * Which fonts a run needs beyond the one that every interpreter has (Latin, Greek, Cyrillic). Pure.
 *
 * Found before the run, from the letters of the tables and from the program's text, for the reason that packages are: a program that
 * asked for a file while running could tell something by asking. A letter that a program only computes stays without its font.
 *
 * @import {Runtime} from "./wire.js"
 */

const KANA = /[\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9f]/u;
const HANGUL = /[\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\uac00-\ud7fb]/u;
/** Ideographs, and what of Chinese is none: its phonetic signs and its punctuation. */
const HAN = /[\u2e80-\u303f\u3100-\u312f\u3190-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff65\u{20000}-\u{323af}]/gu;
/** Letters that Python is told by their numbers. */
const ESCAPED = /\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g;
const LAST = 0x10ffff;

/** What Japanese is written with, which its font has; found when it is first asked for. @type {Set<string> | undefined} */
let japanese;

/**
 * @param {string} program
 * @param {string} letters of the tables
 * @param {Pick<Runtime, "fonts">} runtime
 * @returns {string[]} names of files
 */
export function fontsFor(program, letters, { fonts }) {
  const text = letters + unescaped(program);
  const files = [];
  const hasKana = KANA.test(text);
  if (hasKana) files.push(fonts.kana);
  // With kana they are Japanese as long as Japanese has them: it writes them in forms of its own.
  const han = text.match(HAN) ?? [];
  if (han.some((letter) => !hasKana || !japaneseLetters().has(letter))) files.push(fonts.han);
  if (HANGUL.test(text)) files.push(fonts.hangul);
  return files;
}

/** Letters written as their numbers become those letters. @param {string} program */
export function unescaped(program) {
  return program.replace(ESCAPED, (whole, short, long) => {
    const point = Number.parseInt(short ?? long, 16);
    return point <= LAST ? String.fromCodePoint(point) : whole;
  });
}

/** The letters of Shift JIS: all that its two bytes can say. */
function japaneseLetters() {
  if (japanese) return japanese;
  const bytes = [];
  for (let first = 0x81; first <= 0xfc; first += 1) {
    if (first > 0x9f && first < 0xe0) continue;
    for (let second = 0x40; second <= 0xfc; second += 1) bytes.push(first, second);
  }
  japanese = new Set(new TextDecoder("shift_jis").decode(Uint8Array.from(bytes)));
  return japanese;
}
