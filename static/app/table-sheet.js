// @ts-check
/**
 * Renders one open table: its columns with what is known of them, and its first rows. What a person says about a column is asked for
 * in column-dialog.js.
 *
 * @import {Preview, ProfileColumn, ProfileTable} from "../shared/protocol.js"
 * @import {EditColumn} from "./column-dialog.js"
 * @import {TablesState} from "./tables.js"
 */

import { askAboutColumn } from "./column-dialog.js";
import { make, makeButton, makeShape } from "./dom.js";
import { editOf } from "./edits.js";
import { makeCell, makeHeads } from "./figures.js";
import { hasWords, t } from "./language.js";
import { count, listed } from "./words.js";

/** Of the rest the profile knows, and a person hardly looks at more. */
const MOST_COLUMNS = 500;
const BARS = { width: 84, height: 20 };

/**
 * @param {ProfileTable} table
 * @param {TablesState} state
 * @param {number} index
 * @param {boolean} open
 * @param {EditColumn} onEdit
 */
export function tableSheet(table, state, index, open, onEdit) {
  const preview =
    state.previews.find(({ name }) => name === table.name || name === table.file) ?? state.previews[index];
  const shape = `${t("count.rows", { n: table.rows })} · ${t("count.columns", { n: table.columns.length })}`;
  const access = index === 0 ? `df, tables["${table.name}"]` : `tables["${table.name}"]`;
  return make(
    "details",
    { class: "table-sheet", ...(open && { open: true }) },
    make("summary", {}, make("b", {}, table.file), make("small", {}, shape), make("code", {}, access)),
    scroller(t("sheet.columns_of", { file: table.file }), profileTable(table, preview, state, onEdit)),
    ...(preview
      ? [
          ...leftOut(table, preview, onEdit),
          scroller(t("sheet.rows_of", { file: table.file }), previewTable(preview, table)),
        ]
      : []),
  );
}

/** @param {string} label @param {HTMLElement} content */
function scroller(label, content) {
  return make("div", { class: "scroller", tabindex: 0, role: "region", "aria-label": label }, content);
}

/**
 * @param {ProfileTable} table
 * @param {Preview | undefined} preview
 * @param {TablesState} state
 * @param {EditColumn} onEdit
 */
function profileTable(table, preview, state, onEdit) {
  const { columns } = table;
  const names = /** @type {const} */ (["column", "type", "spread", "missing", "distinct", "range", "change"]).map(
    (name) => t(`sheet.${name}`),
  );
  const head = makeHeads(names, [["", "", "", "0", "0", "", ""]]);
  const rows = columns.slice(0, MOST_COLUMNS).map((column, position) => {
    const source = preview?.sources[position] ?? column.name;
    const edit = editOf(state.edits, table.name, source);
    const lost = preview?.lost.find((item) => item.source === source)?.values ?? 0;
    const change = () => askAboutColumn({ table: table.name, source, column, edit, privacy: state.privacy }, onEdit);
    const named = t("sheet.change_column", { name: column.name });
    return make(
      "tr",
      {},
      make(
        "th",
        { scope: "row" },
        column.name,
        ...(edit.note ? [make("small", { class: "column-note" }, edit.note)] : []),
      ),
      make("td", {}, typeOf(column)),
      make("td", {}, bars(preview?.bars[position] ?? [], column)),
      make(
        "td",
        { class: "number" },
        count(column.missing),
        ...(lost > 0 ? [make("small", {}, ` ${t("sheet.unreadable", { n: lost })}`)] : []),
      ),
      make("td", { class: "number" }, count(column.distinct)),
      make("td", { class: "kinds" }, rangeOf(column)),
      make("td", {}, makeButton(t("sheet.change"), change, { class: "link", "aria-label": named })),
    );
  });
  const caption =
    columns.length > MOST_COLUMNS
      ? t("sheet.columns_part", { shown: MOST_COLUMNS, total: columns.length })
      : t("sheet.columns");
  return make(
    "table",
    { class: "columns" },
    make("caption", {}, caption),
    make("thead", {}, make("tr", {}, ...head)),
    make("tbody", {}, ...rows),
  );
}

/** @param {ProfileColumn} column */
function typeOf({ type, role, unit }) {
  const name = role === "yes/no" ? "yes_no" : (role ?? type);
  const key = `type.${name}`;
  const kind = hasWords(key) ? t(key) : name;
  return unit ? `${kind}, ${unit}` : kind;
}

/** How values are spread, as a row of bars; in words what the other cells say already. @param {number[]} counts @param {ProfileColumn} column */
function bars(counts, column) {
  const most = Math.max(...counts, 1);
  const step = BARS.width / Math.max(counts.length, column.top ? counts.length : 16, 1);
  const shapes = counts.map((value, position) => {
    const height = value === 0 ? 0 : Math.max(1, (value / most) * BARS.height);
    return makeShape("rect", {
      x: position * step,
      y: BARS.height - height,
      width: Math.max(1, step - 1),
      height,
    });
  });
  return makeShape(
    "svg",
    {
      class: "bars",
      width: BARS.width,
      height: BARS.height,
      viewBox: `0 0 ${BARS.width} ${BARS.height}`,
      "aria-hidden": "true",
    },
    ...shapes,
  );
}

/** @param {ProfileColumn} column */
function rangeOf({ min, max, top }) {
  if (min !== undefined && max !== undefined) {
    return t("sheet.from_to", { min: String(min), max: String(max) });
  }
  return top ? listed(top, 8) : "";
}

/** @param {ProfileTable} table @param {Preview} preview @param {EditColumn} onEdit */
function leftOut(table, preview, onEdit) {
  if (preview.leftOut.length === 0) return [];
  const back = preview.leftOut
    .slice(0, 50)
    .map((source) => makeButton(source, () => onEdit(table.name, source, { omit: undefined }), { class: "link" }));
  return [make("p", { class: "left-out" }, `${t("sheet.left_out")} `, ...back)];
}

/** @param {Preview} preview @param {ProfileTable} table */
function previewTable({ columns, rows }, table) {
  const shown = rows.length < table.rows ? t("sheet.first", { n: rows.length }) : t("sheet.all");
  return make(
    "table",
    {},
    make("caption", {}, shown),
    make("thead", {}, make("tr", {}, ...makeHeads(columns, rows))),
    make("tbody", {}, ...rows.map((row) => make("tr", {}, ...row.map(makeCell)))),
  );
}
