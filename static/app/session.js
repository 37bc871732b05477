// @ts-check
/**
 * The one state machine of the page: idle -> asking -> booting -> running -> shown | failed | stopped. It knows the order of
 * things and no element of the page: view.js renders what stands here, and calls what is offered here.
 *
 * @import {ProgramError} from "../shared/protocol.js"
 * @import {Failure} from "./advice.js"
 * @import {Api, Sent} from "./api.js"
 * @import {Chart, PageData} from "./page-data.js"
 * @import {RunResult, SandboxStatus, createSandbox} from "./sandbox.js"
 * @import {createStage} from "./stage.js"
 * @import {Tables, TablesState} from "./tables.js"
 * @import {Doing, Usage} from "./wire.js"
 *
 * @typedef {"idle" | "asking" | "booting" | "running" | "shown" | "failed" | "stopped"} Phase
 * @typedef {{number: number, program: string, error: ProgramError}} Attempt a run that failed and was given back to the model
 * @typedef {{chart: Chart, result: RunResult, weight: number}} Seen a chart that can be looked at, and how much is wrong with it
 *
 * @typedef {object} SessionState
 * @property {Phase} phase
 * @property {number} since when this phase began, as performance.now() counts
 * @property {string} doing what is happening in this phase, where the phase alone does not say
 * @property {{done: number, total: number} | null} fetching bytes of the model, while the server fetches it
 * @property {string | null} model the one that is asked, where there are several to choose from
 * @property {boolean | null} plan whether it is asked for a form first; null leaves it to the server
 * @property {string} typed what stands in the question box
 * @property {string} asked the question of the chart that is shown or being made
 * @property {string} program what stands in the program panel
 * @property {boolean} writing the model is writing it
 * @property {Usage | null} usage what the model that wrote the program took for it
 * @property {Chart | null} chart the stored chart, of which the program may be an edit
 * @property {RunResult | null} result
 * @property {string} stdout
 * @property {Failure | null} failure
 * @property {boolean} canRepair a person may ask the model for a repair
 * @property {Attempt[]} attempts
 * @property {number} repairing 0, or which repair is under way
 * @property {string[]} notices
 * @property {string | null} sentBody the body of the last question
 * @property {Sent[]} sent
 * @property {SandboxStatus} sandbox
 * @property {TablesState} tables
 *
 * @typedef {object} Surroundings
 * @property {PageData} pageData
 * @property {Pick<ReturnType<typeof createSandbox>, "run" | "stop" | "prepare" | "fetchAhead">} sandbox
 * @property {Tables} tables
 * @property {Api} api
 * @property {ReturnType<typeof createStage>} stage
 * @property {(state: SessionState) => void} onChange
 */

import { failureOf, programFailure } from "./advice.js";
import { unreachable } from "./dom.js";
import { keepDraft, readDraft, readTables } from "./drafts.js";
import { describeFixes, withFixes } from "./fixes.js";
import { flawOf, NOTHING_SEEN } from "./flaws.js";
import { t } from "./language.js";
import { RefusedFigure } from "./refused-figure.js";
import { readPartialReply } from "./reply.js";
import { duration } from "./words.js";

export const MOST_REPAIRS = 2;
/** A program is kept before it runs, but a server that does not answer shall not hold the run up for long. */
const STORE_MILLISECONDS = 8000;

