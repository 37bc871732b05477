// @ts-check
/**
 * The host's side of the sandbox: fetches the runtime, feeds it to interpreters in sealed frames, holds the clock.
 *
 * An interpreter is one frame with one worker. It runs one program and is thrown away; a fresh one boots at once and opens the
 * person's tables, so that the next run finds it ready. Ending a run is removing its frame: nothing inside can refuse that.
 * What comes back is checked by shared/protocol.js; how it is shown is figures.js's.
 *
 * @import {NamedBytes, FromWorker, Opened, SandboxResult, ToWorker} from "../shared/protocol.js"
 * @import {RuntimeManifest} from "./runtime.js"
 *
 * @typedef {"download" | "start" | "import" | "data" | "ready" | "failed"} SandboxPhase
 * @typedef {{phase: SandboxPhase, done: number, total: number, message?: string}} SandboxStatus `done` and `total` in bytes,
 *   both 0 where a phase has no measure
 * @typedef {{name: string, blob: Blob}} TableFile
 * @typedef {SandboxResult & {stdout: string, milliseconds: number}} RunResult
 * @typedef {{runtime: RuntimeManifest, runtimeBase: string,
 *   sandbox: {workerFrame: string, figureFrame: string, workerScript: {url: string, integrity: string}},
 *   limits: {runSeconds: number, memoryBytes: number}}} SandboxConfig
 */

import { BOUNDS, ProtocolError, parseFromWorker } from "../shared/protocol.js";
import { packagesFor } from "./packages.js";
import { createRuntimeFiles, fetchPinned, IntegrityError } from "./runtime.js";

/** Seconds after which a boot, or the opening of tables, that gives no sign counts as dead. Generous: phones are slow. */
const BOOT_SECONDS = 180;
const OPEN_SECONDS = 180;
/** For the frame itself, a few hundred bytes. */
const FRAME_SECONDS = 30;
const NO_FRAME = "The sandbox's frame was not loaded: the server does not answer. Check that it runs, then try again.";

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

/**
 * @param {SandboxConfig} config
 * @param {{onStatus?: (status: SandboxStatus) => void}} [listeners]
 */
