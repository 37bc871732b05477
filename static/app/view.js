// @ts-check
/**
 * Renders the session's state into the page, and nothing else: one function, called with the whole state whenever it has changed.
 * It writes text and attributes only, and only where they differ.
 *
 * @import {SandboxResult} from "../shared/protocol.js"
 * @import {Attempt, SessionState} from "./session.js"
 * @import {PageData} from "./page-data.js"
 * @import {RunResult} from "./sandbox.js"
 * @import {createDataView} from "./data-view.js"
 * @import {createProgramView} from "./program-view.js"
 * @import {createSealView} from "./seal-view.js"
 */

import { find, make, makeButton, setText, unreachable } from "./dom.js";
import { say, t } from "./language.js";
import { describeStatus, elapsed } from "./seal-view.js";
import { MOST_REPAIRS } from "./session.js";
import { filesUsed } from "./sources.js";
import { suggestQuestions } from "./suggestions.js";
import { describeUsage } from "./usage.js";
import { duration, fileStem, size, withoutMiddle } from "./words.js";

/** @param {SessionState["phase"]} phase */
export const isBusy = (phase) => phase === "asking" || phase === "booting" || phase === "running";

/**
 * @param {PageData} pageData
 * @param {{data: ReturnType<typeof createDataView>, program: ReturnType<typeof createProgramView>,
 *   seal: ReturnType<typeof createSealView>, preview: (state: SessionState) => string,
 *   onQuestion: (question: string) => void}} parts
 */
