// @ts-check
/**
 * The host's side of the sandbox: which interpreter is at hand, which runs, and the clock.
 *
 * An interpreter runs one program and is thrown away; a fresh one starts at once and opens the person's tables, so that the next
 * run finds it ready. It is restored from the runtime's memory snapshot, and booted without it where that fails. A restored one
 * begins without the files that few programs read: those follow when it is ready. A run that wanted one of them before it was
 * there is done again with all of them, and nobody sees the first try.
 * What an interpreter is, is interpreter.js's; what it starts from start-files.js's; how a result is shown figures.js's.
 *
 * @import {NamedBlob, Opened, SandboxResult} from "../shared/protocol.js"
 * @import {FramePlace, OpenProgress} from "./interpreter.js"
 * @import {PinnedFile} from "./pinned.js"
 * @import {RuntimeSource} from "./runtime.js"
 * @import {Limits} from "./wire.js"
 *
 * @typedef {"download" | "start" | "import" | "data" | "ready" | "failed"} SandboxPhase
 * @typedef {{phase: SandboxPhase, done: number, total: number, message?: string}} SandboxStatus `done` and `total` in bytes,
 *   both 0 where a phase has no measure
 * @typedef {{name: string, blob: Blob}} TableFile
 * `edits`: JSON of what the person says about columns; `frames`: what these files were read as; `letters`: those that not every font has
 * @typedef {{files: TableFile[], edits: string, frames: Blob | null, letters: string}} OpenTables
 * @typedef {SandboxResult & {stdout: string, milliseconds: number}} RunResult
 * @typedef {RuntimeSource & {limits: Pick<Limits, "runSeconds" | "memoryBytes">, keepsFiles?: boolean, restores?: boolean,
 *   sandbox: {workerFrame: FramePlace, figureFrame: FramePlace, workerScript: Omit<PinnedFile, "name">}}} SandboxConfig `keepsFiles`:
 *   the browser may keep the runtime for this site's next visit; `restores`: interpreters start from the memory snapshot; both are so
 *   unless it is said
 */

import { fontsFor } from "./fonts.js";
import { asSandboxError, Interpreter, SandboxError } from "./interpreter.js";
import { t } from "./language.js";
import { needsRest, packagesFor } from "./packages.js";
import { runtimeFiles } from "./runtime.js";
import { createStartFiles } from "./start-files.js";
import { workerScript } from "./starts-from.js";

/** Minutes a hidden tab keeps an interpreter that nobody uses: it holds some 200 MB. */
const HIDDEN_MINUTES = 5;
/** Milliseconds between an interpreter that is ready and the files that few programs need: a first chart is drawn meanwhile. */
const REST_AFTER = 1500;
/** Milliseconds for which it must have been idle before it warms up: a run that waited for it comes first. */
const WARM_AFTER = 100;
/** Milliseconds between a result and the start of the next interpreter: the figure comes first. */
const NEXT_AFTER = 100;
/** Milliseconds between a page's first result and what makes its next start quick. */
const HOLD_AFTER = 250;
/** Milliseconds after which the browser is given the unpacked files to keep, and has little else to do. */
const KEEP_AFTER = 4000;
/** Milliseconds between two words on how many bytes have come: where they come fast, nobody can read more. */
const PROGRESS_EVERY = 100;
/** A device of little memory starts the next interpreter when it is wanted. */
const { deviceMemory = 8 } = /** @type {{deviceMemory?: number}} */ (navigator);
const IS_SMALL = deviceMemory <= 2;

/**
 * @param {SandboxConfig} config
 * @param {{onStatus?: (status: SandboxStatus) => void, onFallback?: (reason: string) => void}} [listeners] `onFallback`: no
 *   interpreter of this page is restored from the snapshot any more
 */
