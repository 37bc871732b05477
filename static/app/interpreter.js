// @ts-check
/**
 * One interpreter: a sealed frame, the worker in it, and what the page waits for from it. It knows neither the runtime's files nor
 * whose turn it is; sandbox.js does. Ending it is removing its frame: nothing inside can refuse that.
 *
 * @import {NamedBlob, NamedBytes, FromWorker, Said, ToWorker} from "../shared/protocol.js"
 *
 * @typedef {Extract<FromWorker, {type: "opened" | "needs"}>} OpenAnswer
 * @typedef {Omit<Extract<FromWorker, {type: "progress"}>, "type" | "id">} OpenProgress
 * @typedef {{code: MessagePort, others: MessagePort}} FilePorts where its files come: what the frame makes something of, and the others
 */

import { BOUNDS, ProtocolError, parseFromWorker } from "../shared/protocol.js";
import { say, t } from "./language.js";

/** Seconds after which a boot, or the opening of tables, that gives no sign counts as dead. Generous: phones are slow. */
const BOOT_SECONDS = 180;
const OPEN_SECONDS = 180;
/** For the frame itself, a few hundred bytes. */
const FRAME_SECONDS = 30;

/** The address of a frame's document, or that document itself. @typedef {string | {html: string}} FramePlace */

/** @typedef {"stopped" | "timeout" | "memory" | "crashed" | "data" | "integrity" | "boot" | "flood"} SandboxErrorCode */

export class SandboxError extends Error {
  /**
   * @param {SandboxErrorCode} code
   * @param {string} message
   * @param {ErrorOptions} [options]
   */
  constructor(code, message, options) {
    super(message, options);
    this.name = "SandboxError";
    this.code = code;
  }
}

/** One frame, one worker, one Python. Every promise it gave is settled at the latest when it ends. */
export class Interpreter {
  /** @type {HTMLIFrameElement} */
  #frame;
  /** @type {MessagePort} */
  #port;
  /** What the page waits for: there is never more than one thing. @type {Waiting | null} */
  #waiting = null;
  /** @type {SandboxError | null} */
  #ended = null;
  #messages = 0;
  /** Begins the time anew in which it has to give a sign. */
  #onSign = () => {};
  #nextId = 1;
  /** Whether it has all files, or began without those that few programs read. */
  isComplete = false;
  /** @type {(phase: "start" | "import") => void} */
  onPhase = () => {};
  /** How far the opening of tables is. @type {(progress: OpenProgress) => void} */
  onProgress = () => {};
  onEnd = () => {};

  /**
   * @param {HTMLIFrameElement} frame
   * @param {MessagePort} port
   * @param {MessagePort} faults
   */
  constructor(frame, port, faults) {
    this.#frame = frame;
    this.#port = port;
    port.onmessage = ({ data }) => this.#receive(data);
    port.onmessageerror = () => this.end(crashed("it sent a message that cannot be read"));
    faults.onmessage = ({ data }) => this.end(crashed(String(data).slice(0, 500)));
  }

  /**
   * @param {FramePlace} place of the sandbox page
   * @param {number} scripts how many of its files the worker's script is made of
   * @param {FilePorts} files
   */
  static async start(place, scripts, files) {
    const frame = sealedFrame(place);
    frame.hidden = true;
    const loaded = new Promise((resolve) => frame.addEventListener("load", resolve, { once: true }));
    document.body.append(frame);
    try {
      await within(loaded, FRAME_SECONDS, t("sandbox.no_frame"));
      return await Interpreter.#inside(frame, scripts, files);
    } catch (error) {
      frame.remove();
      throw error;
    }
  }