export function createView(pageData, { data, program, seal, preview, onQuestion }) {
  const main = find("main", HTMLElement);
  const element = (/** @type {string} */ hook) => find(hook, HTMLElement);
  const title = element("title");
  const lead = element("lead");
  const progress = element("progress");
  const clock = element("clock");
  const bar = find("bar", HTMLProgressElement);
  const stop = find("stop", HTMLButtonElement);
  const notices = element("notices");
  const alarm = element("failure");
  const figures = element("figures");
  const output = element("output");
  const stdout = element("stdout");
  const value = element("value");
  const warnings = element("warnings");
  const attempts = element("attempts");
  const question = find("question", HTMLTextAreaElement);
  const askButton = find("ask", HTMLButtonElement);
  const runButton = find("run", HTMLButtonElement);
  const suggestions = element("suggestions");
  const previewText = element("prompt-preview");
  const programHeading = element("program-heading");
  // Not a link: its address would be another page of the session.
  find("to-program", HTMLButtonElement).addEventListener("click", () => {
    programHeading.scrollIntoView({ block: "start" });
    programHeading.focus({ preventScroll: true });
  });
  let phaseShown = "";
  let programShown = "";
  /** @type {SessionState["attempts"]} */
  let attemptsShown = [];
  let suggestionsShown = "";
  /** @type {SessionState["result"]} */
  let resultShown = null;
  /** @type {{text: string, url: string}} */
  let offered = { text: "", url: "" };

  /** @param {SessionState} state */
  function renderStage(state) {
    const started = state.asked !== "" || state.chart !== null || state.phase !== "idle";
    const heading = state.asked || t(started ? "stage.own" : "stage.start");
    setText(title, heading);
    main.classList.toggle("started", started);
    main.classList.toggle("expects", expectsFigure(state));
    lead.hidden = started || state.tables.open.length > 0;
    document.title = started ? `${heading} · Sandplot` : t("app.title");
    const busy = isBusy(state.phase);
    setText(progress, describeProgress(state));
    clock.hidden = !busy;
    stop.hidden = !busy;
    const waits = state.phase === "booting" || state.phase === "running";
    const downloads = waits && state.sandbox.phase === "download" && state.sandbox.total > 0;
    const fetched = state.fetching ?? (downloads ? state.sandbox : null);
    bar.hidden = !busy;
    if (fetched) {
      bar.max = fetched.total;
      bar.value = fetched.done;
    } else bar.removeAttribute("value");
    figures.classList.toggle("stale", busy || state.phase === "stopped");
    figures.classList.toggle("aside", state.phase === "asking");
    figures.setAttribute("aria-busy", String(busy));
    notices.hidden = state.notices.length === 0;
    const noticeText = state.notices.join(" ");
    setText(notices, noticeText);
  }

  /** What the chart was drawn from, for whoever sees it elsewhere: neither an edit nor another table changes that. @param {SessionState} state */
  function renderSource({ phase, result, program, tables }) {
    const note = element("source-note");
    if (resultShown !== result) {
      resultShown = result;
      const used = filesUsed(program, tables.profile?.tables ?? []);
      const sources = tables.open
        .filter(({ name }) => used.has(name))
        .map(({ name, sample }) => (sample ? `${name} (${sample.source}; ${sample.licence})` : name));
      setText(note, sources.length > 0 ? t("stage.source", { names: sources.join(", ") }) : "");
    }
    note.hidden = phase !== "shown" || !result?.figures.length || note.textContent === "";
  }

  /** @param {SessionState} state */
  function renderFailure({ failure, canRepair, phase }) {
    alarm.hidden = phase !== "failed" || failure === null;
    if (!failure) return;
    setText(element("failure-title"), failure.title);
    setText(element("failure-sentence"), failure.sentence);
    setText(element("failure-advice"), failure.advice);
    element("failure-advice").hidden = failure.advice === "";
    const traceback = element("traceback");
    setText(traceback, failure.traceback ?? "");
    traceback.hidden = failure.traceback === null;
    const reply = element("failure-reply");
    reply.hidden = failure.reply === null;
    setText(element("failure-reply-text"), failure.reply ?? "");
    const code = [failure.code, failure.requestId ? t("failure.request", { id: failure.requestId }) : null]
      .filter(Boolean)
      .join(" · ");
    setText(element("failure-code"), code);
    find("repair", HTMLButtonElement).hidden = !canRepair;
    find("again", HTMLButtonElement).hidden = failure.traceback !== null;
  }

  /** @param {SessionState} state */
  function renderOutput(state) {
    const { result } = state;
    setText(stdout, withoutMiddle(state.stdout));
    stdout.hidden = state.stdout === "";
    setText(value, result?.value ?? "");
    value.hidden = !result?.value;
    setText(warnings, result?.warnings.map(describeWarning).join("\n") ?? "");
    warnings.hidden = !result?.warnings.length;
    const nothing = state.phase === "shown" && result?.figures.length === 0 && state.stdout === "" && !result.value;
    element("nothing").hidden = !nothing;
    output.hidden = stdout.hidden && value.hidden && warnings.hidden && !nothing;
    if (attemptsShown !== state.attempts) {
      attemptsShown = state.attempts;
      attempts.replaceChildren(...state.attempts.map(attemptItem));
      attempts.hidden = state.attempts.length === 0;
    }
  }

  /** @param {SessionState} state */
  function renderAsk(state) {
    if (question.value !== state.typed) question.value = state.typed;
    const follows = state.chart !== null;
    setText(element("question-label"), t(follows ? "ask.label_follow" : "ask.label"));
    question.placeholder = t(follows ? "ask.placeholder_follow" : "ask.placeholder");
    element("restart").hidden = !follows && state.asked === "";
    askButton.disabled = pageData.models.length === 0 || state.phase === "asking";
    setText(askButton, t(state.phase === "asking" ? "ask.asking" : "ask.button"));
    setText(previewText, preview(state));
    const sample = state.tables.open.find((table) => table.sample)?.sample;
    // A question that nobody can answer is not offered.
    const isOffered = pageData.models.length > 0 && state.tables.open.length > 0 && !follows;
    const questions = isOffered ? (sample?.questions ?? suggestQuestions(state.tables.profile)) : [];
    const key = questions.join("\n");
    if (key === suggestionsShown) return;
    suggestionsShown = key;
    suggestions.replaceChildren(
      ...questions.map((text) =>
        make(
          "li",
          {},
          makeButton(text, () => onQuestion(text), { class: "question" }),
        ),
      ),
    );
    suggestions.hidden = questions.length === 0;
  }

  /** @param {SessionState} state */
  function renderProgram(state) {
    const empty = state.program.trim() === "";
    const edited = state.chart !== null && state.program !== state.chart.program && !state.writing;
    program.render(state.program, {
      readOnly: pageData.isReader || (state.writing && state.phase === "asking"),
      failure: state.failure,
    });
    runButton.disabled = empty || state.phase === "asking";
    element("starter").hidden = !empty || state.phase === "asking";
    element("revert").hidden = !edited || isBusy(state.phase);
    setText(
      element("program-note"),
      state.writing ? t("program.being_written") : edited ? t("program.edited") : describeAuthor(state),
    );
    const link = find("program-download", HTMLAnchorElement);
    link.hidden = empty || state.writing;
    element("notebook").hidden = link.hidden;
    element("explain").hidden = link.hidden || pageData.isReader;
    element("format").hidden = link.hidden;
    if (programShown !== state.program) element("format-note").hidden = true;
    programShown = state.program;
    if (offered.text !== state.program && !state.writing) {
      URL.revokeObjectURL(offered.url);
      offered = { text: state.program, url: URL.createObjectURL(new Blob([state.program], { type: "text/x-python" })) };
      link.href = offered.url;
    }
    link.download = `${fileStem(state.asked || "program")}.py`;
  }

  /** The seconds, and the wait that a busy server asks for. Apart from the rest: it changes without the state. @param {SessionState} state */
  function tick(state) {
    if (isBusy(state.phase)) {
      const { fetching } = state;
      const bytes = fetching
        ? `${t("progress.bytes", { done: size(fetching.done), total: size(fetching.total) })} · `
        : "";
      setText(clock, bytes + elapsed(state.since));
      setText(progress, describeProgress(state));
    }
    data.tick();
    const again = find("again", HTMLButtonElement);
    const wait = Math.ceil(((state.failure?.retryAt ?? 0) - performance.now()) / 1000);
    again.disabled = wait > 0;
    // Whole seconds, also where they are few.
    const told = wait < 120 ? t("time.seconds", { seconds: String(wait) }) : duration(wait * 1000);
    setText(again, wait > 0 ? t("failure.again_in", { wait: told }) : t("failure.again"));
  }

  return {
    tick,
    /** @param {SessionState} state */
    render(state) {
      renderStage(state);
      renderFailure(state);
      renderSource(state);
      renderOutput(state);
      renderAsk(state);
      renderProgram(state);
      if (phaseShown !== state.phase && isBusy(state.phase)) data.fold();
      data.render(state.tables, state.chart !== null || state.phase !== "idle");
      seal.render(state);
      tick(state);
      phaseShown = state.phase;
      // Last: whoever waits for a state finds all of it.
      main.dataset["state"] = state.phase;
    },
  };
}

