// @ts-check
/**
 * The statements of a Python program that stand at its left edge, each with all its lines: enough to know where something can be put
 * in, and far from a parser. Pure.
 *
 * @typedef {{text: string, first: number, last: number}} Statement lines, counted from 0
 */

import { replaceTexts } from "./python-words.js";

/** @param {string} program @returns {Statement[]} without comments and empty lines between them */
export function topStatements(program) {
  const lines = program.split("\n");
  const masked = mask(program).split("\n");
  /** @type {Statement[]} */
  const statements = [];
  let depth = 0;
  let continues = false;
  for (const [at, line] of masked.entries()) {
    const isBlank = line.trim() === "";
    const own = statements.at(-1);
    const belongs = own && (depth > 0 || continues || /^\s/.test(line) || /^(?:else|elif|except|finally)\b/.test(line));
    if (!isBlank || depth > 0) {
      if (belongs) own.last = at;
      else statements.push({ text: "", first: at, last: at });
    }
    for (const sign of line) {
      if ("([{".includes(sign)) depth++;
      else if (")]}".includes(sign)) depth = Math.max(0, depth - 1);
    }
    continues = /\\\s*$/.test(line);
  }
  return statements.map(({ first, last }) => ({ first, last, text: lines.slice(first, last + 1).join("\n") }));
}

/** Comments become nothing and strings one sign, so that neither has brackets; every line stays one. @param {string} program */
function mask(program) {
  return replaceTexts(program, (text, isComment) => {
    if (isComment) return "";
    // A string over several lines holds its lines together as a bracket does.
    return text.includes("\n") ? `(${text.replace(/[^\n]/g, "")})` : '""';
  });
}
