// @ts-check
/**
 * Puts names of columns right in a program, as the sandbox found them. What it says is not taken on trust: only a literal that is the
 * same name but for case, blanks and signs is changed, and only into a column that the tables have. Pure.
 *
 * @import {Fix, Profile} from "../shared/protocol.js"
 */

import { t } from "./language.js";

/**
 * @param {string} program
 * @param {readonly Fix[]} fixes
 * @param {Profile | null} profile
 * @returns {string | null} null if there is nothing to do, or anything that must not be done
 */
export function withFixes(program, fixes, profile) {
  const columns = new Set(profile?.tables.flatMap((table) => table.columns.map(({ name }) => name)));
  const lines = program.split("\n");
  // From the end of a line, so that places before stay where they are.
  for (const { line, start, end, from, to } of [...fixes].sort((a, b) => b.start - a.start)) {
    const text = lines[line - 1];
    const literal = text?.slice(start, end) ?? "";
    const isSame = folded(from) === folded(to) && from !== to && columns.has(to);
    if (text === undefined || !isSame || !["'", '"'].some((quote) => literal === quote + from + quote)) return null;
    lines[line - 1] = text.slice(0, start) + quoted(to) + text.slice(end);
  }
  return fixes.length > 0 ? lines.join("\n") : null;
}

/** What was put right, for the person. @param {readonly Fix[]} fixes */
export function describeFixes(fixes) {
  const inOrder = [...fixes].sort((a, b) => a.line - b.line || a.start - b.start);
  const pairs = [...new Set(inOrder.map(({ from, to }) => t("notice.fixed_name", { from, to })))];
  return t("notice.fixed", { names: pairs.join(", ") });
}

/** As Python reads it: JSON's escapes are among its own. @param {string} name */
function quoted(name) {
  return JSON.stringify(name);
}

/** @param {string} name */
function folded(name) {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");
}
