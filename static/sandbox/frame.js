// @ts-check
/**
 * The bootstrap of the worker's frame: an opaque-origin document that holds nothing but this script, inlined under its hash.
 *
 * It makes no request. It waits for one message from the page around it, which brings three ports: `faults`, on which it says how it
 * does; `files`, on which the runtime's files arrive; and the worker's, on which the page and the worker talk directly. The first
 * files are the worker's script. It starts the worker when it has them and passes the others on, but for WebAssembly: that is
 * compiled here, while the worker still reads its script, and passed on compiled. Removing the frame ends both.
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
    const [faults, files, port] = event.ports;
    if (!faults || !files) return;
    removeEventListener("message", start);
    const fail = (/** @type {{message?: string}} */ error) =>
      faults.postMessage(String(error.message || "the worker could not be started"));
    const scripts = Array.from({ length: event.data.scripts }, () => /** @type {BlobPart} */ (""));
    let missing = scripts.length;
    // A port keeps what is sent until somebody listens.
    const { port1: toWorker, port2: fromHere } = new MessageChannel();

    const startWorker = () => {
      if (!port) return;
      const parts = scripts.flatMap((script) => [script, "\n"]);
      const url = URL.createObjectURL(new Blob(parts, { type: "text/javascript" }));
      const worker = new Worker(url);
      worker.onerror = (error) => {
        error.preventDefault();
        fail(error);
      };
      worker.onmessageerror = () => faults.postMessage("a message could not be read");
      worker.postMessage(null, [port, fromHere]);
    };

    /** @param {string} role @param {[path: string, bytes: BufferSource][]} list */
    const compile = async (role, list) => {
      const modules = await Promise.all(list.map(async ([path, bytes]) => [path, await WebAssembly.compile(bytes)]));
      if (scripts.length > 0) return toWorker.postMessage({ type: "code", role, modules });
      if (held.push(modules) === 2) faults.postMessage("held");
    };

    /** @param {MessageEvent<FileMessage>} message */
    files.onmessage = ({ data }) => {
      const { role, bytes } = data;
      if (role.startsWith(SCRIPT)) {
        scripts[Number(role.slice(SCRIPT.length))] = bytes;
        missing -= 1;
        if (missing === 0) startWorker();
      } else if (role === "wasm") compile(role, [[role, bytes]]).catch(fail);
      else {
        // What is compiled is a copy, made at once: the bytes may go on.
        if (role === "libraries") compile(role, contents(bytes)).catch(fail);
        if (scripts.length > 0) toWorker.postMessage(data, [bytes]);
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
