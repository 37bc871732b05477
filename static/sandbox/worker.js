// @ts-check
/**
 * The sandbox's worker: boots Pyodide from bytes it is handed, opens the person's tables, runs one program.
 *
 * A classic script, since an opaque-origin frame may start no other kind of worker; pyodide-core.js stands behind it in the
 * same blob. It makes no request: the page sends every byte. What happens inside a run is the Python package `sandplot`'s;
 * clocks, stops and trust are the page's: nothing here is a wall, the frame's origin and its policy are. What is taken away
 * below is tidiness, so that a program's mistake gives a plain error.
 */
(() => {
  /** Pyodide wants an absolute address to look its files up by; this one resolves nowhere. */
  const HOME_URL = "https://pyodide.invalid/";
  const SITE_PACKAGES = "/lib/python3.14/site-packages";
  const WORKING_DIRECTORY = "/home/pyodide";
  /** Output is gathered for this long (milliseconds) or up to this many characters before it is sent. */
  const OUTPUT_EVERY = 100;
  const OUTPUT_CHUNK = 1 << 16;
  const OUTPUT_TOTAL = 1 << 20;

  /** @type {Map<string, {bytes: ArrayBuffer, type: string}>} */
  const given = new Map();
  /** @type {import("pyodide").PyodideInterface | undefined} */
  let python;

  // Pyodide refuses to run where importScripts works, taking it for an unsupported set-up.
  self.importScripts = () => {
    throw new TypeError("importScripts is not available in the sandbox");
  };
  // Firefox lets a nested worker burn on after its frame is gone.
  Reflect.deleteProperty(self, "Worker");
  self.fetch = async (request) => {
    const address = String(request instanceof Request ? request.url : request);
    const file = given.get(address.slice(address.lastIndexOf("/") + 1));
    if (!file) throw new TypeError(`the sandbox has no network: ${address} was not requested`);
    return new Response(file.bytes, { headers: { "Content-Type": file.type } });
  };

  self.onmessage = (event) => {
    const port = event.ports[0];
    if (!port) return;
    self.onmessage = null;
    // Bound before any program runs, so that none finds the port by replacing the method.
    const post = port.postMessage.bind(port);
    /** @type {Send} */
    const send = (message, transfer = []) => post(message, transfer);
    const output = outputTo(send);
    port.onmessage = async ({ data }) => {
      try {
        await answer(/** @type {HostMessage} */ (data), send, output);
      } catch (error) {
        send({ type: "crashed", message: String(error) });
      }
    };
  };

  /**
   * @typedef {(message: object, transfer?: Transferable[]) => void} Send
   * @typedef {ReturnType<typeof outputTo>} Output
   */

  /**
   * @param {HostMessage} message
   * @param {Send} send
   * @param {Output} output
   */
  async function answer(message, send, output) {
    switch (message.type) {
      case "boot":
        return boot(message, send, output);
      case "open":
        return open(message, send);
      case "run":
        return run(message, send, output);
    }
  }

  /**
   * @param {Extract<HostMessage, {type: "boot"}>} message
   * @param {Send} send
   * @param {Output} output
   */
  async function boot(message, send, output) {
    send({ type: "phase", phase: "start" });
    capMemory(message.memoryBytes);
    given.set("pyodide.asm.wasm", { bytes: message.wasm, type: "application/wasm" });
    given.set("python_stdlib.zip", { bytes: message.stdlib, type: "application/zip" });
    python = await loadPyodide({
      indexURL: HOME_URL,
      packageBaseUrl: HOME_URL,
      stdLibURL: `${HOME_URL}python_stdlib.zip`,
      // No package is listed: they are mounted below, and a missing one is the harness's to explain.
      lockFileContents: { info: { ...message.abi, arch: "wasm32", platform: "emscripten" }, packages: {} },
      createPyodideModule,
      stdin: () => null,
      env: { HOME: WORKING_DIRECTORY, MPLBACKEND: "agg", TZ: "UTC" },
    });
    given.clear();
    python.setStdout({ write: output.write, isatty: false });
    python.setStderr({ write: output.write, isatty: false });
    for (const pack of message.packs) mount(python, pack.bytes, SITE_PACKAGES);
    mount(python, message.harness, SITE_PACKAGES);
    send({ type: "phase", phase: "import" });
    python.pyimport("importlib").invalidate_caches();
    python.pyimport("sandplot").boot(JSON.stringify(message.modules));
    send({ type: "ready" });
  }

  /**
   * @param {Extract<HostMessage, {type: "open"}>} message
   * @param {Send} send
   */
  function open(message, send) {
    const py = booted();
    const files = message.files.map(({ name, bytes }) => {
      // A name is the person's: only its last part, so that it can stand for nothing but a file in this folder.
      const path = `${WORKING_DIRECTORY}/${name.replace(/^.*[\\/]/s, "").replaceAll("\0", "") || "table"}`;
      py.FS.writeFile(path, new Uint8Array(bytes), { canOwn: true });
      return { name, path };
    });
    /** @type {string} */
    const json = py.pyimport("sandplot").load(JSON.stringify(files));
    const answer = JSON.parse(json);
    if (answer.ok) send({ type: "opened", id: message.id, json });
    else send({ type: "refused", id: message.id, message: answer.message });
  }

  /**
   * @param {Extract<HostMessage, {type: "run"}>} message
   * @param {Send} send
   * @param {Output} output
   */
  async function run(message, send, output) {
    const py = booted();
    for (const pack of message.packs) mount(py, pack.bytes, SITE_PACKAGES);
    if (message.packs.length > 0) py.pyimport("importlib").invalidate_caches();
    /** @type {(string | Uint8Array<ArrayBuffer>)[]} */
    const parts = [];
    const sink = {
      /**
       * @param {string} _kind
       * @param {string | Uint8Array<ArrayBuffer> | {toJs(): Uint8Array<ArrayBuffer>}} value a text, or Python's bytes
       */
      add(_kind, value) {
        parts.push(typeof value === "string" || value instanceof Uint8Array ? value : value.toJs());
        return parts.length - 1;
      },
    };
    output.begin(message.id);
    const json = await py.pyimport("sandplot").run(message.program, sink);
    py.runPython("import sys\nsys.__stdout__.flush()\nsys.__stderr__.flush()");
    output.flush();
    const buffers = new Set(parts.flatMap((part) => (typeof part === "string" ? [] : [part.buffer])));
    send({ type: "result", id: message.id, json, parts }, [...buffers]);
  }

  function booted() {
    if (!python) throw new Error("the interpreter is not ready");
    return python;
  }

  /**
   * Writes a pack into the file system. The contents stay where they came, as parts of one buffer: nothing is copied.
   * @param {import("pyodide").PyodideInterface} py
   * @param {ArrayBuffer} pack u32 length of the index, the index as JSON `[[path, length], ...]`, the contents in that order
   * @param {string} folder
   */
  function mount(py, pack, folder) {
    const indexLength = new DataView(pack).getUint32(0, true);
    /** @type {[string, number][]} */
    const index = JSON.parse(new TextDecoder().decode(new Uint8Array(pack, 4, indexLength)));
    const made = new Set();
    let offset = 4 + indexLength;
    for (const [path, length] of index) {
      const full = `${folder}/${path}`;
      const parent = full.slice(0, full.lastIndexOf("/"));
      if (!made.has(parent)) {
        py.FS.mkdirTree(parent);
        made.add(parent);
      }
      py.FS.writeFile(full, new Uint8Array(pack, offset, length), { canOwn: true });
      offset += length;
    }
  }

  /**
   * Makes Python run out of memory cleanly at the cap, with a MemoryError, instead of taking the tab along.
   * @param {number} mostBytes
   */
  function capMemory(mostBytes) {
    const grow = WebAssembly.Memory.prototype.grow;
    /** @param {number} pages */
    WebAssembly.Memory.prototype.grow = function (pages) {
      if (this.buffer.byteLength + pages * 65536 > mostBytes) {
        throw new RangeError(`the sandbox's memory is limited to ${mostBytes} bytes`);
      }
      return grow.call(this, pages);
    };
  }

  /**
   * Gathers what a program prints into few messages: a worker that computes runs no timer, so time is looked at on each write.
   * @param {Send} send
   */
  function outputTo(send) {
    let id = 0;
    let text = "";
    let sent = 0;
    let last = 0;
    let decoder = new TextDecoder();
    const flush = () => {
      if (text) send({ type: "output", id, text });
      text = "";
      last = performance.now();
    };
    return {
      flush,
      /** @param {number} run */
      begin(run) {
        id = run;
        text = "";
        sent = 0;
        decoder = new TextDecoder();
      },
      /** @param {Uint8Array} bytes */
      write(bytes) {
        if (id !== 0 && sent <= OUTPUT_TOTAL) {
          const more = decoder.decode(bytes, { stream: true });
          const room = OUTPUT_TOTAL - sent;
          sent += more.length;
          text +=
            more.length <= room ? more : `${more.slice(0, room)}\n[output cut: more than ${OUTPUT_TOTAL} characters]`;
          if (text.length >= OUTPUT_CHUNK || performance.now() - last > OUTPUT_EVERY) flush();
        }
        return bytes.length;
      },
    };
  }
})();
