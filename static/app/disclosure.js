// @ts-check
/**
 * What of a profile leaves the tab: all that the person's level of privacy lets pass, and nothing else. Pure; what stands in the
 * preview and what is sent are both made here.
 *
 * At the level of statistics no cell of a text column leaves, and none of a number or a date that has more to it than four digits
 * or a month: ranges and quartiles are rounded, and identifiers have none.
 *
 * @import {Profile as FullProfile, ProfileColumn, ProfileTable} from "../shared/protocol.js"
 * @import {Column, Kind, Privacy, Profile, Purpose} from "./wire.js"
 * @import {ColumnEdit, Edits} from "./edits.js"
 */

import { editOf } from "./edits.js";

/** Digits of a number that tell its size and not which cell it stands in. */
const DIGITS = 4;
const LONGEST_NOTE = 300;
/** @type {readonly Kind[]} */
const KINDS = ["integer", "number", "text", "date", "boolean", "duration", "mixed", "empty"];
/** @type {readonly Purpose[]} */
const ROLES = ["identifier", "category", "yes/no"];

/**
 * @param {FullProfile} profile
 * @param {Privacy} level
 * @param {Edits} edits where the person has spoken of single columns
 * @param {(table: ProfileTable, position: number) => string} sourceOf the name that a column has in its file
 * @returns {Profile}
 */
export function disclose(profile, level, edits, sourceOf) {
  return {
    tables: profile.tables.map((table) => ({
      name: table.name,
      file: table.file,
      fingerprint: table.fingerprint,
      ...(level !== "names" && { rows: table.rows }),
      columns: table.columns.map((column, position) =>
        discloseColumn(column, level, editOf(edits, table.name, sourceOf(table, position))),
      ),
    })),
  };
}

/**
 * @param {ProfileColumn} column
 * @param {Privacy} general
 * @param {ColumnEdit} edit
 * @returns {Column}
 */
function discloseColumn(column, general, edit) {
  const level =
    edit.samples === true ? "samples" : edit.samples === false && general === "samples" ? "statistics" : general;
  const role = ROLES.find((known) => known === column.role);
  const note = edit.note?.trim().slice(0, LONGEST_NOTE);
  return {
    name: column.name,
    type: KINDS.find((known) => known === column.type) ?? "mixed",
    ...(level !== "names" && { missing: column.missing, distinct: column.distinct }),
    ...(level === "samples" ? exact(column) : level === "statistics" ? rounded(column) : {}),
    ...(column.unit !== undefined && { unit: column.unit.slice(0, 8) }),
    ...(role !== undefined && { role }),
    ...(note && { note }),
  };
}

/** @param {ProfileColumn} column @returns {Partial<Column>} */
function exact({ min, max, quantiles, top, samples }) {
  return {
    ...(min !== undefined && max !== undefined && { min, max }),
    ...(quantiles?.length === 3 && { quantiles }),
    ...(top?.length && { top: top.slice(0, 20) }),
    ...(samples?.length && { samples: samples.slice(0, 20) }),
  };
}

/** @param {ProfileColumn} column @returns {Partial<Column>} */
function rounded({ type, role, min, max, quantiles, top }) {
  if (role === "identifier") return {};
  if (type === "boolean") return top?.every((kind) => kind === "True" || kind === "False") ? { top } : {};
  if (typeof min === "number" && typeof max === "number") {
    return {
      min: digits(min),
      max: digits(max),
      ...(quantiles?.length === 3 && { quantiles: quantiles.map(digits) }),
    };
  }
  if (type === "date" && typeof min === "string" && typeof max === "string") {
    const [first, last] = [month(min), month(max)];
    if (first && last) return { min: first, max: last };
  }
  return {};
}

/** @param {number} value */
function digits(value) {
  return Number(value.toPrecision(DIGITS));
}

/** @param {string} date */
function month(date) {
  return /^-?\d{4,6}-\d\d/.exec(date)?.[0];
}

/** @type {readonly Privacy[]} */
export const PRIVACY_LEVELS = ["names", "statistics", "samples"];
