// @ts-check
/**
 * Which of the open files a program draws from, read off its text: `df` is the first table, `tables` holds all, and a file is opened by
 * its name. A table that only happens to be open is no source of a chart. Pure.
 *
 * @import {ProfileTable} from "../shared/protocol.js"
 */

import { quotedTexts, replaceTexts } from "./python-words.js";
import { topStatements } from "./statements.js";

/** @param {string} program @param {ProfileTable[]} tables in their order @returns {Set<string>} names of files */
export function filesUsed(program, tables) {
  const texts = quotedTexts(program);
  const named = tables.filter(({ name }) => texts.has(name));
  const used = [
    ...(uses(program, "df") ? tables.slice(0, 1) : []),
    // One that goes through all of them names none.
    ...(uses(program, "tables") ? (named.length > 0 ? named : tables) : []),
    ...tables.filter(({ file }) => [...texts].some((text) => text === file || text.endsWith(`/${file}`))),
  ];
  return new Set(used.map(({ file }) => file));
}

/** Whether a name is read before the program gives it another meaning. @param {string} program @param {"df" | "tables"} name */
function uses(program, name) {
  // Neither an attribute of that name, nor what an argument is called.
  const read = new RegExp(`(?<![\\p{L}\\p{N}_.])${name}(?![\\p{L}\\p{N}_]|\\s*=(?!=))`, "u");
  const replaces = new RegExp(`^${name}\\s*=(?!=)`);
  const takes = new RegExp(`^(?:async\\s+)?def\\s+\\w+\\s*\\([^)]*\\b${name}\\b`);
  for (const { text } of topStatements(program)) {
    const bare = withoutTexts(text);
    if (read.test(bare) && !takes.test(bare)) return true;
    if (replaces.test(bare)) return false;
  }
  return false;
}

/** Without comments and what is quoted, but for what a formatted text reads. @param {string} program */
function withoutTexts(program) {
  return replaceTexts(program, (text, isComment) => {
    const isFormatted = !isComment && /^[rb]?f/i.test(text);
    return isFormatted ? (text.match(/\{[^{}]*\}/g) ?? []).join(" ") : "''";
  });
}
