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

/** @param {ColumnQuestion} question @param {EditColumn} onEdit */
export function askAboutColumn({ table, source, column, edit, privacy }, onEdit) {
  const name = make("input", { type: "text", value: column.name, maxlength: 200 });
  const type = make(
    "select",
    {},
    make("option", { value: "" }, `as found (${column.type})`),
    ...TYPES.map((kind) => make("option", { value: kind, ...(edit.type === kind && { selected: true }) }, kind)),
  );
  const note = make("textarea", { rows: 2, maxlength: 300, placeholder: "such as: revenue in EUR, before tax" });
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
      field("Name", name),
      field("Type", type),
      field("Note for the model", note),
      check(samples, "Tell the model five values and the common kinds of this column"),
      check(omit, "Leave this column out: the program does not see it, and nothing of it is told"),
      make(
        "p",
        { class: "row" },
        make("button", { type: "submit", value: "save", class: "primary" }, "Save"),
        makeButton("Cancel", () => dialog.close("")),
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

/** @param {string} label @param {HTMLElement} control */
function field(label, control) {
  return make("label", { class: "field" }, make("span", {}, label), control);
}

/** @param {HTMLInputElement} box @param {string} label */
function check(box, label) {
  return make("label", { class: "check" }, box, make("span", {}, label));
}
