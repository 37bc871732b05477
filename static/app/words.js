// @ts-check
/**
 * Numbers, names and times as a reader of the page's language expects them. Pure but for that language; the words themselves are
 * language.js's, what to say when something fails is in advice.js.
 */

import { language, t, written } from "./language.js";

/** Dates are written the way most of the world does. @type {Record<string, string>} */
const REGIONS = { en: "en-GB" };
const region = () => REGIONS[language()] ?? language();

/** @param {number} value @param {Intl.NumberFormatOptions} [how] */
export function count(value, how) {
  return how ? new Intl.NumberFormat(language(), how).format(value) : written(value);
}

/** @param {number} bytes */
export function size(bytes) {
  if (bytes < 1000) return inUnits(bytes, "byte", 0, "long");
  if (bytes < 1e6) return inUnits(bytes / 1000, "kilobyte", 0);
  if (bytes < 1e9) return inUnits(bytes / 1e6, "megabyte", bytes < 1e7 ? 1 : 0);
  return inUnits(bytes / 1e9, "gigabyte", 1);
}

/** @param {number} value @param {string} unit @param {number} digits @param {"short" | "long"} [unitDisplay] */
function inUnits(value, unit, digits, unitDisplay = "short") {
  return count(value, { ...fixed(digits), style: "unit", unit, unitDisplay });
}

/** @param {number} digits after the point @returns {Intl.NumberFormatOptions} */
export function fixed(digits) {
  return { minimumFractionDigits: digits, maximumFractionDigits: digits };
}

/** @param {number} milliseconds */
export function duration(milliseconds) {
  const seconds = milliseconds / 1000;
  const whole = (/** @type {number} */ value) => String(Math.floor(value));
  if (seconds < 10) return t("time.seconds", { seconds: count(seconds, fixed(1)) });
  if (seconds < 120) return t("time.seconds", { seconds: whole(seconds) });
  if (seconds < 7200) return t("time.minutes", { minutes: whole(seconds / 60), seconds: whole(seconds % 60) });
  return t("time.hours", { hours: whole(seconds / 3600), minutes: whole((seconds % 3600) / 60) });
}

/** The hour of a moment today, the day of an earlier one. @param {string} time as the server writes it: RFC 3339 */
export function moment(time) {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return "";
  const day = new Intl.DateTimeFormat(region(), { day: "numeric", month: "short", year: "numeric" });
  const hour = new Intl.DateTimeFormat(region(), { hour: "2-digit", minute: "2-digit" });
  return day.format(date) === day.format(new Date()) ? hour.format(date) : day.format(date);
}

/** The time of day, to the second. @param {Date} time */
export function clock(time) {
  return time.toLocaleTimeString(region());
}

/** What one call costs is mostly less than a cent. @param {number} dollars */
export function money(dollars) {
  const digits = dollars >= 1 ? {} : { maximumSignificantDigits: 2 };
  return count(dollars, { style: "currency", currency: "USD", ...digits });
}

/** @param {string[]} items @param {number} most */
export function listed(items, most = 6) {
  const shown = items.slice(0, most);
  const more = items.length - shown.length;
  if (more > 0) return t("list.more", { items: shown.join(", "), n: more });
  return new Intl.ListFormat(region()).format(shown);
}

/** A name for a downloaded file. @param {string} title */
export function fileStem(title) {
  const stem = title
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .replace(/[^\p{Letter}\p{Number}]+/gu, "-")
    .replace(/^-+|-+$/g, "")
    .toLowerCase();
  return Array.from(stem).slice(0, 48).join("").replace(/-+$/, "") || "chart";
}

/** Lines at the beginning and at the end of a long text that are shown: laying out 100,000 of them stops a page for seconds. */
const LINES_AT_EACH_END = 1000;

/** The text without the lines in its middle, if it has many. @param {string} text */
export function withoutMiddle(text) {
  let head = 0;
  let tail = text.length;
  for (let line = 0; line < LINES_AT_EACH_END; line += 1) {
    head = text.indexOf("\n", head) + 1;
    tail = text.lastIndexOf("\n", tail - 1);
    if (head === 0 || tail <= head) return text;
  }
  const left = text.slice(head, tail).split("\n").length;
  return `${text.slice(0, head)}${t("output.left_out", { n: left })}${text.slice(tail)}`;
}
