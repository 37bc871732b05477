// @ts-check
/**
 * Asks how a figure shall be taken away: as what, how wide, how fine, with its paper or without; then saves or copies it. What was
 * chosen is there again for the next figure of this page.
 *
 * @import {Form, TakeAway, Wish} from "./take-away.js"
 */

import { make, makeButton, setText } from "./dom.js";
import { MOST_PIXELS } from "./raster.js";
import { copyPicture, saveFile } from "./save-file.js";
import { usualWish } from "./take-away.js";
import { count } from "./words.js";

/** @type {Record<Form, string>} */
const FORMS = {
  png: "PNG, pixels",
  svg: "SVG, shapes",
  pdf: "PDF, shapes and searchable words",
  html: "HTML, interactive, in one file",
};
/** Of one inch; pixels have no length. @type {Record<string, number>} */
const UNITS = { px: 0, cm: 2.54, in: 1 };

/** @type {{form: Form, unit: string, perInch: number, transparent: boolean} | null} */
let last = null;

/** @param {TakeAway} figure */
export function askHowToSave(figure) {
  const usual = usualWish(figure.width);
  const form = make("select", {}, ...figure.forms.map((name) => make("option", { value: name }, FORMS[name])));
  const width = make("input", { type: "number", min: 0.1, step: "any", required: true });
  const unit = make("select", {}, ...Object.keys(UNITS).map((name) => make("option", { value: name }, name)));
  const perInch = make("input", { type: "number", min: 30, max: 2400, step: "any", required: true });
  const transparent = make("input", { type: "checkbox" });
  const note = make("output", { class: "save-note", "aria-live": "polite" });
  const problem = make("p", { class: "problem", role: "alert", hidden: true });
  const save = make("button", { type: "submit", class: "primary" }, "Save");
  const copy = makeButton("Copy as image", () => attempt(toClipboard));
  const size = make(
    "div",
    { class: "save-size" },
    labelled("Width", width),
    labelled("Unit", unit),
    labelled("Pixels an inch", perInch),
  );
  const paper = make("label", { class: "check" }, transparent, make("span", {}, "Without the paper: transparent"));
  const dialog = make(
    "dialog",
    { class: "column-dialog", "aria-labelledby": "save-dialog-title" },
    make(
      "form",
      {},
      make("h2", { id: "save-dialog-title" }, "Save the figure"),
      labelled("As", form),
      size,
      paper,
      note,
      problem,
      make(
        "p",
        { class: "row" },
        save,
        copy,
        makeButton("Cancel", () => dialog.close()),
      ),
    ),
  );

  form.value = last && figure.forms.includes(last.form) ? last.form : (figure.forms[0] ?? "png");
  perInch.value = String(last?.perInch ?? usual.perInch);
  unit.value = last?.unit ?? "px";
  transparent.checked = figure.canBeTransparent && (last?.transparent ?? false);
  let unitBefore = unit.value;
  // As large as it is on the screen, whatever was chosen for another.
  width.value = inUnit((usual.width / usual.perInch) * Number(perInch.value), unit.value);

  /** @param {number} pixels @param {string} name */
  function inUnit(pixels, name) {
    const length = UNITS[name] ?? 0;
    return length === 0 ? String(Math.round(pixels)) : ((pixels / Number(perInch.value)) * length).toFixed(2);
  }

  /** @returns {Wish} */
  function wish() {
    const length = UNITS[unitBefore] ?? 0;
    const fine = Number(perInch.value);
    const pixels = length === 0 ? Number(width.value) : (Number(width.value) / length) * fine;
    return { width: Math.round(pixels), perInch: fine, transparent: transparent.checked };
  }

  function chosen() {
    return /** @type {Form} */ (form.value);
  }

  function showOutcome() {
    const { width: across, perInch: fine } = wish();
    size.hidden = chosen() === "svg" || chosen() === "html";
    paper.hidden = !figure.canBeTransparent || chosen() === "html";
    const down = figure.height === null ? null : Math.round((across * figure.height) / figure.width);
    const pixels = down === null ? `${count(across)} pixels wide` : `${count(across)} × ${count(down)} pixels`;
    const tooLarge = chosen() === "png" && across * (down ?? across) > MOST_PIXELS;
    width.setCustomValidity(tooLarge ? `At most ${count(MOST_PIXELS / 1e6)} million pixels can be drawn.` : "");
    const coarse = !figure.isFine && across > figure.width * 2;
    const inches = `${(across / fine).toFixed(2)} in, ${((across / fine) * 2.54).toFixed(1)} cm`;
    const notes = {
      png: `${pixels}; printed, ${inches} wide.${coarse ? " This figure was drawn as pixels: it gets larger, not finer." : ""}`,
      svg: "Sharp at any size.",
      pdf: `${inches} wide, sharp at any size.`,
      html: "Opens in any browser, without internet: the figure, its data and what draws it are all in the file.",
    };
    setText(note, notes[chosen()]);
  }

  /** @param {() => Promise<void>} work */
  async function attempt(work) {
    const { form: element } = save;
    if (!element?.reportValidity()) return;
    last = { form: chosen(), unit: unit.value, perInch: wish().perInch, transparent: transparent.checked };
    problem.hidden = true;
    save.disabled = copy.disabled = true;
    try {
      await work();
      dialog.close();
    } catch (error) {
      setText(problem, `It could not be made. ${error instanceof Error ? error.message : String(error)}`);
      problem.hidden = false;
    } finally {
      save.disabled = copy.disabled = false;
    }
  }

  async function toFile() {
    saveFile(await figure.make(chosen(), wish()), `${figure.stem}.${chosen()}`);
  }

  async function toClipboard() {
    await copyPicture(figure.make("png", wish()));
  }

  unit.addEventListener("change", () => {
    const { width: pixels } = wish();
    unitBefore = unit.value;
    width.value = inUnit(pixels, unit.value);
    showOutcome();
  });
  for (const control of [form, width, perInch, transparent]) control.addEventListener("input", showOutcome);
  save.form?.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(toFile);
  });
  dialog.addEventListener("close", () => dialog.remove());
  showOutcome();
  document.body.append(dialog);
  dialog.showModal();
}

/** @param {string} label @param {HTMLElement} control */
function labelled(label, control) {
  return make("label", { class: "field" }, make("span", {}, label), control);
}
