// @ts-check
/**
 * Which words the editor offers at a place of a program: the person's columns and tables first, then the words that charts are made
 * of. By the line before the caret alone, so that it holds for a program that is half written. Pure but for the last function, which
 * ties it to the editor.
 *
 * @import {Profile} from "../shared/protocol.js"
 * @import {CodeMirror} from "./editor.js"
 *
 * @typedef {"column" | "table" | "method" | "name" | "keyword"} WordType
 * @typedef {{label: string, kind: WordType, detail?: string}} Offer
 * @typedef {{length: number, offers: Offer[], inString: boolean}} Offers `length`: of what is typed of the word already
 */

import { t } from "./language.js";

const words = (/** @type {string} */ text) => text.split(" ");

/** What frames and their columns can do, of the things that charts need. */
const FRAME = words(
  "agg apply assign astype columns copy corr count cumsum describe diff drop drop_duplicates dropna dt dtypes explode fillna " +
    "groupby head hist idxmax idxmin iloc index isin isna loc map max mean median melt merge min nlargest notna nsmallest " +
    "nunique pct_change pivot pivot_table plot quantile query rank rename replace resample reset_index rolling round sample " +
    "set_index shape shift size sort_index sort_values stack std str sum tail to_datetime unique unstack value_counts values where",
);
const PLOT = words("area bar barh box density hexbin hist kde line pie scatter");

/** By the name that everybody imports them under. @type {Map<string, string[]>} */
const MODULES = new Map([
  [
    "plt",
    words(
      "annotate axhline axis axvline bar barh boxplot colorbar cycler errorbar figure fill_between gca gcf grid hexbin hist hlines " +
        "imshow legend pcolormesh pie plot rcParams savefig scatter show stackplot stem step style subplot subplots suptitle text " +
        "tick_params tight_layout title violinplot vlines xlabel xlim xscale xticks ylabel ylim yscale yticks",
    ),
  ],
  [
    "ax",
    words(
      "annotate axhline axvline bar bar_label barh boxplot errorbar fill_between get_figure grid hexbin hist imshow invert_xaxis " +
        "invert_yaxis legend margins pie plot scatter set_title set_xlabel set_xlim set_xscale set_xticks set_xticklabels " +
        "set_ylabel set_ylim set_yscale set_yticks spines step text tick_params twinx violinplot xaxis yaxis",
    ),
  ],
  [
    "pd",
    words(
      "concat crosstab cut DataFrame date_range Grouper isna merge NamedAgg notna period_range pivot_table qcut Series Timedelta " +
        "Timestamp to_datetime to_numeric to_timedelta",
    ),
  ],
  [
    "np",
    words(
      "abs arange argsort array ceil clip corrcoef cos cumsum diff exp floor histogram inf interp isnan linspace log log10 log2 " +
        "max mean median meshgrid min nan nanmean ones percentile pi polyfit polyval quantile random round select sin sqrt std sum " +
        "unique where zeros",
    ),
  ],
  [
    "sns",
    words(
      "barplot boxenplot boxplot catplot clustermap color_palette countplot despine displot ecdfplot FacetGrid heatmap histplot " +
        "jointplot kdeplot lineplot lmplot move_legend pairplot pointplot regplot relplot rugplot scatterplot set_palette " +
        "set_style set_theme stripplot swarmplot violinplot",
    ),
  ],
  [
    "px",
    words(
      "area bar box choropleth colors density_contour density_heatmap ecdf funnel histogram icicle imshow line line_polar " +
        "parallel_coordinates pie scatter scatter_3d scatter_matrix scatter_polar strip sunburst timeline treemap violin",
    ),
  ],
  [
    "go",
    words(
      "Bar Box Candlestick Contour Figure Heatmap Histogram Indicator Pie Sankey Scatter Scatter3d Surface Table Violin",
    ),
  ],
  [
    "alt",
    words(
      "Axis Bin binding_select Chart Color concat condition datum hconcat Legend layer Opacity Order Row Scale selection_interval " +
        "selection_point Shape Size SortField Text TitleParams Tooltip value vconcat X X2 Y Y2",
    ),
  ],
]);
MODULES.set("axes", MODULES.get("ax") ?? []);
MODULES.set(
  "fig",
  words(
    "add_hline add_trace add_vline axes colorbar legend savefig set_size_inches show subplots suptitle tight_layout update_layout update_traces update_xaxes update_yaxes",
  ),
);

const KEYWORDS = words(
  "and as assert async await break class continue def elif else except False finally for from global if import in is lambda None not or pass raise return True try while with yield",
);
const BUILTINS = words(
  "abs all any bool dict display enumerate filter float int isinstance len list map max min print range reversed round set sorted str sum tuple type zip",
);

/**
 * @param {string} line what stands before the caret in its line
 * @param {Profile | null} profile
 * @returns {Offers | null}
 */