  /**
   * @param {HTMLIFrameElement} frame
   * @param {number} scripts
   * @param {FilePorts} files
   */
  static async #inside(frame, scripts, files) {
    const messages = new MessageChannel();
    const faults = new MessageChannel();
    // The browser's own page for a server that does not answer loads as well, and says nothing.
    const alive = new Promise((resolve) => faults.port1.addEventListener("message", resolve, { once: true }));
    faults.port1.start();
    // An opaque origin has no name to aim at; the frame's policy and the parent's `frame-src` say what can be in it.
    frame.contentWindow?.postMessage({ scripts }, "*", [faults.port2, files.code, messages.port2, files.others]);
    await within(alive, FRAME_SECONDS, t("sandbox.no_frame"));
    return new Interpreter(frame, messages.port1, faults.port1);
  }

  /**
   * @param {Extract<ToWorker, {type: "boot"}>} message
   * @param {Promise<unknown>} handed settled when all files were sent to it
   */
  async boot(message, handed) {
    const ready = this.#expect("ready", 0);
    this.#port.postMessage(message);
    await Promise.race([ready, handed]);
    this.onPhase("start");
    // Only from now on: how long the files take is the network's.
    await within(ready, BOOT_SECONDS, t("sandbox.boot_late"), this);
  }

  /**
   * Puts the files in place that a restored interpreter began without, unless they are there. Asks for no answer: what is sent
   * next finds them.
   * @param {Omit<Extract<ToWorker, {type: "complete"}>, "type">} rest
   */
  complete({ stdlib, pack }) {
    if (this.isComplete || this.#ended) return;
    this.isComplete = true;
    this.#port.postMessage({ type: "complete", stdlib, pack }, [stdlib, pack]);
  }

  /**
   * Has it draw a chart for nobody. The first chart of a page takes three times as long as the next ones, which find its WebAssembly
   * compiled, and compiled well. Asks for no answer: what is sent next waits for it.
   */
  warm() {
    if (!this.#ended) this.#port.postMessage({ type: "warm" });
  }

  /**
   * @param {{files: NamedBlob[], packs: NamedBytes[], frames: Blob | null, edits: string}} request
   * @returns {Promise<OpenAnswer>}
   */
  async open(request) {
    const id = this.#nextId++;
    this.#messages = 0;
    const opened = this.#expect("opened", id);
    this.#port.postMessage(
      { type: "open", id, ...request },
      request.packs.map(({ bytes }) => bytes),
    );
    const size = Math.round(request.files.reduce((sum, { blob }) => sum + blob.size, 0) / 1e6);
    const seconds = OPEN_SECONDS;
    const late = size > 0 ? t("sandbox.open_late_size", { seconds, size }) : t("sandbox.open_late", { seconds });
    return within(opened, OPEN_SECONDS, late, this, (sign) => {
      this.#onSign = sign;
    });
  }

  /**
   * Applies what the person says about columns to the tables that are open.
   * @param {string} edits
   * @returns {Promise<OpenAnswer>}
   */
  async adjust(edits) {
    const id = this.#nextId++;
    const opened = this.#expect("opened", id);
    this.#port.postMessage({ type: "adjust", id, edits });
    return within(opened, OPEN_SECONDS, t("sandbox.columns_late", { seconds: OPEN_SECONDS }), this);
  }

  /**
   * @param {string} program
   * @param {NamedBytes[]} packs
   * @param {(text: string) => void} onOutput
   */
  async run(program, packs, onOutput) {
    const id = this.#nextId++;
    this.#messages = 0;
    let stdout = "";
    const finished = this.#expect("result", id, (text) => {
      stdout += text;
      if (stdout.length > BOUNDS.outputTotal * 2) throw new ProtocolError("it printed more than it may");
      onOutput(text);
    });
    this.#port.postMessage(
      { type: "run", id, program, packs },
      packs.map(({ bytes }) => bytes),
    );
    const { result, missed } = await finished;
    return { result, stdout, missed };
  }

  /** @param {SandboxError} [error] what the waiting side is told */
  end(error = new SandboxError("stopped", t("sandbox.stopped"))) {
    if (this.#ended) return;
    this.#ended = error;
    this.#port.onmessage = null;
    this.#port.close();
    this.#frame.remove();
    this.#waiting?.reject(error);
    this.#waiting = null;
    this.onEnd();
  }

  /**
   * @template {"ready" | "opened" | "result"} T
   * @param {T} type
   * @param {number} id
   * @param {(text: string) => void} [onOutput]
   * @returns {Promise<Extract<FromWorker, {type: T extends "opened" ? "opened" | "needs" : T}>>}
   */
  #expect(type, id, onOutput) {
    return new Promise((resolve, reject) => {
      if (this.#ended) reject(this.#ended);
      else if (this.#waiting) reject(new Error("the interpreter is busy"));
      else {
        this.#waiting = { type, id, resolve: /** @type {(message: FromWorker) => void} */ (resolve), reject, onOutput };
      }
    });
  }

  /** @param {unknown} data */
  #receive(data) {
    try {
      this.#messages += 1;
      if (this.#messages > BOUNDS.messagesPerRun) throw new ProtocolError("it sent too many messages");
      this.#accept(parseFromWorker(data));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.end(new SandboxError("flood", t("sandbox.flood", { cause: error.message })));
    }
  }

  /** @param {FromWorker} message */
  #accept(message) {
    const waiting = this.#waiting;
    if (message.type === "crashed") return this.end(crashed(message.message));
    if (!waiting) throw new ProtocolError("it spoke without being asked");
    switch (message.type) {
      case "phase":
        if (waiting.type !== "ready") throw new ProtocolError("it spoke out of turn");
        return this.onPhase(message.phase);
      case "output":
        if (message.id !== waiting.id || !waiting.onOutput) throw new ProtocolError("it printed out of turn");
        return waiting.onOutput(message.text);
      case "progress":
        if (waiting.type !== "opened" || message.id !== waiting.id) throw new ProtocolError("it spoke out of turn");
        this.#onSign();
        return this.onProgress(message);
      case "refused":
        if (waiting.type !== "opened" || message.id !== waiting.id) throw new ProtocolError("it spoke out of turn");
        this.#waiting = null;
        return waiting.reject(new SandboxError(message.memory ? "memory" : "data", refusal(message.reason)));
      case "needs":
        if (waiting.type !== "opened" || message.id !== waiting.id) throw new ProtocolError("it spoke out of turn");
        this.#waiting = null;
        return waiting.resolve(message);
      case "ready":
      case "opened":
      case "result":
        if (waiting.type !== message.type || (message.type !== "ready" && message.id !== waiting.id)) {
          throw new ProtocolError("it spoke out of turn");
        }
        this.#waiting = null;
        return waiting.resolve(message);
    }
  }
}