export function createSandbox(config, { onStatus = () => {} } = {}) {
  const files = createRuntimeFiles(config.runtime, config.runtimeBase);
  files.onProgress = (done, total) => {
    // What a run loads beside a booted interpreter is shown; what was loaded before is not counted again.
    if (done < total || status.phase === "download") report("download", done, total);
  };
  /** @type {SandboxStatus} */
  let status = { phase: "download", done: 0, total: 0 };
  /** @type {TableFile[]} */
  let tables = [];
  /** The interpreter at hand, booting or booted, with the tables of the moment opened in it. @type {Promise<Interpreter> | null} */
  let spare = null;
  /** Keeps the runtime's machine code for the next interpreter. @type {HTMLIFrameElement | null} */
  let keeper = null;
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
    const booting = boot().then(
      (interpreter) => {
        // One that dies while it waits for work is replaced when it is asked for.
        interpreter.onEnd = () => {
          if (spare === booting) spare = null;
        };
        return interpreter;
      },
      (error) => {
        if (spare === booting) spare = null;
        const failure = asSandboxError(error, "boot");
        report("failed", 0, 0, failure.message);
        throw failure;
      },
    );
    spare = booting;
    return booting;
  }

  async function boot() {
    if (disposed) throw new SandboxError("stopped", "The page has closed its sandbox.");
    mark("sandplot:boot-start");
    const { core, packages } = config.runtime;
    const base = Object.entries(packages).filter(([, { base }]) => base);
    const [script, worker, wasm, stdlib, harness, ...packs] = await Promise.all([
      files.get(core.script),
      workerScript(),
      files.get(core.wasm),
      files.get(core.stdlib),
      files.get(core.harness),
      ...base.map(async ([name, { file }]) => ({ name, bytes: await files.get(file) })),
    ]);
    keeper ??= keepCompiled(config.sandbox.workerFrame, [wasm, ...packs.map(({ bytes }) => bytes)]);
    const interpreter = await Interpreter.start(config.sandbox.workerFrame, [worker, "\n", script]);
    interpreter.onPhase = (phase) => report(phase);
    await interpreter.boot({
      type: "boot",
      wasm,
      stdlib,
      harness,
      packs,
      abi: { abi_version: config.runtime.abi, python: config.runtime.python },
      modules: Object.keys(config.runtime.imports),
      memoryBytes: config.limits.memoryBytes,
    });
    if (tables.length > 0) {
      report("data");
      await interpreter.open(await bytesOf(tables));
    }
    mark("sandplot:ready");
    report("ready");
    return interpreter;
  }

  /** @type {Promise<ArrayBuffer> | undefined} */
  let workerBytes;
  function workerScript() {
    const { url, integrity } = config.sandbox.workerScript;
    workerBytes ??= fetchPinned(url, integrity, "worker.js").catch((error) => {
      workerBytes = undefined;
      throw error;
    });
    return workerBytes;
  }

  /** Begins to boot in the background, if nothing has yet. A failure is reported as a status and met again by the next call. */
  function prepare() {
    fresh().catch(() => {});
  }

  /**
   * Opens these files, and no others, in the interpreter at hand and in every later one.
   * @param {TableFile[]} wanted
   * @returns {Promise<Opened>}
   */
  function open(wanted) {
    const attempt = opening.then(async () => {
      const interpreter = await fresh();
      report("data");
      try {
        const opened = await interpreter.open(await bytesOf(wanted));
        tables = wanted;
        report("ready");
        return opened;
      } catch (error) {
        // What was open before stays open: in a new interpreter, for this one may be half way.
        interpreter.end();
        prepare();
        throw asSandboxError(error, "data");
      }
    });
    opening = attempt.catch(() => {});
    return attempt;
  }

  /**
   * @param {string} program
   * @param {{onOutput?: (text: string) => void}} [listeners]
   * @returns {Promise<RunResult>}
   */
  function run(program, { onOutput = () => {} } = {}) {
    running?.end(new SandboxError("stopped", "Stopped: another run was started."));
    return new Promise((resolve, reject) => {
      /** @type {NonNullable<typeof running>} */
      const me = {
        interpreter: null,
        end(error) {
          settle();
          reject(error);
        },
      };
      running = me;
      /** @type {ReturnType<typeof setTimeout> | undefined} */
      let clock;
      const settle = () => {
        clearTimeout(clock);
        if (running !== me) return;
        running = null;
        me.interpreter?.end();
        // Not earlier: two cores do better with one program than with one program and one boot.
        if (!disposed) prepare();
      };
      const go = async () => {
        await opening;
        const packs = Promise.all(
          packagesFor(program, config.runtime).map(async (name) => {
            const entry = /** @type {import("./runtime.js").RuntimePackage} */ (config.runtime.packages[name]);
            return { name, bytes: await files.get(entry.file) };
          }),
        );
        packs.catch(() => {});
        const interpreter = await fresh();
        const bytes = await packs;
        if (running !== me) return;
        report("ready");
        spare = null;
        me.interpreter = interpreter;
        const { runSeconds } = config.limits;
        clock = setTimeout(
          () =>
            me.end(
              new SandboxError(
                "timeout",
                `The program was ended after ${runSeconds} seconds, the limit for a run. Draw fewer rows, or aggregate first.`,
              ),
            ),
          runSeconds * 1000,
        );
        const started = performance.now();
        const { result, stdout } = await interpreter.run(program, bytes, onOutput);
        settle();
        resolve({ ...result, stdout, milliseconds: performance.now() - started });
      };
      go().catch((error) => {
        if (running === me) me.end(asSandboxError(error, "crashed"));
      });
    });
  }

  /** Ends the run under way, if one is, whatever its program does. */
  function stop() {
    running?.end(new SandboxError("stopped", "Stopped."));
  }

  /** Ends everything; the sandbox is of no use afterwards. */
  function dispose() {
    disposed = true;
    stop();
    spare?.then((interpreter) => interpreter.end()).catch(() => {});
    spare = null;
    keeper?.remove();
  }

  return {
    prepare,
    open,
    run,
    stop,
    dispose,
    get status() {
      return status;
    },
  };
}

/** One frame, one worker, one Python. Every promise it gave is settled at the latest when it ends. */
class Interpreter {
  /** @type {HTMLIFrameElement} */
  #frame;
  /** @type {MessagePort} */
  #port;
  /** What the page waits for: there is never more than one thing. @type {Waiting | null} */
  #waiting = null;
  /** @type {SandboxError | null} */
  #ended = null;
  #messages = 0;
  #nextId = 1;
  /** @type {(phase: "start" | "import") => void} */
  onPhase = () => {};
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
   * @param {string} url of the sandbox page
   * @param {BlobPart[]} scripts of the worker, as one
   */
  static async start(url, scripts) {
    const frame = sealedFrame(url);
    frame.hidden = true;
    const loaded = new Promise((resolve) => frame.addEventListener("load", resolve, { once: true }));
    document.body.append(frame);
    await within(loaded, FRAME_SECONDS, NO_FRAME);
    const messages = new MessageChannel();
    const faults = new MessageChannel();
    // The browser's own page for a server that does not answer loads as well, and says nothing.
    const alive = new Promise((resolve) => faults.port1.addEventListener("message", resolve, { once: true }));
    faults.port1.start();
    // An opaque origin has no name to aim at; the frame's policy and the parent's `frame-src` say what can be in it.
    frame.contentWindow?.postMessage({ scripts }, "*", [messages.port2, faults.port2]);
    await within(alive, FRAME_SECONDS, NO_FRAME).catch((error) => {
      frame.remove();
      throw error;
    });
    return new Interpreter(frame, messages.port1, faults.port1);
  }

  /** @param {Extract<ToWorker, {type: "boot"}>} message */
  async boot(message) {
    // Buffers are copied, not transferred: they serve the next interpreter as well.
    const ready = this.#expect("ready", 0);
    this.#port.postMessage(message);
    await within(
      ready,
      BOOT_SECONDS,
      "Python did not start in time. Reload the page; close other heavy tabs first.",
      this,
    );
  }