/** @param {SessionState} state */
function describeAuthor({ chart, usage }) {
  if (!chart) return "";
  if (chart.settled) return t("program.settled");
  if (!chart.model) return t("program.yours");
  return [t("program.by", { model: chart.model }), ...describeUsage(usage)].join(" · ");
}

/** Whether the next that is to be seen is a figure: room is kept for it. @param {SessionState} state */
function expectsFigure({ phase, chart, program, tables }) {
  if (phase === "booting" || phase === "running") return true;
  // A stored chart is drawn as it is opened, unless it was edited, or its files are not all here.
  const files = chart?.profile?.tables.length ?? 0;
  return phase === "idle" && chart !== null && program === chart.program && files <= tables.open.length;
}

/** After so long without a word a person begins to doubt. */
const SILENT_MILLISECONDS = 15_000;

/** @param {SessionState} state */
function describeProgress(state) {
  const { phase, since, doing, sandbox, result, repairing, attempts } = state;
  const silent = performance.now() - since > SILENT_MILLISECONDS;
  const attempt = attempts.at(-1);
  const repair = repairing > 0 && attempt ? describeRepair(attempt) : "";
  switch (phase) {
    case "idle":
      return "";
    case "asking":
      return [repair, doing || (silent ? t("progress.silent") : repair ? "" : t("progress.asking"))]
        .filter(Boolean)
        .join(" · ");
    case "booting":
      // The numbers are in the bar: a live region that counts would never be quiet.
      return [repair, doing || t("progress.waiting", { status: describeStatus({ ...sandbox, total: 0 }) })]
        .filter(Boolean)
        .join(" · ");
    case "running":
      return [repair, doing || t(sandbox.phase === "download" ? "progress.packages" : "progress.running")]
        .filter(Boolean)
        .join(" · ");
    case "shown":
      return result ? describeEnd(result, attempts.length) : "";
    case "failed":
      return "";
    case "stopped":
      return doing;
    default:
      return unreachable(phase);
  }
}

/** @param {RunResult} result @param {number} repairs */
function describeEnd({ milliseconds, figures }, repairs) {
  const time = duration(milliseconds);
  if (figures.length === 0) return t("progress.ended", { time });
  return repairs > 0 ? t("progress.drawn_repaired", { time, n: repairs }) : t("progress.drawn", { time });
}

/** @param {Attempt} attempt */
function describeRepair({ number, error }) {
  const what = `${error.type}: ${error.message.split("\n")[0]?.slice(0, 160) ?? ""}`;
  return t("repair.of", { number, most: MOST_REPAIRS, error: what });
}

/** A library's own sentence, or one of the page's. @param {SandboxResult["warnings"][number]} warning */
function describeWarning(warning) {
  return typeof warning === "string" ? warning : say({ key: `warning.${warning.code}`, values: warning.values });
}

/** @param {Attempt} attempt */
function attemptItem(attempt) {
  const { error, program } = attempt;
  return make(
    "li",
    {},
    make(
      "details",
      {},
      make("summary", {}, describeRepair(attempt)),
      make("pre", {}, error.traceback),
      make("details", {}, make("summary", {}, t("repair.program")), make("pre", {}, program)),
    ),
  );
}
