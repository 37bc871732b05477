// @ts-check
/**
 * What a person has typed, opened and chosen, kept over a reload. What was typed is kept by the tab and by the page's path, so that
 * neither two tabs nor two charts disturb each other; a choice is kept for every tab. Never rows: files are in kept.js, of a file of
 * the person's own only the name is here.
 *
 * @import {Privacy} from "./wire.js"
 *
 * @typedef {object} Draft
 * @property {string} question typed and not yet asked
 * @property {string | null} program the edited program, where it differs from the chart's
 * @property {string | null} asking the question that was being answered
 *
 * @typedef {{name: string, sample: boolean}} RememberedTable
 */

import { PRIVACY_LEVELS } from "./disclosure.js";

const TABLES = "sandplot:tables";

/** @returns {Draft} */
export function readDraft() {
  const kept = read(key());
  return {
    question: typeof kept["question"] === "string" ? kept["question"] : "",
    program: typeof kept["program"] === "string" ? kept["program"] : null,
    asking: typeof kept["asking"] === "string" ? kept["asking"] : null,
  };
}

/** @param {Partial<Draft>} change */
export function keepDraft(change) {
  const draft = { ...readDraft(), ...change };
  const empty = draft.question === "" && draft.program === null && draft.asking === null;
  write(key(), empty ? null : draft);
}

/** @returns {RememberedTable[]} */
export function readTables() {
  const { tables } = read(TABLES);
  if (!Array.isArray(tables)) return [];
  return tables.filter((item) => typeof item?.name === "string" && typeof item?.sample === "boolean");
}

/** @param {RememberedTable[]} tables */
export function keepTables(tables) {
  write(TABLES, tables.length > 0 ? { tables } : null);
}

const PRIVACY = "sandplot:privacy";

/** How much of the tables the person lets be told, in every tab. @returns {Privacy | null} */
export function readPrivacy() {
  const chosen = recall(PRIVACY);
  return PRIVACY_LEVELS.find((level) => level === chosen) ?? null;
}

/** @param {Privacy} level */
export function keepPrivacy(level) {
  remember(PRIVACY, level);
}

/** A choice of the person's, in every tab. Storage may be forbidden: the page works without. @param {string} name */
export function recall(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** @param {string} name @param {string} choice */
export function remember(name, choice) {
  try {
    localStorage.setItem(name, choice);
  } catch {
    return;
  }
}

function key() {
  return `sandplot:draft:${location.pathname}`;
}

/** @param {string} name @returns {Record<string, unknown>} */
function read(name) {
  try {
    const value = JSON.parse(sessionStorage.getItem(name) ?? "{}");
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** Storage may be full or forbidden: the page works without. @param {string} name @param {object | null} value */
function write(name, value) {
  try {
    if (value === null) sessionStorage.removeItem(name);
    else sessionStorage.setItem(name, JSON.stringify(value));
  } catch {
    return;
  }
}
