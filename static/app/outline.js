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
/** Not one that is called. */
const ATTRIBUTE = /\.([\p{L}_][\p{L}\p{N}_]*)(?![\p{L}\p{N}_(])/gu;

/** @param {string} program @param {Profile | null} profile @param {Figure | null} figure @returns {string} paragraphs */
export function outline(program, profile, figure) {
  if (figure) return describeFigure(figure);
  if (program.trim() === "") return "";
  const libraries = [...new Set([...program.matchAll(IMPORT)].map(([, name]) => (name ?? "").split(".")[0] ?? ""))];
  const texts = quotedTexts(program);
  const attributes = new Set([...program.matchAll(ATTRIBUTE)].map(([, name]) => name));
  const isNamed = (/** @type {string} */ name) => texts.has(name) || attributes.has(name);
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
