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

import { PRIVACY_LEVELS } from "./disclosure.js";
import { find, make, makeButton, setText } from "./dom.js";
import { t } from "./language.js";
import { tableSheet } from "./table-sheet.js";
import { duration, listed, size } from "./words.js";

/**
 * @param {Sample[]} samples
 * @param {boolean} canAsk whether there is a model to answer a sample's questions
 * @param {{onRemove: (name: string) => void, onSample: (sample: Sample, question: string) => void, onForget: () => void,
 *   onStop: () => void, onEdit: EditColumn, onPrivacy: (level: Privacy) => void}} listeners
 */
export function createDataView(samples, canAsk, { onRemove, onSample, onForget, onStop, onEdit, onPrivacy }) {
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
  const clock = find("data-clock", HTMLElement);
  /** When the file that is being read was begun, as performance.now() counts. @type {number | null} */
  let since = null;

  privacy.addEventListener("change", () => {
    const level = PRIVACY_LEVELS.find((known) => known === privacy.value);
    if (level) onPrivacy(level);
  });
  find("forget", HTMLElement).addEventListener("click", onForget);
  find("data-stop", HTMLElement).addEventListener("click", onStop);
  smaller.addEventListener("click", () => offered?.rows());
  list.append(...samples.map((sample) => sampleCard(sample, canAsk ? sample.questions : [], onSample)));

  /** @param {string} busy @param {TablesState["progress"]} state */
  function renderProgress(busy, state) {
    const name = state?.name || busy;
    setText(
      find("data-phase", HTMLElement),
      state ? t(`data.phase.${state.phase}`, { name }) : t("data.reading", { name }),
    );
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
      since = state.busy === null ? null : (since ?? performance.now());
      if (state.busy) renderProgress(state.busy, state.progress);
      setText(pick, t(state.open.length > 0 ? "data.add" : "data.choose"));
      problem.hidden = state.problem === null;
      setText(problem, state.problem ?? "");
      offered = state.smaller;
      smaller.hidden = offered === null;
      setText(smaller, offered ? t("data.smaller", { name: offered.name }) : "");
      note.hidden = state.note === null;
      setText(note, state.note ?? "");
      kept.hidden = !state.kept;
      if (privacy.value !== state.privacy) privacy.value = state.privacy;
      setText(privacyNote, t(`privacy.note.${state.privacy}`));
      wanted.hidden = state.wanted.length === 0;
      setText(wanted, describeWanted(state.wanted, quiet));
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

    /** The seconds that a file takes. */
    tick() {
      if (since !== null) setText(clock, duration(performance.now() - since));
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
  return phase === "typing"
    ? t("data.done_columns", { done: String(done), total: String(total) })
    : t("data.done_bytes", { done: size(done), total: size(total) });
}

/**
 * Which files are missing, on a chart's page with what tells a file of the same name from the one that is meant.
 * @param {TablesState["wanted"]} wanted
 * @param {boolean} quiet
 */
function describeWanted(wanted, quiet) {
  const names = listed(wanted.map(({ name }) => name));
  const n = wanted.length;
  if (!quiet || n === 0) return t("data.was_open", { n, names });
  const known = wanted.flatMap(({ fingerprint }) => (fingerprint ? [fingerprint] : []));
  const marked = known.length > 0 ? t("data.fingerprint", { names, fingerprints: known.join(", ") }) : names;
  return t("data.needed", { n, names: marked });
}

/** @param {string} name @param {ProfileTable | undefined} table @param {(name: string) => void} onRemove */
function chip(name, table, onRemove) {
  const facts = table
    ? `${t("count.rows", { n: table.rows })} · ${t("count.columns", { n: table.columns.length })}`
    : "";
  const remove = makeButton("×", () => onRemove(name), { class: "plain", "aria-label": t("data.remove", { name }) });
  return make("li", { class: "chip" }, make("b", {}, name), make("small", {}, facts), remove);
}

/** @param {Sample} sample @param {string[]} questions @param {(sample: Sample, question: string) => void} onSample */
function sampleCard(sample, questions, onSample) {
  const open = makeButton(sample.title, () => onSample(sample, ""), { class: "card-title" });
  const items = questions.map((question) =>
    make(
      "li",
      {},
      makeButton(question, () => onSample(sample, question), { class: "question" }),
    ),
  );
  const columns = sample.columns ? [t("count.columns", { n: sample.columns })] : [];
  const shape = [t("count.rows", { n: sample.rows }), ...columns].join(" · ");
  return make(
    "li",
    { class: "card" },
    make("h3", {}, open),
    make("p", { class: "shape" }, shape),
    make("p", {}, sample.description ?? ""),
    ...(items.length > 0
      ? [make("ul", { class: "questions", "aria-label": t("samples.questions", { title: sample.title }) }, ...items)]
      : []),
    make("p", { class: "source" }, `${sample.source} · ${sample.licence}`),
  );
}
