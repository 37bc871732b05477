// @ts-check
/**
 * First questions, and a first program, for a table that has come without any: made from the profile alone. Pure.
 *
 * @import {Profile, ProfileColumn} from "../shared/protocol.js"
 */

import { t } from "./language.js";

/** @param {Profile | null} profile @returns {string[]} */
export function suggestQuestions(profile) {
  const { numbers, dates, kinds } = sortColumns(profile);
  const [number, second] = numbers;
  const [date] = dates;
  const [kind] = kinds;
  /** @type {string[]} */
  const questions = [];
  if (date && number) questions.push(t("suggest.over", { number, date }));
  if (kind && number) questions.push(t("suggest.compare", { number, kind }));
  if (number && second) questions.push(t("suggest.relate", { number, second }));
  if (kind) questions.push(t("suggest.count", { kind }));
  if (number) questions.push(t("suggest.distribution", { number }));
  return questions.slice(0, 3);
}

/** @param {Profile | null} profile @returns {string} a complete program that draws something of the first table */
export function starterProgram(profile) {
  const { numbers, dates, kinds } = sortColumns(profile);
  const name = JSON.stringify;
  const [number] = numbers;
  const [date] = dates;
  const [kind] = kinds;
  const start = "import matplotlib.pyplot as plt\n\n";
  if (date && number) {
    return `${start}df.plot(x=${name(date)}, y=${name(number)}, figsize=(8, 4.5))\nplt.title(${name(t("starter.over", { number, date }))})\n`;
  }
  if (kind && number) {
    return (
      `${start}means = df.groupby(${name(kind)})[${name(number)}].mean().sort_values()\n` +
      `means.plot.barh(figsize=(8, 4.5))\nplt.xlabel(${name(t("starter.mean", { number }))})\n`
    );
  }
  if (number) return `${start}df[${name(number)}].plot.hist(bins=30, figsize=(8, 4.5))\nplt.xlabel(${name(number)})\n`;
  if (profile?.tables.length) return 'df.describe(include="all").T\n';
  return (
    "import matplotlib.pyplot as plt\nimport numpy as np\n\n" +
    "x = np.linspace(0, 6 * np.pi, 600)\nplt.figure(figsize=(8, 4.5))\n" +
    "plt.plot(x, np.sin(x) * np.exp(-x / 9))\nplt.title(" +
    `${name(t("starter.wave"))})\n`
  );
}

/** @param {Profile | null} profile */
function sortColumns(profile) {
  const columns = profile?.tables[0]?.columns ?? [];
  /** @param {(column: ProfileColumn) => boolean} test */
  const names = (test) => columns.filter((column) => column.distinct > 1 && test(column)).map(({ name }) => name);
  const isYear = (/** @type {ProfileColumn} */ { name, type }) =>
    type === "integer" && /^(?:year|jahr|ann[ée]e|año)$/i.test(name);
  return {
    dates: names((column) => column.type === "date" || isYear(column)),
    numbers: names(
      (column) => ["integer", "number"].includes(column.type) && !isYear(column) && !/(?:^|_)id$/i.test(column.name),
    ),
    kinds: names(
      ({ type, top, distinct }) => (type === "text" || type === "boolean") && top !== undefined && distinct <= 30,
    ),
  };
}