/**
 * @typedef {{type: "ready" | "opened" | "result", id: number, resolve: (message: FromWorker) => void,
 *   reject: (error: Error) => void, onOutput: ((text: string) => void) | undefined}} Waiting
 */

/**
 * A frame of an opaque origin that may run scripts and do nothing else.
 * @param {FramePlace} place
 */
export function sealedFrame(place) {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  frame.setAttribute("allow", "");
  frame.referrerPolicy = "no-referrer";
  if (typeof place === "string") frame.src = place;
  else frame.srcdoc = place.html;
  return frame;
}

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {number} seconds
 * @param {string} message what to say when the time is over
 * @param {Interpreter} [interpreter] ended then
 * @param {(sign: () => void) => void} [onSign] gets what begins the time anew
 * @returns {Promise<T>}
 */
async function within(promise, seconds, message, interpreter, onSign) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let clock;
  const late = new Promise((_, reject) => {
    const begin = () => {
      clearTimeout(clock);
      clock = setTimeout(() => {
        const error = new SandboxError("timeout", message);
        interpreter?.end(error);
        reject(error);
      }, seconds * 1000);
    };
    begin();
    onSign?.(begin);
  });
  try {
    return /** @type {T} */ (await Promise.race([promise, late]));
  } finally {
    onSign?.(() => {});
    clearTimeout(clock);
  }
}

/** Why a file became no table. @param {Said} reason */
function refusal({ code, values }) {
  return say({ key: `refused.${code}`, values });
}

/** @param {string} cause */
function crashed(cause) {
  // Calls within C, of one `__repr__` by another for instance, have no limit of Python's own that would come before the browser's.
  if (/call stack|too much recursion/i.test(cause)) return new SandboxError("crashed", t("sandbox.deep"));
  const memory = /memory|Array buffer allocation|RangeError/i.test(cause);
  return memory
    ? new SandboxError("memory", t("sandbox.memory", { cause }))
    : new SandboxError("crashed", t("sandbox.crashed", { cause }));
}

/**
 * @param {unknown} error
 * @param {SandboxErrorCode} code for what is no SandboxError yet
 */
export function asSandboxError(error, code) {
  if (error instanceof SandboxError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const isIntegrity = error instanceof Error && error.name === "IntegrityError";
  return new SandboxError(isIntegrity ? "integrity" : code, message, { cause: error });
}
