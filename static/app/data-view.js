// @ts-check
/**
 * Renders the tables at hand: chips, what is missing, the sample cards, and for each table its columns and first rows. What is
 * open and how it gets there is tables.js's.
 *
 * @import {Preview, ProfileColumn, ProfileTable} from "../shared/protocol.js"
 * @import {Sample} from "./wire.js"
 * @import {TablesState} from "./tables.js"
 */

import { find, make, makeButton, setText } from "./dom.js";
import { makeCell, makeHeads } from "./figures.js";
import { count, counted, listed } from "./words.js";

/**
 * @param {Sample[]} samples
 * @param {{onRemove: (name: string) => void, onSample: (sample: Sample, question: string) => void}} listeners
 */
export function createDataView(samples, { onRemove, onSample }) {
  const chips = find("chips", HTMLElement);
  const hint = find("data-hint", HTMLElement);
  const pick = find("pick-label", HTMLElement);
  const wanted = find("wanted", HTMLElement);
  const problem = find("data-problem", HTMLElement);
  const note = find("data-note", HTMLElement);
  const sheet = find("sheet", HTMLElement);
  const gallery = find("samples", HTMLElement);
  const list = find("sample-list", HTMLElement);
  /** @type {TablesState["open"] | null} */
  let drawn = null;
  /** @type {TablesState["profile"] | null} */
  let drawnProfile = null;

  list.append(...samples.map((sample) => sampleCard(sample, onSample)));

  return {
    /** @param {TablesState} state @param {boolean} quiet the page shows something else at present */
    render(state, quiet) {
      setText(hint, state.busy ? `Reading ${state.busy} …` : "CSV, TSV, Excel or JSON. Drop it anywhere on this page.");
      hint.hidden = state.open.length > 0 && !state.busy;
      setText(pick, state.open.length > 0 ? "Add a file" : "Choose files");
      problem.hidden = state.problem === null;
      setText(problem, state.problem ?? "");
      note.hidden = state.note === null;
      setText(note, state.note ?? "");
      wanted.hidden = state.wanted.length === 0;
      setText(
        wanted,
        quiet && state.wanted.length > 0
          ? `This chart draws from ${listed(state.wanted)}. Open ${state.wanted.length > 1 ? "them" : "it"} to draw the chart again.`
          : `${listed(state.wanted)} ${state.wanted.length > 1 ? "were" : "was"} open before the page was loaded again. Open ${state.wanted.length > 1 ? "them" : "it"} once more.`,
      );
      gallery.hidden = state.open.length > 0 || quiet;
      if (drawn === state.open && drawnProfile === state.profile) return;
      drawn = state.open;
      drawnProfile = state.profile;
      const tables = state.profile?.tables ?? [];
      chips.replaceChildren(
        ...state.open.map(({ name }) =>
          chip(
            name,
            tables.find(({ file }) => file === name),
            onRemove,
          ),
        ),
      );
      chips.hidden = state.open.length === 0;
      const wasOpen = sheet.querySelector("details")?.open ?? true;
      sheet.replaceChildren(...tables.map((table, index) => tableSheet(table, state, index, wasOpen)));
      sheet.hidden = tables.length === 0;
    },

    /** The figure takes the stage: the tables step back to one line each. */
    fold() {
      for (const details of sheet.querySelectorAll("details")) details.open = false;
    },
  };
}

/** @param {string} name @param {ProfileTable | undefined} table @param {(name: string) => void} onRemove */
function chip(name, table, onRemove) {
  const facts = table ? `${counted(table.rows, "row")} · ${counted(table.columns.length, "column")}` : "";
  const remove = makeButton("×", () => onRemove(name), { class: "plain", "aria-label": `Remove ${name}` });
  return make("li", { class: "chip" }, make("b", {}, name), make("small", {}, facts), remove);
}

/** @param {Sample} sample @param {(sample: Sample, question: string) => void} onSample */
function sampleCard(sample, onSample) {
  const open = makeButton(sample.title, () => onSample(sample, ""), { class: "card-title" });
  const questions = sample.questions.map((question) =>
    make(
      "li",
      {},
      makeButton(question, () => onSample(sample, question), { class: "question" }),
    ),
  );
  const shape = [counted(sample.rows, "row"), sample.columns ? counted(sample.columns, "column") : ""]
    .filter(Boolean)
    .join(" · ");
  return make(
    "li",
    { class: "card" },
    make("h3", {}, open),
    make("p", { class: "shape" }, shape),
    make("p", {}, sample.description ?? ""),
    make("ul", { class: "questions", "aria-label": `Questions for ${sample.title}` }, ...questions),
    make("p", { class: "source" }, `${sample.source} · ${sample.licence}`),
  );
}

/** @param {ProfileTable} table @param {TablesState} state @param {number} index @param {boolean} open */
function tableSheet(table, state, index, open) {
  const preview =
    state.previews.find(({ name }) => name === table.name || name === table.file) ?? state.previews[index];
  const shape = `${counted(table.rows, "row")} · ${counted(table.columns.length, "column")}`;
  const access = index === 0 ? `df, tables["${table.name}"]` : `tables["${table.name}"]`;
  return make(
    "details",
    { class: "table-sheet", ...(open && { open: true }) },
    make("summary", {}, make("b", {}, table.file), make("small", {}, shape), make("code", {}, access)),
    scroller(`Columns of ${table.file}`, profileTable(table)),
    ...(preview ? [scroller(`First rows of ${table.file}`, previewTable(preview, table))] : []),
  );
}

/** @param {string} label @param {HTMLElement} content */
function scroller(label, content) {
  return make("div", { class: "scroller", tabindex: 0, role: "region", "aria-label": label }, content);
}

/** @param {ProfileTable} table */
function profileTable({ columns }) {
  const head = makeHeads(["Column", "Type", "Missing", "Distinct", "Range or kinds"], [["", "", "0", "0", ""]]);
  const rows = columns.map((column) =>
    make(
      "tr",
      {},
      make("th", { scope: "row" }, column.name),
      make("td", {}, column.type),
      make("td", { class: "number" }, count(column.missing)),
      make("td", { class: "number" }, count(column.distinct)),
      make("td", { class: "kinds" }, rangeOf(column)),
    ),
  );
  return make(
    "table",
    {},
    make("caption", {}, "Columns"),
    make("thead", {}, make("tr", {}, ...head)),
    make("tbody", {}, ...rows),
  );
}

/** @param {ProfileColumn} column */
function rangeOf({ min, max, top }) {
  if (min !== undefined && max !== undefined) return `${min} to ${max}`;
  return top ? listed(top, 8) : "";
}

/** @param {Preview} preview @param {ProfileTable} table */
function previewTable({ columns, rows }, table) {
  const shown = rows.length < table.rows ? `First ${count(rows.length)} rows` : "All rows";
  return make(
    "table",
    {},
    make("caption", {}, shown),
    make("thead", {}, make("tr", {}, ...makeHeads(columns, rows))),
    make("tbody", {}, ...rows.map((row) => make("tr", {}, ...row.map(makeCell)))),
  );
}