export function offersAt(line, profile) {
  const tables = profile?.tables ?? [];
  const quote = openQuote(line);
  if (quote !== null) {
    const offers = /\btables\s*\[\s*$/.test(line.slice(0, quote)) ? tableOffers(tables) : columnOffers(tables);
    return offers.length > 0 ? { length: line.length - quote - 1, offers, inString: true } : null;
  }
  if (line.includes("#") && isComment(line)) return null;
  const member = /([\w\])'"]+)\s*\.\s*(\w*)$/.exec(line);
  if (member) {
    const [, owner = "", typed = ""] = member;
    if (/^\d+$/.test(owner)) return null;
    return { length: typed.length, offers: memberOffers(owner, line, tables), inString: false };
  }
  const typed = /[\p{L}_][\p{L}\p{N}_]*$/u.exec(line)?.[0] ?? "";
  return { length: typed.length, offers: nameOffers(tables), inString: false };
}

/** @param {string} owner @param {string} line @param {Profile["tables"]} tables */
function memberOffers(owner, line, tables) {
  const known = MODULES.get(owner);
  if (known) return known.map(method);
  if (owner === "plot" || /\.plot\s*\.\s*\w*$/.test(line)) return PLOT.map(method);
  const columns = columnOffers(tables).filter(({ label }) => /^[A-Za-z_]\w*$/.test(label) && !FRAME.includes(label));
  return [...(owner === "df" ? columns : []), ...FRAME.map(method)];
}

/** @param {Profile["tables"]} tables @returns {Offer[]} */
function nameOffers(tables) {
  const own =
    tables.length > 0
      ? [
          { label: "df", detail: tables[0]?.name ?? "" },
          { label: "tables", detail: t("completion.by_name") },
        ]
      : [];
  return [
    ...own.map((offer) => ({ ...offer, kind: /** @type {const} */ ("table") })),
    ...[...MODULES.keys()].filter((name) => !["ax", "axes", "fig"].includes(name)).map((label) => name(label)),
    ...BUILTINS.map(name),
    ...KEYWORDS.map((label) => ({ label, kind: /** @type {const} */ ("keyword") })),
  ];
}

/** @param {string} label @returns {Offer} */
const method = (label) => ({ label, kind: "method" });
/** @param {string} label @returns {Offer} */
const name = (label) => ({ label, kind: "name" });

/** @param {Profile["tables"]} tables @returns {Offer[]} */
function tableOffers(tables) {
  return tables.map(({ name, rows }) => ({ label: name, kind: "table", detail: t("count.rows", { n: rows }) }));
}

/** Each name once, with all the tables that have it. @param {Profile["tables"]} tables @returns {Offer[]} */
function columnOffers(tables) {
  /** @type {Map<string, {type: string, tables: string[]}>} */
  const columns = new Map();
  for (const table of tables) {
    for (const { name, type } of table.columns) {
      const known = columns.get(name);
      if (known) known.tables.push(table.name);
      else columns.set(name, { type, tables: [table.name] });
    }
  }
  return [...columns].map(([label, { type, tables: owners }]) => ({
    label,
    kind: "column",
    detail: tables.length > 1 ? `${type} · ${owners.join(", ")}` : type,
  }));
}

/** Where the quote stands that is not closed before the end of the line. @param {string} line @returns {number | null} */
function openQuote(line) {
  /** @type {number | null} */
  let open = null;
  for (let at = 0; at < line.length; at++) {
    const sign = line[at];
    if (open === null) {
      if (sign === "#") return null;
      if (sign === '"' || sign === "'") open = at;
    } else if (sign === "\\") at++;
    else if (sign === line[open]) open = null;
  }
  return open;
}

/** @param {string} line */
function isComment(line) {
  return openQuote(line) === null && openQuote(`${line}"`) === null;
}

/**
 * @param {CodeMirror} cm
 * @param {() => Profile | null} profile
 * @returns {import("@codemirror/autocomplete").CompletionSource}
 */
export function completePython({ localCompletionSource }, profile) {
  const types = { column: "property", table: "variable", method: "method", name: "variable", keyword: "keyword" };
  return (context) => {
    const line = context.state.doc.lineAt(context.pos);
    const found = offersAt(line.text.slice(0, context.pos - line.from), profile());
    if (!found) return null;
    const isMember = line.text[context.pos - line.from - found.length - 1] === ".";
    if (found.length === 0 && !context.explicit && !isMember && !found.inString) return null;
    // Names of the program itself, where a name may stand.
    const own = found.inString || isMember ? null : localCompletionSource(context);
    const known = new Set(found.offers.map(({ label }) => label));
    return {
      from: context.pos - found.length,
      options: [
        ...found.offers.map(({ label, kind, detail }) => ({
          label,
          type: types[kind],
          ...(detail && { detail }),
          boost: kind === "column" || kind === "table" ? 20 : kind === "keyword" ? -10 : 0,
        })),
        ...(own?.options ?? []).filter(({ label }) => !known.has(label)).map((option) => ({ ...option, boost: 10 })),
      ],
      validFor: found.inString ? /^[^'"]*$/ : /^[\p{L}\p{N}_]*$/u,
    };
  };
}