/** @param {Surroundings} surroundings */
export function createSession({ pageData, sandbox, tables, api, stage, onChange }) {
  /** @type {SessionState} */
  let state = {
    phase: "idle",
    since: performance.now(),
    doing: "",
    fetching: null,
    model: null,
    plan: null,
    typed: "",
    asked: pageData.chart?.question ?? "",
    program: pageData.chart?.program ?? "",
    writing: false,
    usage: null,
    chart: pageData.chart,
    result: null,
    stdout: "",
    failure: null,
    canRepair: false,
    attempts: [],
    repairing: 0,
    notices: [],
    sentBody: null,
    sent: [],
    sandbox: { phase: "download", done: 0, total: 0 },
    tables: tables.state,
  };
  /** Charts seen in this tab, for the way back. @type {Map<string, Chart>} */
  const seen = new Map();
  /** @type {AbortController | null} */
  let current = null;
  /** What "Try again" does. */
  let again = () => {};
  /** The reply so far, which a failure keeps within reach. */
  let reply = "";
  /** A person has changed the program and nobody has stored it yet. */
  let edited = false;
  /** The program waits for Python, and for nothing else. */
  let waits = false;
  /** The best chart so far of one that is being repaired: what is shown if no repair makes it better. @type {Seen | null} */
  let best = null;
  /** What the browser keeps of the files has been looked up. @type {Promise<void>} */
  let restored = Promise.resolve();

  /** @param {Partial<SessionState>} change */
  function set(change) {
    state = { ...state, ...change };
    onChange(state);
  }

  /** @param {Phase} phase @param {Partial<SessionState>} [change] */
  function enter(phase, change = {}) {
    if (phase === "running" && state.phase !== "running") performance.mark("sandplot:run-start");
    if (phase === "shown") performance.mark("sandplot:shown");
    set({ phase, since: performance.now(), doing: "", fetching: null, ...change });
  }

  /** One thing at a time: what is begun ends what was under way. @param {(signal: AbortSignal) => Promise<void>} work */
  async function begin(work) {
    end();
    const mine = new AbortController();
    current = mine;
    reply = "";
    try {
      await work(mine.signal);
    } catch (error) {
      if (current === mine) fail(error);
    } finally {
      if (current === mine) {
        current = null;
        waits = false;
      }
    }
  }

  function end() {
    current?.abort();
    current = null;
    waits = false;
    sandbox.stop();
  }

  /** @param {unknown} error */
  function fail(error) {
    const failure = failureOf(error, reply);
    if (best) return showBest(t("notice.not_better", { title: failure.title }));
    const inRun = state.phase === "running" || state.phase === "booting";
    const slow = failure.code === "timeout" || failure.code === "memory";
    // A half-written program is in the way of the one before it; a whole one that lacks a package may be edited.
    const keepsReply = failure.code === "package_missing" || state.chart === null;
    const program = state.writing && !keepsReply ? (state.chart?.program ?? "") : state.program;
    if (!inRun) keepDraft({ asking: null, question: state.typed });
    stage.clear();
    enter("failed", {
      failure,
      program,
      writing: false,
      repairing: 0,
      canRepair: inRun && slow && repairable(),
    });
  }

  function repairable() {
    return pageData.models.length > 0 && state.chart !== null && rounds() < MOST_REPAIRS;
  }

  /** Repairs so far: of this chart, and before a name in it was put right, which made it another. */
  function rounds() {
    return Math.max(state.chart?.repairs ?? 0, state.attempts.length);
  }

  /** @param {Chart} chart @param {"push" | "replace" | "stay"} history */
  function adopt(chart, history) {
    seen.set(chart.id, chart);
    keepDraft({ asking: null, question: "", program: null });
    if (history === "push") window.history.pushState(null, "", chart.url);
    if (history === "replace") window.history.replaceState(null, "", chart.url);
    edited = false;
    set({ chart, program: chart.program, usage: chart.usage ?? null, writing: false });
  }

  /** @param {string} text one more piece of the reply */
  function onDelta(text) {
    reply += text;
    const { program, thinking } = readPartialReply(reply);
    // Whole lines only: the beginning of a name may be another package's.
    if (text.includes("\n")) sandbox.fetchAhead(program.slice(0, program.lastIndexOf("\n") + 1));
    edited = false;
    const doing = program !== "" ? "doing.program" : thinking ? "doing.thinking" : "doing.answering";
    set({ program, writing: true, doing: t(doing) });
  }

  /** @param {Doing} doing what the model has begun to do, or waits for */
  function onDoing({ what, import: name, repair: number, ahead = 0, done = 0, total = 0 }) {
    if (what === "fetching") return set({ doing: t("doing.fetching_model"), fetching: { done, total } });
    set({ fetching: null });
    switch (what) {
      case "planning":
      case "writing":
        return set({ doing: t(`doing.${what}`) });
      case "replacing": {
        const message = t("flaw.no_package", { name: name ?? "" });
        const traceback = `ModuleNotFoundError: ${name} is not part of the runtime`;
        /** @type {ProgramError} */
        const error = { type: "ModuleNotFoundError", message, line: null, traceback, told: traceback };
        const attempts = [...state.attempts, { number: number ?? 1, program: state.program, error }];
        reply = "";
        return set({ attempts, repairing: number ?? 1, doing: t("doing.replacing") });
      }
      case "queued":
        return set({ doing: t("doing.queued", { n: ahead }) });
      case "checking":
      case "loading":
      case "reading":
        return set({ doing: t(`doing.${what}`) });
      default:
        return unreachable(what);
    }
  }

  /** @param {string} question */
  function askBody(question) {
    const profile = tables.disclosed();
    const { model, plan } = state;
    const parent = state.chart?.id;
    const body = {
      question,
      ...(profile && { profile }),
      ...(parent !== undefined && { parent }),
      ...(model !== null && { model }),
      // No form says the change of a chart.
      ...(plan !== null && parent === undefined && { plan }),
    };
    return JSON.stringify(body, null, 2);
  }

  /** @param {string} question */
  function ask(question) {
    again = () => ask(question);
    best = null;
    return begin(async (signal) => {
      keepDraft({ asking: question });
      enter("asking", {
        asked: question,
        typed: state.typed || question,
        failure: null,
        attempts: [],
        repairing: 0,
        notices: [],
        result: null,
        stdout: "",
      });
      await restored;
      if (tables.state.busy) set({ doing: t("doing.reading_first", { name: tables.state.busy }) });
      await tables.settled();
      signal.throwIfAborted();
      // The model continues from what the person sees, so an edit is kept first.
      if (edited && state.program.trim() !== "") await keepEdit(signal);
      const body = askBody(question);
      set({ sentBody: body, doing: "" });
      const chart = await api.ask(body, { signal, onDelta, onDoing });
      signal.throwIfAborted();
      adopt(chart, "push");
      // What was typed while the model was writing is the next question already.
      const typed = state.typed === question ? "" : state.typed;
      keepDraft({ question: typed });
      set({ typed });
      await runUntilShown(signal, true);
    });
  }

  /**
   * Stores an edited or own program, so that it has an address. The run goes on without.
   * @param {AbortSignal} signal
   * @param {"push" | "replace"} [history]
   */
  async function keepEdit(signal, history = "push") {
    const profile = tables.disclosed();
    const question = state.chart?.question ?? "";
    const parent = state.chart?.id;
    const body = {
      program: state.program,
      ...(question && { question }),
      ...(profile && { profile }),
      ...(parent && { parent }),
    };
    try {
      const limit = AbortSignal.timeout(STORE_MILLISECONDS);
      const chart = await api.store(JSON.stringify(body, null, 2), AbortSignal.any([signal, limit]));
      signal.throwIfAborted();
      adopt(chart, history);
      keepDraft({ question: state.typed });
    } catch (error) {
      signal.throwIfAborted();
      keepDraft({ program: state.program });
      const cause = error instanceof Error && error.name !== "TimeoutError" ? error.message : t("notice.no_answer");
      set({ notices: [t("notice.not_saved", { cause })] });
    }
  }

  /** Runs what stands in the program panel. */
  function run() {
    if (state.program.trim() === "") return;
    again = run;
    best = null;
    return begin(async (signal) => {
      enter("booting", { failure: null, attempts: [], repairing: 0, notices: [], doing: t("doing.keeping") });
      await restored;
      await tables.settled();
      signal.throwIfAborted();
      if (state.program !== state.chart?.program) await keepEdit(signal);
      await runUntilShown(signal, false);
    });
  }

  /** @param {AbortSignal} signal @param {boolean} repairs whether a failing program goes back to the model by itself */
  async function runUntilShown(signal, repairs) {
    /** The model's program with names put right is still the model's. @type {string | null} */
    let fixed = null;
    for (;;) {
      const ran = await runOnce(signal);
      const result = repairs && !ran.error ? await lookAt(ran, signal) : ran;
      const { chart, program } = state;
      // A flawed chart is a failure to repair, and all there is to show once that is not possible.
      const flaw = result.error
        ? null
        : flawOf(result, { question: chart?.question ?? "", program, profile: tables.state.profile });
      const error = result.error ?? flaw?.error;
      if (!error) return shown(result, signal);
      const own = !chart || (chart.model === null && chart.id !== fixed) || program !== chart.program;
      const names = result.error?.fixes ?? [];
      const better = repairs && !own && fixed === null ? withFixes(program, names, tables.state.profile) : null;
      if (better !== null) {
        set({ program: better, notices: [describeFixes(names)] });
        await keepEdit(signal, "replace");
        fixed = state.chart?.id ?? null;
        continue;
      }
      const ends = !repairs || own || !repairable();
      const isSeen = flaw !== null && flaw.weight < NOTHING_SEEN;
      const isBetter = isSeen && (best === null || flaw.weight < best.weight);
      // One repair that mends nothing of what could be seen is enough.
      if (best && !isBetter && (ends || flaw)) return showBest(t("notice.no_better"));
      if (ends) return result.error ? programFailed(result, signal, repairs) : shown(result, signal);
      if (isBetter) {
        best = { chart, result, weight: flaw.weight };
        // It can be looked at while a better one is being made.
        await stage.show(result);
        signal.throwIfAborted();
      }
      await repairOnce(error, signal);
    }
  }

  /** Back to the chart from before the repairs; they stay among the versions. @param {string} notice */
  function showBest(notice) {
    const kept = /** @type {Seen} */ (best);
    best = null;
    return begin(async (signal) => {
      adopt(kept.chart, "replace");
      set({ notices: [notice] });
      await shown(kept.result, signal);
    });
  }

  /** @param {AbortSignal} signal */
  async function runOnce(signal) {
    waits = state.sandbox.phase !== "ready";
    enter(waits ? "booting" : "running", { stdout: "", result: null });
    const result = await sandbox.run(state.program, {
      onOutput(text) {
        if (!signal.aborted) set({ stdout: state.stdout + text });
      },
      onRestart() {
        if (!signal.aborted) set({ stdout: "" });
      },
    });
    signal.throwIfAborted();
    return result;
  }

  /** Draws what has to be drawn for it to be known how it looks. @param {RunResult} result @param {AbortSignal} signal */
  async function lookAt(result, signal) {
    const shown = result.figures.filter(({ facts }) => facts.blank !== true);
    if (!shown.some(({ kind }) => kind === "plotly" || kind === "vega")) return result;
    set({ doing: t("progress.drawing") });
    try {
      return await stage.show(result);
    } catch (error) {
      if (!(error instanceof RefusedFigure)) throw error;
      return { ...result, error: error.asProgramError(state.program) };
    } finally {
      signal.throwIfAborted();
    }
  }

  /** @param {RunResult} result @param {AbortSignal} signal */
  async function shown(result, signal) {
    set({ result, stdout: result.stdout, doing: t("progress.drawing") });
    await stage.show(result);
    signal.throwIfAborted();
    best = null;
    enter("shown", { repairing: 0, failure: null, canRepair: false });
  }

  /**
   * Figures that were made before the error are shown all the same, and a question just asked can be put in other words.
   * @param {RunResult} result
   * @param {AbortSignal} signal
   * @param {boolean} asked
   */
  async function programFailed(result, signal, asked) {
    const error = /** @type {ProgramError} */ (result.error);
    await stage.show(result).catch(() => {});
    signal.throwIfAborted();
    enter("failed", {
      result,
      stdout: result.stdout,
      failure: {
        ...programFailure(error),
        advice: rounds() < MOST_REPAIRS ? t("advice.change") : t("advice.repaired_out", { most: MOST_REPAIRS }),
      },
      repairing: 0,
      canRepair: repairable() && state.program === state.chart?.program,
      typed: state.typed || (asked ? state.asked : ""),
    });
  }

  /** @param {ProgramError} error @returns {Attempt} */
  function attemptOf(error) {
    return { number: rounds() + 1, program: state.program, error };
  }

  /** @param {ProgramError} error @param {AbortSignal} signal */
  async function repairOnce(error, signal) {
    const chart = /** @type {Chart} */ (state.chart);
    reply = "";
    again = () => repairFrom(error);
    const attempts = state.attempts.at(-1)?.error === error ? state.attempts : [...state.attempts, attemptOf(error)];
    enter("asking", { repairing: attempts.at(-1)?.number ?? 1, failure: null, attempts, result: null, stdout: "" });
    const sent = tables.state.privacy === "samples" ? error.traceback : error.told;
    const repaired = await api.repair(chart.id, sent || error.type, state.model, { signal, onDelta, onDoing });
    signal.throwIfAborted();
    adopt(repaired, "replace");
  }

  /** What the "Repair with the model" button does. */
  function repair() {
    const { failure, result } = state;
    if (!failure || !state.chart) return;
    const title = failure.code === "memory" ? "MemoryError" : "TimeoutError";
    const error = result?.error ?? {
      type: title,
      message: failure.sentence,
      line: null,
      traceback: `${title}: ${failure.sentence}`,
      told: `${title}: ${failure.sentence}`,
    };
    return repairFrom(error);
  }

  /** @param {ProgramError} error */
  function repairFrom(error) {
    return begin(async (signal) => {
      await repairOnce(error, signal);
      await runUntilShown(signal, true);
    });
  }

  /** Runs a chart that is there already: once its tables are open. @param {Chart} chart @param {boolean} keepProgram */
  function open(chart, keepProgram) {
    again = () => open(chart, false);
    best = null;
    return begin(async (signal) => {
      const program = keepProgram ? state.program : chart.program;
      edited = keepProgram;
      seen.set(chart.id, chart);
      enter("idle", {
        chart,
        program,
        usage: chart.usage ?? null,
        asked: chart.question,
        failure: null,
        attempts: [],
        repairing: 0,
        result: null,
        stdout: "",
      });
      await tables.expect(
        (chart.profile?.tables ?? []).map(({ file, fingerprint }) => ({
          name: file,
          fingerprint: fingerprint ?? null,
        })),
      );
      signal.throwIfAborted();
      // tablesChanged() goes on when the person has opened what is missing.
      if (tables.state.wanted.length > 0 || keepProgram) return;
      await runUntilShown(signal, false);
    });
  }

  /** Brings back what was typed at this address. */
  function restoreDraft() {
    const draft = readDraft();
    const unfinished = draft.asking !== null;
    const notices = unfinished ? [t("notice.unfinished")] : [];
    keepDraft({ asking: null });
    set({ typed: draft.question || (draft.asking ?? ""), notices });
    return draft;
  }

  /**
   * Shows a chart as it was left: with the edits that were not run, if there are any.
   * @param {Chart} chart
   * @param {{program: string | null}} draft
   */
  function resume(chart, { program }) {
    if (program === null || program === chart.program) return open(chart, false);
    set({ program, notices: [...state.notices, t("notice.edits_back")] });
    return open(chart, true);
  }

  return {
    get state() {
      return state;
    },
    ask,
    run,
    repair,
    askBody,
    again: () => again(),

    stop() {
      if (!["asking", "booting", "running"].includes(state.phase)) return;
      const time = duration(performance.now() - state.since);
      const asking = state.phase === "asking";
      if (best) {
        showBest(t("stopped.repair", { time }));
        return;
      }
      end();
      keepDraft({ asking: null, question: state.typed });
      const program = state.writing && state.chart ? state.chart.program : state.program;
      const doing = t(asking ? "stopped.asking" : "stopped.run", { time });
      enter("stopped", { writing: false, repairing: 0, program, doing });
    },

    /** @param {string} typed */
    type(typed) {
      keepDraft({ question: typed });
      set({ typed });
    },

    /** @param {Partial<Pick<SessionState, "model" | "plan">>} choice */
    choose(choice) {
      set(choice);
    },

    /** @param {string} program */
    edit(program) {
      edited = program !== (state.chart?.program ?? "");
      keepDraft({ program: edited ? program : null });
      set({ program });
    },

    revert() {
      edited = false;
      keepDraft({ program: null });
      set({ program: state.chart?.program ?? "" });
    },

    /** A new question that follows from nothing; the tables stay. @param {boolean} push */
    restart(push) {
      end();
      best = null;
      stage.clear();
      if (push) window.history.pushState(null, "", "/");
      // What the chart waited for nobody waits for any more.
      if (state.chart) tables.expect([]);
      const draft = readDraft();
      edited = draft.program !== null;
      const fresh = {
        chart: null,
        asked: "",
        result: null,
        stdout: "",
        failure: null,
        attempts: [],
        notices: [],
        sentBody: null,
      };
      enter("idle", { ...fresh, typed: draft.question, program: draft.program ?? "", writing: false, repairing: 0 });
    },

    /** The address has changed by the browser's own way back or forward. @param {string} path */
    async visit(path) {
      const id = /^\/charts\/([^/]+)$/.exec(path)?.[1];
      if (id === undefined) return this.restart(false);
      best = null;
      stage.clear();
      let chart = seen.get(id);
      if (!chart) {
        await begin(async (signal) => {
          enter("booting", { doing: t("doing.fetching"), failure: null });
          chart = await api.chart(id, signal);
          signal.throwIfAborted();
        });
      }
      if (chart) return resume(chart, restoreDraft());
    },

    /** The page has loaded: bring back what a reload took away, then draw its chart. */
    async start() {
      const { chart } = pageData;
      // What was typed is there at once; files take their time.
      const draft = restoreDraft();
      if (!chart) {
        edited = draft.program !== null;
        set({ program: draft.program ?? "" });
      }
      restored = tables.restore();
      await restored;
      // Who was quicker than the files goes first: a run or a question that has begun is not replaced.
      if (current !== null || state.phase !== "idle") return;
      if (chart) return resume(chart, readDraft());
      await tables.expect(readTables().map(({ name }) => ({ name, fingerprint: null, remembered: true })));
    },

    /** @param {TablesState} next */
    tablesChanged(next) {
      const before = state.tables;
      set({ tables: next });
      const arrived = before.wanted.length > 0 && next.wanted.length === 0 && !next.busy;
      if (arrived && state.chart && state.phase === "idle" && state.program === state.chart.program) again();
    },

    /** @param {SandboxStatus} status */
    sandboxChanged(status) {
      set({ sandbox: status });
      if (status.phase === "ready" && waits) {
        waits = false;
        enter("running");
      }
    },

    /** @param {Sent} sent */
    wasSent(sent) {
      set({ sent: [...state.sent, sent] });
    },
  };
}

/** @typedef {ReturnType<typeof createSession>} Session */
