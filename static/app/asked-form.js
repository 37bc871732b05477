// @ts-check
/**
 * What form a question asks for and its chart has not: a kind of chart, how many of the largest, a logarithmic axis, each of a column's
 * kinds. Pure, in the languages of the page. As in asked.js only what is certain is said: one plain wish, nothing in the question that
 * could take it back, and a chart of whose marks all are known. What is told quotes nothing of the tables, only the question.
 *
 * @import {Figure, Profile, TableFigure} from "../shared/protocol.js"
 *
 * @typedef {Exclude<Figure, TableFigure>} ChartFigure
 * @typedef {"bar" | "line" | "pie" | "scatter" | "histogram" | "box" | "heatmap"} ChartKind
 * @typedef {{what: "kind", asked: ChartKind} | {what: "most", asked: number} | {what: "log"} | {what: "each", column: string}} Unmet
 */

import { isWhole, literally, plain, within, wordsOf } from "./figure-words.js";

/** With one of these words a wish may be turned into its opposite, or into one of several. */
const TURNED =
  /n['’]t(?!\p{L})|(?<!\p{L})(?:not?|never|without|instead|rather|than|or|unless|avoid|replace\w*|remov\w*|drop\w*|except\w*|ohne|kein\w*|nicht|statt|anstatt|anstelle|oder|außer|sans|pas|plutôt|ou|au lieu|sauf)(?!\p{L})/iu;

/** How each kind is asked for. A word that also means something else stands only beside one that says that it is a chart. @type {Record<ChartKind, RegExp>} */
const WORDS = {
  bar: named(
    "(?:bar|column) ?(?:chart|graph|plot|diagram)s?|(?:balken|säulen)(?:diagramm|grafik|graphik)\\w*|(?:diagramme|graphique)s? (?:en|à|de) (?:barres|bâtons|colonnes)",
  ),
  line: named(
    "line ?(?:chart|graph|plot|diagram)s?|(?:linien|kurven)(?:diagramm|grafik|graphik)\\w*|(?:graphique|diagramme)s? (?:linéaires?|en (?:lignes?|courbes?))",
  ),
  pie: named(
    "(?:pie|donut|doughnut) ?(?:chart|graph|plot|diagram)s?|(?:kuchen|torten|kreis|ring)diagramm\\w*|camemberts?|(?:diagramme|graphique)s? (?:circulaires?|en (?:secteurs|camembert|anneau))",
  ),
  scatter: named("scatter ?(?:chart|graph|plot|diagram)s?|streudiagramm\\w*|punktwolke\\w*|nuages? de points"),
  histogram: named("histograms?|histogramm\\w*"),
  box: named("box[ -]?plots?|box[ -]and[ -]whiskers?(?: plots?)?|kastengrafik\\w*|boîtes? à moustaches"),
  heatmap: named("heat ?maps?|wärmekarte\\w*|cartes? (?:de chaleur|thermiques?)"),
};

/**
 * What counts as each kind beside itself: how the same is drawn by another library, or by hand.
 * @type {Record<ChartKind, readonly ChartKind[]>}
 */
const ALSO = {
  // Bars that touch, and what people call a histogram of kinds that are counted.
  bar: ["histogram"],
  histogram: ["bar"],
  line: [],
  pie: [],
  scatter: [],
  box: [],
  heatmap: [],
};

/** What goes along with the marks of a chart and says nothing of its kind. */
const BESIDE = ["text", "rule", "errorbar", "band", "errorband"];
const LOGARITHMIC =
  /(?<!\p{L})(?:log(?:arithmic)?[ -](?:scale|scaled|axis|axes|x|y|log)|logarithmic|logarithmisch\w*|log-?(?:skala|achse)\w*|logarithmiques?|échelle log)(?!\p{L})/iu;
/** Scales that stand beside what was asked for: all others are no answer to it. */
const PLAIN_SCALES = ["", "-", "linear", "category", "date", "quantitative", "nominal", "ordinal", "temporal"];

const NUMBERS = [
  "two zwei deux",
  "three drei trois",
  "four vier quatre",
  "five fünf cinq",
  "six sechs six",
  "seven sieben sept",
  "eight acht huit",
  "nine neun neuf",
  "ten zehn dix",
];
const LARGEST =
  "(?:largest|biggest|highest|smallest|lowest|best|worst|most|least|größten|kleinsten|höchsten|niedrigsten|besten|schlechtesten|meisten|wichtigsten|plus|premiers|premières|meilleurs|meilleures|principaux|principales)";
const COUNT = `(\\d{1,2}|${NUMBERS.join("|").replaceAll(" ", "|")})`;
const MOST = new RegExp(`(?<![\\p{L}\\d])(?:top[ -]?${COUNT}|${COUNT} ${LARGEST})(?![\\p{L}\\d])`, "giu");
/** The largest may be marked among all, or chosen anew in each panel; more words of number make it a guess which is meant. */
const AMONG =
  /(?<!\p{L})(?:highlight\w*|label\w*|mark\w*|annotat\w*|emphas\w*|colou?r\w*|rest|others?|compar\w*|versus|vs|average|each|every|per|within|hervor\w*|beschrift\w*|markier\w*|übrige\w*|andere\w*|vergl\w*|jede\w*|je|pro|soulign\w*|étiquet\w*|annot\w*|autres?|reste|compar\w*|chaque)(?!\p{L})/iu;
const OTHERS = /^(?:(?:all )?others?|rest|remaining|andere|übrige|sonstige|rest der .*|autres?|le reste|reste)$/iu;

/** What leaves only some of the rows, so that a kind may have none: shared with no other wish, since a number or a year does. */
const LIMITED =
  /(?<!\p{L})(?:top|only|just|if|when|where|but|other|first|last|largest|biggest|highest|smallest|lowest|best|worst|most|least|more|less|fewer|over(?! (?:time|the (?:years|months|weeks|days)))|under|above|below|since|until|before|after|during|nur|bloß|wenn|wo|aber|seit|bis|vor|nach dem|über|unter|mehr|weniger|größten?|kleinsten?|höchsten?|meisten?|seul\w*|seulement|si|où|mais|depuis|avant|après|plus|moins|minus|exclud\w*|ignor\w*|hid\w+|with|mit|avec|among|unter)(?!\p{L})|\d/iu;
const EACH =
  "(?:by|per|(?:for |of |in )?(?:each|every)|across|nach|je|pro|(?:für |in )?jede[rsnm]?|par|(?:pour |dans )?chaque|selon)(?: (?:the|der|die|das|den|dem|la|le|les))?";

/**
 * @param {{question: string, program: string, figures: Figure[], profile: Profile | null}} run
 * @returns {Unmet[]}
 */
export function unmetBy({ question, program, figures, profile }) {
  const charts = figures.filter((figure) => figure.kind !== "table");
  if (charts.length === 0 || TURNED.test(question)) return [];
  const found = [
    otherKind(question, charts),
    moreThanAsked(question, charts),
    notLogarithmic(question, program, charts),
    notEach(question, charts, profile),
  ];
  return found.filter((one) => one !== null);
}

/** @param {string} question @param {ChartFigure[]} charts @returns {Unmet | null} */
function otherKind(question, charts) {
  const kinds = /** @type {ChartKind[]} */ (Object.keys(WORDS));
  const [asked, ...more] = kinds.filter((kind) => WORDS[kind].test(question));
  if (asked === undefined || more.length > 0) return null;
  const drawn = kindsOf(charts);
  const isKnown = drawn.length > 0 && drawn.every((kind) => /** @type {string[]} */ (kinds).includes(kind));
  return isKnown && ![asked, ...ALSO[asked]].some((kind) => drawn.includes(kind)) ? { what: "kind", asked } : null;
}

/** @param {ChartFigure[]} charts @returns {string[]} */
function kindsOf(charts) {
  const kinds = charts.flatMap(({ facts }) => (facts.axes ?? []).flatMap((axes) => axes.kinds ?? []));
  return [...new Set(kinds)].filter((kind) => !BESIDE.includes(kind));
}

/** @param {string} question @param {ChartFigure[]} charts @returns {Unmet | null} */
function moreThanAsked(question, charts) {
  const [said, ...more] = question.matchAll(MOST);
  const [chart, ...others] = charts;
  if (!said || more.length > 0 || AMONG.test(question) || !chart || others.length > 0 || !isWhole(chart.tables))
    return null;
  const asked = numberOf(said[1] ?? said[2] ?? "");
  const [table, ...panels] = chart.tables;
  const kinds = kindsOf(charts);
  const isOfKinds = kinds.length > 0 && kinds.every((kind) => kind === "bar" || kind === "pie");
  if (!table || panels.length > 0 || !isOfKinds || asked < 2) return null;
  const isLong = table.columns.length === 3 && table.columns[0] === "series";
  const named = (/** @type {number} */ at) =>
    new Set(table.rows.map((row) => row[at] ?? "").filter((name) => !OTHERS.test(name)));
  const across = named(isLong ? 1 : 0).size;
  const series = isLong ? named(0).size : table.columns.length - 1;
  return across > asked && (series < 2 || series > asked) ? { what: "most", asked } : null;
}

/** @param {string} word */
function numberOf(word) {
  const at = NUMBERS.findIndex((words) => words.split(" ").includes(word.toLowerCase()));
  return at < 0 ? Number(word) : at + 2;
}

/** @param {string} question @param {string} program @param {ChartFigure[]} charts @returns {Unmet | null} */
function notLogarithmic(question, program, charts) {
  // A program may take logarithms of the values itself, or scale colours by them.
  if (!LOGARITHMIC.test(question) || /log/i.test(program)) return null;
  const axes = charts.flatMap(({ facts }) => facts.axes ?? []);
  const arePlain = axes.every(({ xScale = "", yScale = "" }) =>
    [xScale, yScale].every((scale) => PLAIN_SCALES.includes(scale)),
  );
  const hasAxes = axes.some(({ kinds = [] }) =>
    kinds.some((kind) => /^(?:bar|line|scatter|histogram|box|area)$/.test(kind)),
  );
  return hasAxes && arePlain ? { what: "log" } : null;
}

/** Letters by which a name is known. */
const SHORT = 8;

/** @param {string} question @param {ChartFigure[]} charts @param {Profile | null} profile @returns {Unmet | null} */
function notEach(question, charts, profile) {
  if (!profile || charts.some(({ tables }) => !isWhole(tables)) || LIMITED.test(question)) return null;
  const columns = profile.tables.flatMap((table) => table.columns);
  const texts = columns.filter(({ type, role }) => type === "text" && role !== "identifier");
  // Kinds that are named limit what is drawn.
  if (texts.some(({ top }) => within(question, top ?? []).length > 0)) return null;
  const [column, ...more] = texts.filter(({ name }) => isEach(question, name));
  if (!column || more.length > 0 || columns.filter(({ name }) => name === column.name).length > 1) return null;
  const kinds = (column.top ?? []).map(plain);
  if (column.missing > 0 || kinds.length < 3 || kinds.length !== column.distinct) return null;
  const words = charts.flatMap(wordsOf).map(plain);
  // Kinds that were put together are all there.
  if (words.some((word) => OTHERS.test(word))) return null;
  // A chart may write long names shorter.
  const shown = kinds.filter((kind) => words.some((word) => word.includes(kind.slice(0, SHORT))));
  return shown.length > 1 && shown.length < kinds.length ? { what: "each", column: column.name } : null;
}

/** Whether the question wants one of something for each of a column. @param {string} question @param {string} column */
function isEach(question, column) {
  const name = literally(plain(column));
  return new RegExp(`(?<!\\p{L})${EACH} ${name}(?![\\p{L}\\d])`, "iu").test(question.replaceAll("_", " "));
}

/** @param {string} words alternatives */
function named(words) {
  return new RegExp(`(?<!\\p{L})(?:${words})(?!\\p{L})`, "iu");
}
