// @ts-check
/**
 * The choice among several models. The server renders it, with the one that is asked by default first; here it is remembered for
 * this browser. With fewer than two models there is no picker and nothing to choose.
 *
 * @import {Model} from "./wire.js"
 */

import { find } from "./dom.js";

const KEY = "sandplot:model";

/** @param {Model[]} models @param {(model: string) => void} onChoice called at once with the choice that stands */
export function bindModelPicker(models, onChoice) {
  if (models.length < 2) return;
  const picker = find("model", HTMLSelectElement);
  const before = recall();
  // One that is not there today may be back tomorrow, so it stays remembered.
  if (models.some(({ name }) => name === before)) picker.value = before;
  picker.addEventListener("change", () => {
    remember(picker.value);
    onChoice(picker.value);
  });
  onChoice(picker.value);
}

/** Storage may be forbidden: the page works without. */
function recall() {
  try {
    return localStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}

/** @param {string} model */
function remember(model) {
  try {
    localStorage.setItem(KEY, model);
  } catch {
    return;
  }
}
