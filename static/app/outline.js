// @ts-check
/**
 * What can be said of a program without a model: read off its text and its figure, nothing guessed. Pure.
 *
 * @import {Figure, Profile} from "../shared/protocol.js"
 */

import { describeFigure } from "./describe.js";
import { t } from "./language.js";
import { quotedTexts } from "./python-words.js";
import { listed } from "./words.js";

const IMPORT = /^[ \t]*(?:import|from)[ \t]+([\w.]+)/gm;

/** @param {string} program @param {Profile | null} profile @param {Figure | null} figure @returns {string} paragraphs */
export function outline(program, profile, figure) {
  if (figure) return describeFigure(figure);
  if (program.trim() === "") return "";
  const libraries = [...new Set([...program.matchAll(IMPORT)].map(([, name]) => (name ?? "").split(".")[0] ?? ""))];
  const texts = quotedTexts(program);
  const isNamed = (/** @type {string} */ name) =>
    texts.has(name) ||
    new RegExp(`\\.${name.replace(/[^\p{L}\p{N}_]/gu, "\\$&")}(?![\\p{L}\\p{N}_(])`, "u").test(program);
  const columns = [
    ...new Set((profile?.tables ?? []).flatMap((table) => table.columns.map(({ name }) => name)).filter(isNamed)),
  ];
  const lines = program.split("\n").filter((line) => line.trim() !== "" && !line.trim().startsWith("#")).length;
  const size = t("count.program_lines", { n: lines });
  return [
    libraries.length > 0
      ? t("outline.program_with", { lines: size, libraries: listed(libraries) })
      : t("outline.program", { lines: size }),
    columns.length > 0 ? t("outline.columns", { n: columns.length, columns: listed(columns, 12) }) : "",
  ]
    .filter(Boolean)
    .join("\n\n");
}