export function createSandbox(config, { onStatus = () => {}, onFallback = () => {} } = {}) {
  const files = runtimeFiles(config);
  const startFiles = createStartFiles(config.runtime, files, config.sandbox.workerFrame);
  /** How many starts and runs wait for files: what is fetched ahead of them is nobody's news. */
  let waiting = 0;
  /** Bytes that are there, and of how many. @type {[done: number, total: number]} */
  let progress = [0, 0];
  let tellsSoon = false;
  files.onProgress = (done, total) => {
    progress = [done, total];
    if (tellsSoon) return;
    tellsSoon = true;
    setTimeout(() => {
      tellsSoon = false;
      if (waiting > 0) report("download", ...progress);
    }, PROGRESS_EVERY);
  };
  /** @type {SandboxStatus} */
  let status = { phase: "download", done: 0, total: 0 };
  /** @type {OpenTables} */
  let tables = { files: [], edits: "{}", frames: null, letters: "" };
  /** Whether interpreters are started with what reads Parquet. */
  let readsParquet = false;
  /** What had to be fetched to open tables: modules of Python, `parquet`. @type {Set<string>} */
  const readers = new Set();
  /** The interpreter at hand, starting or started, with the tables of the moment opened in it. @type {Promise<Interpreter> | null} */
  let spare = null;
  /** Whether this page has ever had a use for one. */
  let isWanted = false;
  let restores = config.restores ?? true;
  /** Whether a chart, or what comes before one, was drawn in this page. */
  let isWarm = false;
  /** @type {Promise<void> | undefined} */
  let restIsDue;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let keepClock;
  /** Whatever opens tables waits for what opened tables before it. @type {Promise<unknown>} */
  let opening = Promise.resolve();
  /** @type {{interpreter: Interpreter | null, end: (error: SandboxError) => void} | null} */
  let running = null;
  let disposed = false;

  /**
   * @param {SandboxPhase} phase
   * @param {number} [done]
   * @param {number} [total]
   * @param {string} [message]
   */
  function report(phase, done = 0, total = 0, message) {
    status = message === undefined ? { phase, done, total } : { phase, done, total, message };
    onStatus(status);
  }

  /** @returns {Promise<Interpreter>} */
  function fresh() {
    if (spare) return spare;
    isWanted = true;
    const starting = start().then(
      (interpreter) => {
        // One that dies while it waits for work is replaced when it is asked for.
        interpreter.onEnd = () => {
          if (spare === starting) spare = null;
        };
        return interpreter;
      },
      (error) => {
        if (spare === starting) spare = null;
        const failure = asSandboxError(error, "boot");
        report("failed", 0, 0, failure.message);
        throw failure;
      },
    );
    spare = starting;
    return starting;
  }

  /** @returns {Promise<Interpreter>} */
  async function start() {
    if (disposed) throw new SandboxError("stopped", t("sandbox.closed"));
    mark("sandplot:boot-start");
    const interpreter = await (restores ? restored().catch(fallBack) : booted());
    try {
      if (tables.files.length > 0) {
        report("data");
        await openTables(interpreter, tables);
      }
    } catch (error) {
      interpreter.end();
      throw error;
    }
    mark("sandplot:ready");
    report("ready");
    restIsDue ??= new Promise((resolve) => setTimeout(resolve, REST_AFTER));
    if (!interpreter.isComplete) setTimeout(() => complete(interpreter), REST_AFTER);
    setTimeout(() => getWarm(interpreter), WARM_AFTER);
    if (restores && config.keepsFiles !== false) keepClock ??= setTimeout(startFiles.keepUnpacked, KEEP_AFTER);
    return interpreter;
  }

  async function restored() {
    return begin(startFiles.restoring());
  }

  async function booted() {
    const interpreter = await begin(startFiles.booting());
    interpreter.isComplete = true;
    return interpreter;
  }

  /** @param {import("./start-files.js").Start} from */
  async function begin(from) {
    const arrived = waitForFiles();
    if (status.phase !== "download") report("start");
    const { core, readers } = config.runtime;
    const parts = [workerScript(config), core.script, ...(readsParquet ? [readers.parquet] : [])];
    // First the scripts, without which the others are of no use.
    const scripts = parts.map((file, number) => /** @type {[string, typeof file]} */ ([`script-${number}`, file]));
    const [code, others] = [new MessageChannel(), new MessageChannel()];
    const handed = Promise.all([
      files.hand([...scripts, ...from.code], code.port1),
      files.hand(from.others, others.port1),
    ]);
    // Met where it is waited for, unless the frame failed first.
    handed.catch(() => {});
    /** @type {Interpreter | undefined} */
    let interpreter;
    try {
      interpreter = await Interpreter.start(config.sandbox.workerFrame, scripts.length, {
        code: code.port2,
        others: others.port2,
      });
      interpreter.onPhase = (phase) => {
        arrived();
        report(phase);
      };
      await interpreter.boot({ ...from.message, memoryBytes: config.limits.memoryBytes }, handed);
      return interpreter;
    } catch (error) {
      interpreter?.end();
      throw error;
    } finally {
      arrived();
    }
  }

  /** @returns {() => void} to be called when they are there */
  function waitForFiles() {
    let waits = true;
    waiting += 1;
    return () => {
      if (waits) waiting -= 1;
      waits = false;
    };
  }

  /**
   * The snapshot fits one build of Python and one engine's WebAssembly: where it does not work, everything works without it.
   * @param {unknown} error
   */
  async function fallBack(error) {
    if (disposed) throw error;
    const interpreter = await booted();
    // Said only now: what keeps both ways from working (no network, no frame) is no fault of the snapshot.
    restores = false;
    const reason = error instanceof Error ? error.message : String(error);
    console.warn(`Sandplot starts Python without its memory snapshot, which takes longer: ${reason}`);
    onFallback(reason);
    return interpreter;
  }

  /**
   * What a restored interpreter began without. It is fetched for every page, at a time that no program has a say in: so none can
   * tell anybody anything by wanting it.
   */
  async function rest() {
    await restIsDue;
    return startFiles.rest();
  }

  /** What one interpreter compiles is the next one's too. @param {Interpreter} interpreter */
  async function getWarm(interpreter) {
    if (running) return;
    await startFiles.hold();
    if (isWarm || running || IS_SMALL) return;
    isWarm = true;
    mark("sandplot:warm");
    interpreter.warm();
  }

  /** @param {Interpreter} interpreter */
  function complete(interpreter) {
    rest().then(
      (rest) => {
        // One that runs a program meanwhile is not kept from it.
        if (running?.interpreter !== interpreter) interpreter.complete(rest);
      },
      // Met again, and told, by a run that needs it.
      () => {},
    );
  }

  /**
   * Opens the tables, and fetches what it turns out to take: a package that reads their format, or the rest of the files. No program
   * has run in this interpreter, so asking tells nothing beyond the kind of the file.
   * @param {Interpreter} interpreter
   * @param {Omit<OpenTables, "letters">} wanted
   * @returns {Promise<{opened: Opened, frames: Blob | null}>}
   */
  async function openTables(interpreter, { files: chosen, frames, edits }) {
    const given = namedBlobs(chosen);
    /** @type {import("../shared/protocol.js").NamedBytes[]} */
    let packs = [];
    const fetched = new Set();
    for (;;) {
      const answer = await interpreter.open({ files: given, packs, frames, edits });
      const lack = answer.type === "needs" ? answer.what : answer.missed ? "rest" : null;
      if (answer.type === "opened" && lack === null) return answer;
      if (lack === null || fetched.has(lack)) {
        throw new SandboxError("data", t("sandbox.unreadable", { what: String(lack) }));
      }
      fetched.add(lack);
      readers.add(lack);
      packs = [];
      if (lack === "parquet") throw new LacksParquet();
      if (lack === "rest") interpreter.complete(await rest());
      else packs = await packsFor(packageFiles(`import ${lack}`));
    }
  }

  /** @param {string[]} names of files @returns {Promise<import("../shared/protocol.js").NamedBytes[]>} */
  function packsFor(names) {
    return Promise.all(names.map(async (name) => ({ name, bytes: await files.get(name) })));
  }

  /** @param {string} program */
  function packageFiles(program) {
    return packagesFor(program, config.runtime).map(({ file }) => file);
  }

  /** @param {string} program */
  function fontFiles(program) {
    return fontsFor(program, tables.letters, config.runtime);
  }

  /** What a program takes beyond what every interpreter has. @param {string} program */
  async function packsOf(program) {
    // A chart with boxes is better than none, and the harness says what they stand for.
    const fonts = Promise.all(fontFiles(program).map((file) => packsFor([file]).catch(() => [])));
    return [...(await packsFor(packageFiles(program))), ...(await fonts).flat()];
  }

  /** Begins to boot in the background, if nothing has yet. A failure is reported as a status and met again by the next call. */
  function prepare() {
    fresh().catch(() => {});
  }

  /**
   * Fetches the packages and fonts that a program needs before it is asked to run: while a model still writes it.
   * @param {string} program as far as it is written
   */
  function fetchAhead(program) {
    files.fetchAhead([...packageFiles(program), ...fontFiles(program)]);
  }

  /** Ends the opening under way. @type {(error: SandboxError) => void} */
  let endOpening = () => {};

  /**
   * One after the other, in the interpreter at hand. What was open before stays open where it fails: in a new interpreter, for this
   * one may be half way.
   * @param {(interpreter: Interpreter) => Promise<Opened>} work
   * @returns {Promise<Opened>}
   */
  function inTurn(work) {
    const attempt = opening.then(async () => {
      /** @type {Promise<never>} */
      const ended = new Promise((_, reject) => (endOpening = reject));
      // Met by whoever waits for it.
      ended.catch(() => {});
      for (;;) {
        const interpreter = await Promise.race([fresh(), ended]);
        report("data");
        try {
          const opened = await Promise.race([work(interpreter), ended]);
          report("ready");
          return opened;
        } catch (error) {
          interpreter.end();
          if (error instanceof LacksParquet && !readsParquet) {
            readsParquet = true;
            continue;
          }
          prepare();
          throw asSandboxError(error, "data");
        } finally {
          interpreter.onProgress = () => {};
        }
      }
    });
    opening = attempt.catch(() => {});
    return attempt;
  }

  /** Ends the opening of files, if one is under way; what was open before stays open. */
  function stopOpening() {
    endOpening(new SandboxError("stopped", t("sandbox.stopped")));
  }

  /**
   * Opens these files, and no others, in the interpreter at hand and in every later one.
   * @param {TableFile[]} wanted
   * @param {string} edits
   * @param {(progress: OpenProgress) => void} [onProgress]
   */
  function open(wanted, edits, onProgress = () => {}) {
    return inTurn(async (interpreter) => {
      interpreter.onProgress = onProgress;
      const { opened, frames } = await openTables(interpreter, { files: wanted, edits, frames: null });
      tables = { files: wanted, edits, frames, letters: opened.letters };
      // No program has run in this interpreter, so none has a say in it.
      fetchAhead("");
      return opened;
    });
  }

  /**
   * Applies what the person says about columns to the tables that are open, here and in every later interpreter.
   * @param {string} edits
   */
  function adjust(edits) {
    return inTurn(async (interpreter) => {
      const answer = await interpreter.adjust(edits);
      if (answer.type !== "opened") throw new SandboxError("data", t("sandbox.columns"));
      tables = { ...tables, edits, letters: answer.opened.letters };
      return answer.opened;
    });
  }

  /** The interpreter at hand when nothing opens tables in it any more. */
  async function settled() {
    for (;;) {
      const seen = opening;
      await seen;
      const interpreter = await fresh();
      // Tables that came meanwhile are being opened in the very same one.
      if (seen === opening) return interpreter;
    }
  }

  /**
   * @param {string} program
   * @param {{onOutput?: (text: string) => void, onRestart?: () => void}} [listeners] `onRestart`: what was put out counts no more
   * @returns {Promise<RunResult>}
   */
  function run(program, { onOutput = () => {}, onRestart = () => {} } = {}) {
    running?.end(new SandboxError("stopped", t("sandbox.stopped_other")));
    return new Promise((resolve, reject) => {
      /** @type {NonNullable<typeof running>} */
      const me = {
        interpreter: null,
        end(error) {
          if (running !== me) return;
          settle();
          me.interpreter?.end();
          startNext();
          reject(error);
        },
      };
      running = me;
      /** @type {ReturnType<typeof setTimeout> | undefined} */
      let clock;
      const settle = () => {
        clearTimeout(clock);
        if (running === me) running = null;
      };
      const { runSeconds } = config.limits;
      const late = () => new SandboxError("timeout", t("sandbox.run_late", { n: runSeconds }));
      /** @param {Promise<import("./start-files.js").RestFiles> | null} withRest */
      const go = async (withRest) => {
        const loading = Promise.all([packsOf(program), withRest]);
        const arrived = waitForFiles();
        loading.then(arrived, arrived);
        // Side by side: where nothing is at hand, Python starts while the packages are fetched.
        await Promise.all([loading, settled()]);
        const [packs, more] = await loading;
        const interpreter = await settled();
        if (running !== me) return;
        report("ready");
        spare = null;
        me.interpreter = interpreter;
        isWarm = true;
        if (more) interpreter.complete(more);
        const wasComplete = interpreter.isComplete;
        clock = setTimeout(() => me.end(late()), runSeconds * 1000);
        const started = performance.now();
        const { result, stdout, missed } = await interpreter.run(program, packs, onOutput);
        if (missed && !wasComplete) {
          clearTimeout(clock);
          interpreter.end();
          onRestart();
          return go(rest());
        }
        settle();
        resolve({ ...result, stdout, milliseconds: performance.now() - started });
        setTimeout(startNext, NEXT_AFTER);
        // The next one finds compiled what this one compiled, as long as this one or what holds it is there.
        await startFiles.hold(HOLD_AFTER);
        interpreter.end();
      };
      go(needsRest(program, config.runtime) ? startFiles.rest() : null).catch((error) => {
        if (running === me) me.end(asSandboxError(error, "crashed"));
      });
    });
  }

  /** Not before a run has ended: two cores do better with one program than with one program and one boot. */
  function startNext() {
    if (!disposed && !IS_SMALL) prepare();
  }

  /** Ends the run under way, if one is, whatever its program does. */
  function stop() {
    running?.end(new SandboxError("stopped", t("sandbox.stopped")));
  }

  /** Ends everything; the sandbox is of no use afterwards. */
  function dispose() {
    disposed = true;
    stop();
    dropSpare();
    startFiles.forget();
    document.removeEventListener("visibilitychange", onVisibility);
    clearTimeout(hiddenClock);
    clearTimeout(keepClock);
  }

  function dropSpare() {
    spare?.then((interpreter) => interpreter.end()).catch(() => {});
    spare = null;
  }

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let hiddenClock;
  /** A tab that nobody looks at gives its memory back; it is ready again when somebody does. */
  function onVisibility() {
    clearTimeout(hiddenClock);
    if (document.visibilityState === "visible") {
      if (isWanted) prepare();
      return;
    }
    hiddenClock = setTimeout(() => {
      if (running) return;
      dropSpare();
      startFiles.forget();
      files.forget();
    }, HIDDEN_MINUTES * 60_000);
  }
  document.addEventListener("visibilitychange", onVisibility);

  return {
    prepare,
    fetchAhead,
    open,
    stopOpening,
    adjust,
    run,
    stop,
    dispose,
    readers,
    fontFiles,
    get status() {
      return status;
    },
  };
}

/** An interpreter that reads Parquet has to be started so: its worker takes no script later. */
class LacksParquet extends Error {}

/**
 * @param {TableFile[]} files
 * @returns {NamedBlob[]}
 */
function namedBlobs(files) {
  // A slice is only bytes: a file would tell when it was changed.
  return files.map(({ name, blob }) => ({ name, blob: blob.slice() }));
}

/**
 * The first of each mark stays: it is the start that a person waited for.
 * @param {string} name
 */
function mark(name) {
  if (performance.getEntriesByName(name).length === 0) performance.mark(name);
}
