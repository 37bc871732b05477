// @ts-check
/**
 * First questions, and a first program, for a table that has come without any: made from the profile alone. Pure.
 *
 * @import {Profile, ProfileColumn, ProfileTable} from "../shared/protocol.js"
 */

import { t } from "./language.js";

const MOST_QUESTIONS = 4;
/** Colours that can be told apart at a glance. */
const MOST_COLOURS = 8;

/** @param {Profile | null} profile @returns {string[]} */
export function suggestQuestions(profile) {
  return suggestCharts(profile).map(({ question }) => question);
}

/**
 * Each of another kind, so that who tries them all sees what can be had.
 * @param {Profile | null} profile
 * @returns {{chart: string, question: string}[]}
 */
export function suggestCharts(profile) {
  for (const [index, table] of (profile?.tables ?? []).entries()) {
    const charts = chartsOf(table);
    // A program finds the first table without its name.
    const named = (/** @type {string} */ question) =>
      index > 0 ? t("suggest.of_table", { question, table: table.name }) : question;
    if (charts.length > 0) return charts.map(({ chart, question }) => ({ chart, question: named(question) }));
  }
  return [];
}

/** @param {ProfileTable} table */
function chartsOf(table) {
  const { numbers, dates, kinds } = sortColumns(table);
  const [number, second] = numbers;
  const [date] = dates;
  const [kind, other] = kinds;
  const colours = kinds.find(({ distinct }) => distinct <= MOST_COLOURS);
  const of = (/** @type {ProfileColumn | undefined} */ column) => column?.name ?? "";
  const names = { number: of(number), second: of(second), date: of(date), kind: of(kind), other: of(other) };
  /** @type {{chart: string, question: string}[]} */
  const charts = [];
  const add = (/** @type {string} */ chart, /** @type {string} */ question) => charts.push({ chart, question });
  if (date && number) {
    const one = date.distinct === table.rows ? names.number : t("suggest.average", names);
    add("line", t("suggest.over", { number: one, date: names.date }));
  }
  if (kind && number) add("bar", t("suggest.compare", names));
  if (number && second) {
    const coloured = { ...names, kind: of(colours) };
    add("scatter", colours ? t("suggest.relate_coloured", coloured) : t("suggest.relate", names));
  }
  if (number) add("histogram", t("suggest.distribution", names));
  if (kind && !number) add("bar", t("suggest.count", names));
  if (kind && other) add("stacked bar", t("suggest.stacked", names));
  if (kind && number) add("box", t("suggest.spread", names));
  if (date && !number) add("line", t("suggest.count_over", names));
  return charts.slice(0, MOST_QUESTIONS);
}

/** @param {Profile | null} profile @returns {string} a complete program that draws something of the first table */
export function starterProgram(profile) {
  const { numbers, dates, kinds } = sortColumns(profile?.tables[0]);
  const name = JSON.stringify;
  const [number, date, kind] = [numbers, dates, kinds].map(([column]) => column?.name);
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

/** Numbers that name or place a thing instead of measuring it. */
const NO_MEASURE =
  /(?:^|[_\s.-])(?:id|ids|key|code|zip|postcode|plz|phone|index|no|nr|lat|lon|lng|latitude|longitude)$|^unnamed|Id$/i;
const YEAR = /^(?:year|jahr|ann[ée]e|año)$/i;
const MOST_KINDS = 30;

/** Which columns can be drawn as what, the most telling first. @param {ProfileTable | undefined} table */
function sortColumns(table) {
  const rows = table?.rows ?? 0;
  // What is the same everywhere, or hardly ever there, shows nothing.
  const columns = (table?.columns ?? []).filter(
    ({ distinct, missing, role }) => distinct > 1 && missing < rows / 2 && role !== "identifier",
  );
  const isNumber = (/** @type {ProfileColumn} */ { type }) => type === "integer" || type === "number";
  const isYear = (/** @type {ProfileColumn} */ { name, type }) => type === "integer" && YEAR.test(name);
  const measures = columns.filter(
    (column) => isNumber(column) && !isYear(column) && column.distinct > 2 && !NO_MEASURE.test(column.name),
  );
  const isKind = (/** @type {ProfileColumn} */ { type, top, distinct }) =>
    (type === "text" || type === "boolean") && top !== undefined && distinct <= MOST_KINDS && distinct < rows;
  const kinds = columns.filter(isKind);
  const grades = measures.filter(({ type, distinct }) => type === "integer" && distinct <= MOST_COLOURS);
  // A few whole numbers are grades of something, unless there is nothing else to measure.
  const fine = measures.filter((column) => !grades.includes(column));
  return {
    dates: columns.filter((column) => column.type === "date" || isYear(column)),
    numbers: fine.length > 0 ? fine : measures,
    kinds: kinds.length > 0 || fine.length === 0 ? kinds : grades,
  };
}
