// @ts-check
/**
 * One button and the panel below it in which something is explained. Words are put in as text; what they are is explanations.js's.
 *
 * @import {Failure} from "./advice.js"
 * @import {Explanation} from "./wire.js"
 */

import { make, makeButton, setText } from "./dom.js";
import { t } from "./language.js";
import { describeUsage } from "./usage.js";
import { duration } from "./words.js";

let count = 0;

/**
 * @param {string} what is explained here
 * @param {{onAsk: () => void, onStop: () => void}} listeners
 */
export function createPanel(what, { onAsk, onStop }) {
  count += 1;
  const id = `explanation-${count}`;
  let since = 0;
  let isSelection = false;
  const status = make("output", { "aria-live": "polite" });
  const clock = make("span", { class: "clock", "aria-hidden": "true" });
  const stop = makeButton(t("explain.stop"), onStop, {
    "aria-label": t("explain.stop_name", { what }),
    "aria-keyshortcuts": "Escape",
  });
  const close = makeButton(t("explain.close"), () => shut(true), {
    class: "plain",
    "aria-label": t("explain.close_name", { what }),
  });
  const words = make("div", { class: "explanation-words" });
  const source = make("p", { class: "source" });
  const panel = make(
    "section",
    { class: "explanation", id, "aria-label": t("explain.of", { what }), "data-testid": "explanation" },
    make("div", { class: "row" }, status, clock, make("span", { class: "actions" }, stop, close)),
    words,
    source,
  );
  const button = makeButton(
    t("explain.ask"),
    () => {
      const isHere = !panel.hidden && ["asking", "shown"].includes(panel.dataset["state"] ?? "");
      // Other lines than those that are explained here may be selected now.
      if (isHere && !isSelection) shut(false);
      else onAsk();
    },
    { "aria-expanded": "false", "aria-controls": id, "data-testid": "explain" },
  );
  selects(false);
  panel.hidden = true;

  /** @param {"asking" | "shown" | "failed" | "stopped"} state @param {string} said */
  function enter(state, said) {
    panel.dataset["state"] = state;
    panel.hidden = false;
    words.setAttribute("aria-busy", String(state === "asking"));
    button.setAttribute("aria-expanded", "true");
    // A button that goes would take the reader's place with it.
    if (state !== "asking" && document.activeElement === stop) button.focus();
    stop.hidden = clock.hidden = state !== "asking";
    close.hidden = state === "asking";
    setText(status, said);
  }

  /** @param {boolean} byButton the focus is in the panel */
  function shut(byButton) {
    onStop();
    panel.hidden = true;
    button.setAttribute("aria-expanded", "false");
    if (byButton) button.focus();
  }

  /** @param {string} text */
  function write(text) {
    const parts = paragraphs(text);
    for (const [index, part] of parts.entries()) {
      const there = words.children[index];
      if (there) setText(there, part);
      else words.append(make("p", {}, part));
    }
    while (words.children.length > parts.length) words.lastElementChild?.remove();
  }

  /** @param {Explanation} explanation @param {string} said */
  function showAll({ text, model, usage }, said) {
    write(text);
    credit([t("explain.can_be_wrong"), model, ...describeUsage(usage ?? null)].join(" · "));
    enter("shown", said);
  }

  /** @param {string} said */
  function credit(said) {
    setText(source, said);
    source.hidden = said === "";
  }

  /** @param {boolean} some lines of the program are selected, and they alone are explained */
  function selects(some) {
    isSelection = some;
    const label = t(some ? "explain.ask_selection" : "explain.ask");
    setText(button, label);
    button.setAttribute("aria-label", t("explain.ask_name", { label, what }));
  }

  return {
    button,
    panel,
    selects,
    close: () => shut(false),

    /** @param {string} part of the program; "" is all of it */
    begin(part) {
      since = performance.now();
      write("");
      credit("");
      enter("asking", t(part ? "explain.reading_part" : "explain.reading"));
      this.tick();
    },

    /** @param {{text: string, thinking: boolean}} reply so far */
    write({ text, thinking }) {
      write(text);
      const said = text.trim() === "" ? (thinking ? "explain.thinking" : "explain.answering") : "explain.writing";
      setText(status, t(said));
    },

    /** @param {Explanation} explanation */
    finish(explanation) {
      showAll(explanation, t("explain.done", { time: duration(performance.now() - since) }));
    },

    /** @param {Explanation} explanation that was there before */
    show(explanation) {
      showAll(explanation, t("explain.heading"));
    },

    stopped() {
      enter("stopped", t("explain.stopped", { time: duration(performance.now() - since) }));
    },

    /** @param {Failure} failure */
    fail({ title, sentence, advice }) {
      write([sentence, advice].filter(Boolean).join("\n\n"));
      enter("failed", title);
    },

    /** @param {string} why @param {string} otherwise what can be said without a model */
    refuse(why, otherwise) {
      write(otherwise);
      credit("");
      enter("failed", why);
    },

    tick() {
      setText(clock, duration(performance.now() - since));
    },
  };
}

/** @typedef {ReturnType<typeof createPanel>} Panel */

/** As plain text: a model that was told to leave marks out may set some all the same. @param {string} text */
function paragraphs(text) {
  return text
    .replace(/^\s*```.*$/gm, "")
    .replace(/^\s*#{1,6}\s+/gm, "")
    .replace(/(\*\*|__)(.+?)\1/g, "$2")
    .replace(/`([^`\n]+)`/g, "$1")
    .split(/\n\s*\n|\n(?=\s*(?:[-*•]|\d+[.)])\s)/)
    .map((part) => part.replace(/\s+/g, " ").trim())
    .filter(Boolean);
}