  /**
   * @param {NamedBytes[]} files given away
   * @returns {Promise<Opened>}
   */
  async open(files) {
    const id = this.#nextId++;
    const opened = this.#expect("opened", id);
    this.#port.postMessage(
      { type: "open", id, files },
      files.map(({ bytes }) => bytes),
    );
    const size = Math.round(files.reduce((sum, { bytes }) => sum + bytes.byteLength, 0) / 1e6);
    const message = await within(
      opened,
      OPEN_SECONDS,
      `Opening the data took longer than ${OPEN_SECONDS} seconds. Try fewer rows or columns${size > 0 ? ` (it has ${size} MB)` : ""}.`,
      this,
    );
    return message.opened;
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
    this.#port.postMessage({ type: "run", id, program, packs });
    const { result } = await finished;
    return { result, stdout };
  }

  /** @param {SandboxError} [error] what the waiting side is told */
  end(error = new SandboxError("stopped", "Stopped.")) {
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
   * @returns {Promise<Extract<FromWorker, {type: T}>>}
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
      this.end(
        new SandboxError(
          "flood",
          `The program's sandbox was closed: ${error.message}. Change the program and run it again.`,
        ),
      );
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
      case "refused":
        if (waiting.type !== "opened" || message.id !== waiting.id) throw new ProtocolError("it spoke out of turn");
        this.#waiting = null;
        return waiting.reject(new SandboxError("data", message.message));
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
 * Has the main module and the libraries of these packs compiled and kept, in a frame that runs nothing (see sandbox/frame.js).
 * Measured in Chromium: the second boot of a page takes half as long as without. Where an engine shares nothing it costs little.
 * @param {string} url of the sandbox page
 * @param {ArrayBuffer[]} files WebAssembly, or packs that hold some
 */
function keepCompiled(url, files) {
  const keep = files.flatMap((bytes) => (isWasm(new Uint8Array(bytes)) ? [new Uint8Array(bytes)] : librariesIn(bytes)));
  const frame = sealedFrame(url);
  frame.hidden = true;
  frame.addEventListener("load", () => frame.contentWindow?.postMessage({ keep }, "*"), { once: true });
  document.body.append(frame);
  return frame;
}

/** @param {ArrayBuffer} pack see `mount` in sandbox/worker.js */
function librariesIn(pack) {
  const indexLength = new DataView(pack).getUint32(0, true);
  /** @type {[string, number][]} */
  const index = JSON.parse(new TextDecoder().decode(new Uint8Array(pack, 4, indexLength)));
  let offset = 4 + indexLength;
  return index.flatMap(([path, length]) => {
    const bytes = new Uint8Array(pack, offset, length);
    offset += length;
    // Its own copy: a view would take the whole pack along.
    return path.endsWith(".so") && isWasm(bytes) ? [bytes.slice()] : [];
  });
}

/** @param {Uint8Array} bytes */
function isWasm(bytes) {
  return bytes[0] === 0 && bytes[1] === 0x61 && bytes[2] === 0x73 && bytes[3] === 0x6d;
}

/**
 * A frame of an opaque origin that may run scripts and do nothing else.
 * @param {string} url
 */
export function sealedFrame(url) {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  frame.setAttribute("allow", "");
  frame.referrerPolicy = "no-referrer";
  frame.src = url;
  return frame;
}

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {number} seconds
 * @param {string} message what to say when the time is over
 * @param {Interpreter} [interpreter] ended then
 * @returns {Promise<T>}
 */
async function within(promise, seconds, message, interpreter) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let clock;
  const late = new Promise((_, reject) => {
    clock = setTimeout(() => {
      const error = new SandboxError("timeout", message);
      interpreter?.end(error);
      reject(error);
    }, seconds * 1000);
  });
  try {
    return /** @type {T} */ (await Promise.race([promise, late]));
  } finally {
    clearTimeout(clock);
  }
}

/** @param {string} cause */
function crashed(cause) {
  const memory = /memory|Array buffer allocation|RangeError/i.test(cause);
  return memory
    ? new SandboxError(
        "memory",
        `The sandbox ran out of memory (${cause}). Use fewer rows or columns, or aggregate first.`,
      )
    : new SandboxError("crashed", `The sandbox broke down: ${cause}. The next run gets a fresh one.`);
}

/**
 * @param {unknown} error
 * @param {SandboxErrorCode} code for what is no SandboxError yet
 */
function asSandboxError(error, code) {
  if (error instanceof SandboxError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new SandboxError(error instanceof IntegrityError ? "integrity" : code, message, { cause: error });
}

/**
 * @param {TableFile[]} files
 * @returns {Promise<NamedBytes[]>}
 */
function bytesOf(files) {
  return Promise.all(files.map(async ({ name, blob }) => ({ name, bytes: await blob.arrayBuffer() })));
}

/**
 * The first of each mark stays: it is the start that a person waited for.
 * @param {string} name
 */
function mark(name) {
  if (performance.getEntriesByName(name).length === 0) performance.mark(name);
}
