// @ts-check
/**
 * Asks the person what a column is: its name, its type, a note for the model, whether it is left out, whether its values may be told.
 *
 * @import {ProfileColumn} from "../shared/protocol.js"
 * @import {ColumnEdit} from "./edits.js"
 * @import {Privacy} from "./wire.js"
 *
 * @typedef {{table: string, source: string, column: ProfileColumn, edit: ColumnEdit, privacy: Privacy}} ColumnQuestion
 * @typedef {(table: string, source: string, change: {[K in keyof ColumnEdit]: ColumnEdit[K] | undefined}) => void} EditColumn
 */

import { make, makeButton } from "./dom.js";
import { TYPES } from "./edits.js";
import { hasWords, t } from "./language.js";

/** @param {ColumnQuestion} question @param {EditColumn} onEdit */
export function askAboutColumn({ table, source, column, edit, privacy }, onEdit) {
  const name = make("input", { type: "text", value: column.name, maxlength: 200 });
  const type = make(
    "select",
    {},
    make("option", { value: "" }, t("column.as_found", { type: nameType(column.type) })),
    ...TYPES.map((kind) =>
      make("option", { value: kind, ...(edit.type === kind && { selected: true }) }, nameType(kind)),
    ),
  );
  const note = make("textarea", { rows: 2, maxlength: 300, placeholder: t("column.note_example") });
  note.value = edit.note ?? "";
  const samples = make("input", { type: "checkbox" });
  samples.checked = edit.samples ?? privacy === "samples";
  const omit = make("input", { type: "checkbox" });
  const dialog = make(
    "dialog",
    { class: "column-dialog", "aria-labelledby": "column-dialog-title" },
    make(
      "form",
      { method: "dialog" },
      make("h2", { id: "column-dialog-title" }, source),
      field(t("column.name"), name),
      field(t("column.type"), type),
      field(t("column.note"), note),
      check(samples, t("column.samples")),
      check(omit, t("column.omit")),
      make(
        "p",
        { class: "row" },
        make("button", { type: "submit", value: "save", class: "primary" }, t("dialog.save")),
        makeButton(t("dialog.cancel"), () => dialog.close("")),
      ),
    ),
  );
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (dialog.returnValue !== "save") return;
    const renamed = name.value.trim();
    onEdit(table, source, {
      name: renamed && renamed !== source ? renamed : undefined,
      type: type.value || undefined,
      note: note.value.trim() || undefined,
      omit: omit.checked || undefined,
      samples: samples.checked === (privacy === "samples") ? undefined : samples.checked,
    });
  });
  document.body.append(dialog);
  dialog.showModal();
}

/** @param {string} type */
function nameType(type) {
  const key = `type.${type}`;
  return hasWords(key) ? t(key) : type;
}

/** @param {string} label @param {HTMLElement} control */
function field(label, control) {
  return make("label", { class: "field" }, make("span", {}, label), control);
}

/** @param {HTMLInputElement} box @param {string} label */
function check(box, label) {
  return make("label", { class: "check" }, box, make("span", {}, label));
}
