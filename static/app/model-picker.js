// @ts-check
/**
 * The choice among several models. The server renders it, with the one that is asked by default first; here it is remembered for
 * this browser. With fewer than two models there is no picker and nothing to choose.
 *
 * @import {Model} from "./wire.js"
 */

import { find } from "./dom.js";
import { recall, remember } from "./drafts.js";

const KEY = "sandplot:model";

/** @param {Model[]} models @param {(model: string) => void} onChoice called at once with the choice that stands */
export function bindModelPicker(models, onChoice) {
  if (models.length < 2) return;
  const picker = find("model", HTMLSelectElement);
  const before = recall(KEY);
  // One that is not there today may be back tomorrow, so it stays remembered.
  if (before !== null && models.some(({ name }) => name === before)) picker.value = before;
  picker.addEventListener("change", () => {
    remember(KEY, picker.value);
    onChoice(picker.value);
  });
  onChoice(picker.value);
}
