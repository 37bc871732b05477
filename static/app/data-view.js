// @ts-check
/**
 * Renders the tables at hand: chips, what is missing, what of them is told, the sample cards, and each table's sheet. What is open and
 * how it gets there is tables.js's.
 *
 * @import {ProfileTable} from "../shared/protocol.js"
 * @import {EditColumn} from "./column-dialog.js"
 * @import {OpenProgress} from "./interpreter.js"
 * @import {Privacy, Sample} from "./wire.js"
 * @import {TablesState} from "./tables.js"
 */

import { LEVELS, PRIVACY_LEVELS } from "./disclosure.js";
import { find, make, makeButton, setText } from "./dom.js";
import { tableSheet } from "./table-sheet.js";
import { counted, listed, size } from "./words.js";

/** @type {Record<OpenProgress["phase"], string>} */
const PHASES = {
  reading: "Reading",
  parsing: "Finding rows and columns in",
  typing: "Describing the columns of",
  keeping: "Keeping for later runs:",
};

/**
 * @param {Sample[]} samples
 * @param {{onRemove: (name: string) => void, onSample: (sample: Sample, question: string) => void, onForget: () => void,
 *   onStop: () => void, onEdit: EditColumn, onPrivacy: (level: Privacy) => void}} listeners
 */
export function createDataView(samples, { onRemove, onSample, onForget, onStop, onEdit, onPrivacy }) {
  const chips = find("chips", HTMLElement);
  const hint = find("data-hint", HTMLElement);
  const pick = find("pick-label", HTMLElement);
  const wanted = find("wanted", HTMLElement);
  const problem = find("data-problem", HTMLElement);
  const smaller = find("data-smaller", HTMLButtonElement);
  const progress = find("data-progress", HTMLElement);
  const bar = find("data-bar", HTMLProgressElement);
  /** @type {TablesState["smaller"]} */
  let offered = null;
  const note = find("data-note", HTMLElement);
  const sheet = find("sheet", HTMLElement);
  const gallery = find("samples", HTMLElement);
  const list = find("sample-list", HTMLElement);
  const kept = find("kept", HTMLElement);
  const privacy = find("privacy", HTMLSelectElement);
  const privacyNote = find("privacy-note", HTMLElement);
  /** @type {TablesState["open"] | null} */
  let drawn = null;
  /** @type {TablesState["profile"] | null} */
  let drawnProfile = null;
  /** @type {TablesState["edits"] | null} */
  let drawnEdits = null;
  let drawnPrivacy = "";

  privacy.addEventListener("change", () => {
    const level = PRIVACY_LEVELS.find((known) => known === privacy.value);
    if (level) onPrivacy(level);
  });
  find("forget", HTMLElement).addEventListener("click", onForget);
  find("data-stop", HTMLElement).addEventListener("click", onStop);
  smaller.addEventListener("click", () => offered?.rows());
  list.append(...samples.map((sample) => sampleCard(sample, onSample)));

  /** @param {string} busy @param {TablesState["progress"]} state */
  function renderProgress(busy, state) {
    const name = state?.name || busy;
    setText(find("data-phase", HTMLElement), state ? `${PHASES[state.phase]} ${name}` : `Reading ${name} …`);
    setText(find("data-done", HTMLElement), state ? doneOf(state) : "");
    if (state && state.total > 0) {
      bar.max = state.total;
      bar.value = state.done;
    } else bar.removeAttribute("value");
  }

  return {
    /** @param {TablesState} state @param {boolean} quiet the page shows something else at present */
    render(state, quiet) {
      hint.hidden = state.open.length > 0 || state.busy !== null;
      progress.hidden = state.busy === null;
      if (state.busy) renderProgress(state.busy, state.progress);
      setText(pick, state.open.length > 0 ? "Add a file" : "Choose files");
      problem.hidden = state.problem === null;
      setText(problem, state.problem ?? "");
      offered = state.smaller;
      smaller.hidden = offered === null;
      setText(smaller, offered ? `Open a sample of the rows of ${offered.name}` : "");
      note.hidden = state.note === null;
      setText(note, state.note ?? "");
      kept.hidden = !state.kept;
      if (privacy.value !== state.privacy) privacy.value = state.privacy;
      setText(privacyNote, LEVELS[state.privacy]);
      wanted.hidden = state.wanted.length === 0;
      const names = listed(state.wanted.map(({ name }) => name));
      setText(
        wanted,
        quiet && state.wanted.length > 0
          ? `This chart draws from ${names}${marks(state.wanted)}. Open ${state.wanted.length > 1 ? "them" : "it"} to draw the chart again.`
          : `${names} ${state.wanted.length > 1 ? "were" : "was"} open before the page was loaded again. Open ${state.wanted.length > 1 ? "them" : "it"} once more.`,
      );
      gallery.hidden = state.open.length > 0 || quiet;
      if (
        drawn === state.open &&
        drawnProfile === state.profile &&
        drawnEdits === state.edits &&
        drawnPrivacy === state.privacy
      ) {
        return;
      }
      drawn = state.open;
      drawnProfile = state.profile;
      drawnEdits = state.edits;
      drawnPrivacy = state.privacy;
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
      sheet.replaceChildren(...tables.map((table, index) => tableSheet(table, state, index, wasOpen, onEdit)));
      sheet.hidden = tables.length === 0;
    },

    /** The figure takes the stage: the tables step back to one line each. */
    fold() {
      for (const details of sheet.querySelectorAll("details")) details.open = false;
    },
  };
}

/** The numbers stand apart: who listens to the page is told of each phase once. @param {OpenProgress} progress */
function doneOf({ phase, done, total }) {
  if (total === 0) return "";
  return phase === "typing" ? `column ${done} of ${total}` : `${size(done)} of ${size(total)}`;
}

/** By what a file of the same name can be told from the one that is meant. @param {TablesState["wanted"]} wanted */
function marks(wanted) {
  const known = wanted.flatMap(({ fingerprint }) => (fingerprint ? [fingerprint] : []));
  return known.length > 0 ? ` (fingerprint ${known.join(", ")})` : "";
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
