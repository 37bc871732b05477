// @ts-check
/**
 * Numbers, names and times as a reader expects them. Pure; what to say when something fails is in advice.js.
 */

const whole = new Intl.NumberFormat("en");

/** @param {number} value */
export function count(value) {
  return whole.format(value);
}

/** @param {number} value @param {string} one @param {string} many */
export function counted(value, one, many = `${one}s`) {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** @param {number} bytes */
export function size(bytes) {
  if (bytes < 1000) return counted(bytes, "byte");
  if (bytes < 1e6) return `${count(Math.round(bytes / 1000))} kB`;
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** @param {number} milliseconds */
export function duration(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.floor(seconds)} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

const hour = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

/** The hour of a moment today, the day of an earlier one. @param {string} time as the server writes it: RFC 3339 */
export function moment(time) {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return "";
  return day.format(date) === day.format(new Date()) ? hour.format(date) : day.format(date);
}

const cents = new Intl.NumberFormat("en", { style: "currency", currency: "USD" });
/** What one call costs is mostly less than a cent. */
const fractions = new Intl.NumberFormat("en", { style: "currency", currency: "USD", maximumSignificantDigits: 2 });

/** @param {number} dollars */
export function money(dollars) {
  return (dollars >= 1 ? cents : fractions).format(dollars);
}

/** @param {string[]} items @param {number} most */
export function listed(items, most = 6) {
  const shown = items.slice(0, most);
  const more = items.length - shown.length;
  if (more > 0) return `${shown.join(", ")} and ${count(more)} more`;
  const last = shown.pop() ?? "";
  return shown.length > 0 ? `${shown.join(", ")} and ${last}` : last;
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
  return `${text.slice(0, head)}[${counted(left, "line")} not shown here]${text.slice(tail)}`;
}
