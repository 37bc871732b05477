// @ts-check
/**
 * The controls below a chart, for what is changed quicker by hand than by words. They show what the figure's facts say and write what
 * is chosen into its program (chart-settings.js); what is done with the program is the session's. Each is there only where it applies.
 *
 * @import {SessionState} from "./session.js"
 * @import {Ground} from "./chart-lines.js"
 * @import {Control, Settings} from "./chart-settings.js"
 * @import {Palette} from "./palettes.js"
 */

import { GROUNDS, SIZES } from "./chart-lines.js";
import { controlOf, readSettings, withSettings } from "./chart-settings.js";
import { find, make } from "./dom.js";
import { PALETTES } from "./palettes.js";

/** Milliseconds in which several changes are one: one version, one run. */
const BURST = 500;

/** @param {{onChange: (program: string) => void}} listeners */
export function createControls({ onChange }) {
  const form = find("controls", HTMLFormElement);
  const title = find("set-title", HTMLInputElement);
  const size = find("set-size", HTMLSelectElement);
  const ground = find("set-ground", HTMLSelectElement);
  const order = find("set-order", HTMLSelectElement);
  const scales = { x: find("set-log-x", HTMLInputElement), y: find("set-log-y", HTMLInputElement) };
  const palettes = find("set-palette", HTMLFieldSetElement);
  const reset = find("set-nothing", HTMLButtonElement);
  /** What the controls stand for. @type {{control: Control, program: string, settings: Settings, state: SessionState} | null} */
  let shown = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let clock;
  /** What is chosen and not drawn yet. @type {Settings | null} */
  let chosen = null;

  /** @param {(settings: Settings) => void} change */
  function set(change) {
    if (!shown) return;
    chosen ??= { ...shown.settings };
    change(chosen);
    clearTimeout(clock);
    clock = setTimeout(apply, BURST);
  }

  function apply() {
    clearTimeout(clock);
    const settings = chosen;
    chosen = null;
    if (!shown || !settings) return;
    const facts = shown.state.result?.figures.find(({ kind }) => kind !== "table")?.facts;
    const program = withSettings(shown.program, shown.control, settings, facts);
    if (program === shown.program) return;
    // What is chosen next, while this is drawn, comes on top of it.
    shown = { ...shown, program, settings };
    onChange(program);
  }

  title.addEventListener("change", () =>
    set((settings) => {
      settings.title = title.value;
    }),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    apply();
  });
  size.addEventListener("change", () => set((settings) => choose(settings, "size", size.value)));
  ground.addEventListener("change", () => set((settings) => choose(settings, "ground", ground.value)));
  order.addEventListener("change", () => set((settings) => choose(settings, "order", order.value)));
  for (const choice of choicesOf(palettes)) {
    choice.after(...swatches(choice.value));
    choice.addEventListener("change", () => set((settings) => choose(settings, "palette", choice.value)));
  }
  for (const axis of /** @type {const} */ (["x", "y"])) {
    const name = /** @type {const} */ ({ x: "xScale", y: "yScale" })[axis];
    scales[axis].addEventListener("change", () =>
      set((settings) => {
        // What a control has set, it takes back; what the program has set, it sets otherwise.
        if (settings[name] !== undefined) delete settings[name];
        else settings[name] = scales[axis].checked ? "log" : "linear";
      }),
    );
  }
  reset.addEventListener("click", () => {
    chosen = {};
    apply();
  });

  return {
    /** @param {SessionState} state */
    render(state) {
      if (state.phase !== "shown" || !state.result) {
        // What is being drawn keeps the controls of what was there: they would jump away under the hand.
        const stays =
          shown !== null && state.chart !== null && (state.phase === "booting" || state.phase === "running");
        form.hidden = form.hidden || !stays;
        if (!stays) shown = null;
        return;
      }
      if (shown?.program === state.program && shown.state.result === state.result) return;
      const control = controlOf(state.result.figures, state.program);
      form.hidden = control === null;
      if (shown?.program !== state.program) {
        clearTimeout(clock);
        chosen = null;
      }
      if (!control) {
        shown = null;
        return;
      }
      const settings = readSettings(state.program);
      shown = { control, program: state.program, settings, state };
      if (chosen) return;
      if (document.activeElement !== title) title.value = control.title;
      size.value = settings.size ?? "";
      ground.value = settings.ground ?? "";
      order.value = settings.order ?? "";
      for (const choice of choicesOf(palettes)) choice.checked = choice.value === (settings.palette ?? "");
      palettes.hidden = !control.paintable;
      show(order, control.sortable !== "");
      for (const axis of /** @type {const} */ (["x", "y"])) {
        scales[axis].checked = control.logarithmic.includes(axis);
        show(scales[axis], control.logs.includes(axis));
      }
      reset.hidden = Object.keys(settings).length === 0;
    },
  };
}

/** @param {HTMLFieldSetElement} set */
const choicesOf = (set) => [...set.querySelectorAll("input")];

/** The colours of a palette, for the eye; its name is beside them. @param {string} name */
function swatches(name) {
  const colours = Object.hasOwn(PALETTES, name) ? PALETTES[/** @type {Palette} */ (name)].colours : [];
  if (colours.length === 0) return [];
  const parts = colours.map((colour) => {
    const part = make("span");
    part.style.backgroundColor = colour;
    return part;
  });
  return [make("span", { class: "swatches", "aria-hidden": "true" }, ...parts)];
}

/** With its label. @param {HTMLElement} input @param {boolean} applies */
function show(input, applies) {
  const label = input.closest("label");
  if (label) label.hidden = !applies;
}

/**
 * An empty choice leaves it to the program.
 * @param {Settings} settings
 * @param {"size" | "ground" | "palette" | "order"} name
 * @param {string} value
 */
function choose(settings, name, value) {
  if (value === "") delete settings[name];
  else if (name === "size" && Object.hasOwn(SIZES, value)) settings.size = /** @type {keyof typeof SIZES} */ (value);
  else if (name === "ground" && Object.hasOwn(GROUNDS.plotly, value)) settings.ground = /** @type {Ground} */ (value);
  else if (name === "palette" && Object.hasOwn(PALETTES, value)) settings.palette = /** @type {Palette} */ (value);
  else if (name === "order" && (value === "largest" || value === "smallest")) settings.order = value;
}
