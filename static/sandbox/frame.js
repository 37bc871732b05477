// @ts-check
/**
 * The bootstrap of the worker's frame: an opaque-origin document that holds nothing but this script, inlined under its hash.
 *
 * It makes no request. It waits for one message from the page around it, which brings four ports: `faults`, on which it says how it
 * does; `code`, on which come the files that it makes something of; and the worker's two, on which the page and the worker talk
 * directly, and on which all other files come to it without a stop here. The first files are the worker's script. It starts the
 * worker when it has them. WebAssembly is compiled here, while the worker still reads its script, and passed on compiled. Removing
 * the frame ends both.
 *
 * Or no script is to come: then it keeps what it compiled and runs none of it. Engines share the machine code of equal bytes between
 * the documents of a process, as long as somebody holds it, so that later interpreters need not compile what earlier ones did.
 */
(() => {
  /** @typedef {import("../shared/protocol.js").FileMessage} FileMessage */

  const SCRIPT = "script-";
  /** Held for as long as this document lives. @type {unknown[]} */
  const held = [];

  /** @param {MessageEvent<{scripts: number}>} event */
  const start = (event) => {
    if (event.source !== parent) return;
    const [faults, code, ...workerPorts] = event.ports;
    if (!faults || !code) return;
    removeEventListener("message", start);
    const fail = (/** @type {{message?: string}} */ error) =>
      faults.postMessage(String(error.message || "the worker could not be started"));
    const scripts = Array.from({ length: event.data.scripts }, () => /** @type {BlobPart} */ (""));
    let missing = scripts.length;
    // A port keeps what is sent until somebody listens.
    const { port1: toWorker, port2: fromHere } = new MessageChannel();
    let isStarted = () => {};
    /** Whether the worker runs, if there is one: what begins it passes through this thread. @type {Promise<void>} */
    const started = scripts.length > 0 ? new Promise((resolve) => (isStarted = resolve)) : Promise.resolve();

    const startWorker = () => {
      const parts = scripts.flatMap((script) => [script, "\n"]);
      const url = URL.createObjectURL(new Blob(parts, { type: "text/javascript" }));
      const worker = new Worker(url);
      worker.onerror = (error) => {
        error.preventDefault();
        fail(error);
      };
      worker.onmessage = isStarted;
      worker.onmessageerror = () => faults.postMessage("a message could not be read");
      worker.postMessage(null, [...workerPorts, fromHere]);
    };

    /** @param {string} role @param {[path: string, bytes: BufferSource][]} list */
    const compile = async (role, list) => {
      const modules = await Promise.all(list.map(async ([path, bytes]) => [path, await WebAssembly.compile(bytes)]));
      if (scripts.length > 0) return toWorker.postMessage({ type: "code", role, modules });
      held.push(modules);
      faults.postMessage("held");
    };

    /** What is compiled is a copy, made at once: the bytes may go on. @param {FileMessage} file */
    const pass = (file) => {
      if (scripts.length > 0) toWorker.postMessage(file, [file.bytes]);
    };

    /** What Python's own code waits for is not held up by what it needs later. @type {Promise<unknown>} */
    let before = started;

    /** @param {MessageEvent<FileMessage>} message */
    code.onmessage = ({ data }) => {
      const { role, bytes } = data;
      if (role.startsWith(SCRIPT)) {
        scripts[Number(role.slice(SCRIPT.length))] = bytes;
        missing -= 1;
        if (missing === 0) startWorker();
      } else if (role === "wasm" || role === "standIns") {
        const compiled = compile(role, [[role, bytes]]).catch(fail);
        if (role === "wasm") pass(data);
        before = Promise.all([before, compiled]);
      } else if (role === "libraries") {
        before = before.then(() => {
          const compiled = compile(role, contents(bytes)).catch(fail);
          pass(data);
          return compiled;
        });
      }
    };
    faults.postMessage("started");
  };

  /** @param {ArrayBuffer} pack as `contents` in worker.js reads them @returns {[path: string, bytes: Uint8Array<ArrayBuffer>][]} */
  function contents(pack) {
    const indexLength = new DataView(pack).getUint32(0, true);
    /** @type {[string, number][]} */
    const index = JSON.parse(new TextDecoder().decode(new Uint8Array(pack, 4, indexLength)));
    let offset = 4 + indexLength;
    return index.map(([path, length]) => {
      offset += length;
      return [path, new Uint8Array(pack, offset - length, length)];
    });
  }

  addEventListener("message", start);
})();
