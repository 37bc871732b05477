// @ts-check
/**
 * The choice of how a model is asked: for a form first, for code at once, or as the operator set it. Remembered for this browser; what
 * another choice than that means is said below it.
 *
 * @import {Model} from "./wire.js"
 */

import { find, setText } from "./dom.js";
import { recall, remember } from "./drafts.js";
import { t } from "./language.js";

const KEY = "sandplot:method";
const METHODS = /** @type {const} */ (["auto", "form", "code"]);

/**
 * @param {Model[]} models
 * @param {(plan: boolean | null) => void} onChoice called at once with the choice that stands; null leaves it to the server
 */
export function bindMethodPicker(models, onChoice) {
  if (models.length === 0) return;
  const picker = find("method", HTMLSelectElement);
  const note = find("method-note", HTMLElement);
  /** @param {string | null} wanted */
  const choose = (wanted) => {
    const method = METHODS.find((known) => known === wanted) ?? "auto";
    picker.value = method;
    note.hidden = method === "auto";
    setText(note, method === "auto" ? "" : t(`method.note.${method}`));
    onChoice(method === "auto" ? null : method === "form");
  };
  picker.addEventListener("change", () => {
    remember(KEY, picker.value);
    choose(picker.value);
  });
  choose(recall(KEY));
}
