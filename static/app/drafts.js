// @ts-check
/**
 * What a person has typed and opened, kept over a reload. Kept by the tab and by the page's path, so that neither two tabs nor
 * two charts disturb each other. Never rows: files are in kept.js, of a
 * file of the person's own only the name is here.
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
  try {
    const chosen = localStorage.getItem(PRIVACY);
    return chosen === "names" || chosen === "statistics" || chosen === "samples" ? chosen : null;
  } catch {
    return null;
  }
}

/** @param {Privacy} level */
export function keepPrivacy(level) {
  try {
    localStorage.setItem(PRIVACY, level);
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
