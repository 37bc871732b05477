// @ts-check
/**
 * The words of the page, by their keys, in the language that the server chose for this person and wrote into the page.
 *
 * A new word: add its key to `static/words/en.json`, the reference, and to the files of the other languages beside it; then say
 * `t("data.remove", { name })` in a module, or `words.t("data.heading")` in a template. `{name}` in the text is replaced. Where the text changes with
 * a number it is an object by plural category, and `n` is that number. What numbers, times and lists look like is in words.js.
 * Words are looked up when they are shown, not when a module is loaded: a test, or a page without words, sets them by `speak`.
 *
 * @typedef {Exclude<keyof typeof import("../words/en.json"), "//" | "default">} Key
 * @typedef {Record<string, string | Record<string, string>>} Texts
 * @typedef {{[name: string]: string | number | Phrase}} Values numbers are written as the language writes them; a digit by digit one,
 *   such as that of a line, is given as a text
 * @typedef {{key: string, values?: Values}} Phrase as the server tells a failure
 */

const element = globalThis.document?.getElementById("words");
let code = globalThis.document?.documentElement.lang || "en";
/** @type {Texts} */
let texts = JSON.parse(element?.textContent || "{}");
let plurals = new Intl.PluralRules(code);
let numbers = new Intl.NumberFormat(code);

/** The code of the language, as in BCP 47. */
export function language() {
  return code;
}

/** @param {string} language @param {Texts} words */
export function speak(language, words) {
  code = language;
  texts = words;
  plurals = new Intl.PluralRules(code);
  numbers = new Intl.NumberFormat(code);
}

/** A number as the language writes it. @param {number} value */
export function written(value) {
  return numbers.format(value);
}

/** @param {Key} key @param {Values} [values] */
export function t(key, values = {}) {
  return say({ key, values });
}

/** Whether there are words for a name that came from elsewhere, such as a code of the server's. @param {string} key @returns {key is Key} */
export function hasWords(key) {
  return Object.hasOwn(texts, key);
}

/** A key without words stands for itself. @param {Phrase} phrase @returns {string} */
export function say({ key, values = {} }) {
  const found = hasWords(key) ? texts[key] : undefined;
  const text = typeof found === "object" ? (found[plurals.select(Number(values["n"]))] ?? found["other"]) : found;
  return (text ?? key).replace(/\{(\w+)\}/g, (whole, name) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) return whole;
    return typeof value === "number" ? written(value) : typeof value === "string" ? value : say(value);
  });
}
