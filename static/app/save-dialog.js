// @ts-check
/**
 * Asks how a figure shall be taken away: as what, how wide, how fine, with its paper or without; then saves or copies it. What was
 * chosen is there again for the next figure of this page.
 *
 * @import {Form, TakeAway, Wish} from "./take-away.js"
 */

import { make, makeButton, setText } from "./dom.js";
import { t } from "./language.js";
import { MOST_PIXELS } from "./raster.js";
import { copyPicture, saveFile } from "./save-file.js";
import { usualWish } from "./take-away.js";
import { count, fixed } from "./words.js";

const UNIT_NAMES = /** @type {const} */ (["px", "cm", "in"]);
/** Of one inch; pixels have no length. @type {Record<string, number>} */
const UNITS = { px: 0, cm: 2.54, in: 1 };

/** @type {{form: Form, unit: string, perInch: number, transparent: boolean} | null} */
let last = null;

/** @param {TakeAway} figure */
export function askHowToSave(figure) {
  const usual = usualWish(figure.width);
  const form = make(
    "select",
    {},
    ...figure.forms.map((name) => make("option", { value: name }, t(`save.form.${name}`))),
  );
  const width = make("input", { type: "number", min: 0.1, step: "any", required: true });
  const unit = make("select", {}, ...UNIT_NAMES.map((name) => make("option", { value: name }, t(`save.unit.${name}`))));
  const perInch = make("input", { type: "number", min: 30, max: 2400, step: "any", required: true });
  const transparent = make("input", { type: "checkbox" });
  const note = make("output", { class: "save-note", "aria-live": "polite" });
  const problem = make("p", { class: "problem", role: "alert", hidden: true });
  const save = make("button", { type: "submit", class: "primary" }, t("dialog.save"));
  const copy = makeButton(t("save.copy"), () => attempt(toClipboard));
  const size = make(
    "div",
    { class: "save-size" },
    labelled(t("save.width"), width),
    labelled(t("save.unit"), unit),
    labelled(t("save.per_inch"), perInch),
  );
  const paper = make("label", { class: "check" }, transparent, make("span", {}, t("save.transparent")));
  const dialog = make(
    "dialog",
    { class: "column-dialog", "aria-labelledby": "save-dialog-title" },
    make(
      "form",
      {},
      make("h2", { id: "save-dialog-title" }, t("save.heading")),
      labelled(t("save.as"), form),
      size,
      paper,
      note,
      problem,
      make(
        "p",
        { class: "row" },
        save,
        copy,
        makeButton(t("dialog.cancel"), () => dialog.close()),
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
    const pixels =
      down === null ? t("save.wide", { width: across }) : t("save.pixels", { width: across, height: down });
    const tooLarge = chosen() === "png" && across * (down ?? across) > MOST_PIXELS;
    width.setCustomValidity(tooLarge ? t("save.most", { millions: MOST_PIXELS / 1e6 }) : "");
    const coarse = !figure.isFine && across > figure.width * 2;
    const length = t("save.length", {
      inches: count(across / fine, { ...fixed(2), useGrouping: false }),
      centimetres: count((across / fine) * 2.54, { ...fixed(1), useGrouping: false }),
    });
    const outcome = t(`save.note.${chosen()}`, { pixels, length });
    const more =
      coarse && chosen() === "png"
        ? t("save.note.coarse")
        : figure.mayHoldPixels && chosen() === "pdf"
          ? t("save.note.pixels")
          : "";
    setText(note, `${outcome} ${more}`.trim());
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
      setText(problem, t("save.failed", { message: error instanceof Error ? error.message : String(error) }));
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
