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
  const STANDARD_LIBRARY = "/lib/python314.zip";
  const WORKING_DIRECTORY = "/home/pyodide";
  /** As Emscripten's C library counts its errors. */
  const NO_SUCH_FILE = 44;
  const NOTHING_OPENED = '{"ok":true,"profile":{"tables":[]},"previews":[]}';
  /** Output is gathered for this long (milliseconds) or up to this many characters before it is sent. */
  const OUTPUT_EVERY = 100;
  const OUTPUT_CHUNK = 1 << 16;
  const OUTPUT_TOTAL = 1 << 20;

  /** @type {Map<string, {bytes: ArrayBuffer, type: string}>} */
  const given = new Map();
  /** @type {import("pyodide").PyodideInterface | undefined} */
  let python;
  /** Folders that are there. @type {Set<string>} */
  const made = new Set();
  /** Files of which only the names are there. @type {Set<string>} */
  const pretended = new Set();
  /** Whether one of them was opened by what is being done. */
  let missed = false;

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
      case "complete":
        return complete(message);
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
    const { snapshot } = message;
    given.set("pyodide.asm.wasm", { bytes: message.wasm, type: "application/wasm" });
    given.set("python_stdlib.zip", { bytes: message.stdlib ?? new ArrayBuffer(0), type: "application/zip" });
    python = await loadPyodide({
      indexURL: HOME_URL,
      packageBaseUrl: HOME_URL,
      stdLibURL: `${HOME_URL}python_stdlib.zip`,
      // No package is listed: they are mounted below, and a missing one is the harness's to explain.
      lockFileContents: { info: { ...message.abi, arch: "wasm32", platform: "emscripten" }, packages: {} },
      createPyodideModule: snapshot ? createRestoredModule(restorable(snapshot, mountSome)) : createPyodideModule,
      stdin: () => null,
      // The same wherever it starts, since a snapshot has been started elsewhere: the language too, and the seed of hashes, which
      // is in its every dictionary.
      env: { HOME: WORKING_DIRECTORY, LANG: "en_US.UTF-8", MPLBACKEND: "agg", TZ: "UTC", PYTHONHASHSEED: "0" },
    });
    given.clear();
    python.setStdout({ write: output.write, isatty: false });
    python.setStderr({ write: output.write, isatty: false });
    if (!snapshot) {
      mountPacks(python);
      send({ type: "phase", phase: "import" });
      python.pyimport("importlib").invalidate_caches();
      python.pyimport("sandplot").boot(JSON.stringify(message.modules));
    } else {
      python.pyimport("sandplot").restored();
    }
    send({ type: "ready" });

    /** @param {Files} py */
    function mountPacks(py) {
      for (const pack of message.packs) mount(py, pack.bytes, SITE_PACKAGES);
      mount(py, message.harness, SITE_PACKAGES);
    }

    /** @param {Files} py @param {[path: string, length: number][]} absent */
    function mountSome(py, absent) {
      if (snapshot) mount(py, snapshot.libraries, SITE_PACKAGES);
      mountPacks(py);
      for (const [path, length] of absent) pretend(py, `${SITE_PACKAGES}/${path}`, length);
      pretend(py, STANDARD_LIBRARY, 1);
      // matplotlib has made it, and remembers that it did.
      py.FS.mkdirTree(`${WORKING_DIRECTORY}/.matplotlib`);
    }
  }

  /**
   * @param {NonNullable<Extract<HostMessage, {type: "boot"}>["snapshot"]>} snapshot
   * @param {(py: Files, absent: [path: string, length: number][]) => void} mountSome
   */
  function restorable({ metadata: json, memory, libraries }, mountSome) {
    const metadata = JSON.parse(new TextDecoder().decode(json));
    const bytes = new Map(contents(libraries).map(({ path, bytes }) => [`${SITE_PACKAGES}/${path}`, bytes]));
    return {
      metadata,
      memory,
      libraries: metadata.libraries.map((/** @type {{path: string}} */ { path }) => {
        const library = bytes.get(path);
        if (!library) throw new Error(`${path} is not among the libraries`);
        return library;
      }),
      /** @param {Files} py */
      mount(py) {
        mountSome(py, metadata.absent ?? []);
      },
    };
  }

  /** @typedef {{FS: any}} Files where files are: Pyodide, or the module under it */

  /**
   * Puts a file's name where its content is not yet. Whoever opens it learns that there is none, and the page learns that it was
   * wanted: what came of it does not count.
   * @param {Files} py
   * @param {string} path
   * @param {number} length
   */
  function pretend({ FS }, path, length) {
    makeFolderOf(FS, path);
    FS.writeFile(path, "");
    const { node } = FS.lookupPath(path);
    node.usedBytes = length;
    node.stream_ops = {
      ...node.stream_ops,
      open() {
        missed = true;
        throw new FS.ErrnoError(NO_SUCH_FILE);
      },
    };
    pretended.add(path);
  }

  /** @param {Extract<HostMessage, {type: "complete"}>} message */
  function complete({ stdlib, pack }) {
    const py = booted();
    for (const path of pretended) py.FS.unlink(path);
    pretended.clear();
    py.FS.writeFile(STANDARD_LIBRARY, new Uint8Array(stdlib), { canOwn: true });
    mount(py, pack, SITE_PACKAGES);
  }

  /**
   * @param {Extract<HostMessage, {type: "open"}>} message
   * @param {Send} send
   */
  function open(message, send) {
    const py = booted();
    missed = false;
    const files = message.files.map(({ name, bytes }) => {
      // A name is the person's: only its last part, so that it can stand for nothing but a file in this folder.
      const path = `${WORKING_DIRECTORY}/${name.replace(/^.*[\\/]/s, "").replaceAll("\0", "") || "table"}`;
      py.FS.writeFile(path, new Uint8Array(bytes), { canOwn: true });
      return { name, path };
    });
    /** @type {string} */
    const json = py.pyimport("sandplot").load(JSON.stringify(files));
    const answer = JSON.parse(json);
    // Without the missing file it may have been refused, or read wrongly: asked again, with the file, it is not.
    if (missed) send({ type: "opened", id: message.id, json: NOTHING_OPENED, missed: true });
    else if (answer.ok) send({ type: "opened", id: message.id, json, missed: false });
    else send({ type: "refused", id: message.id, message: answer.message });
  }

  /**
   * @param {Extract<HostMessage, {type: "run"}>} message
   * @param {Send} send
   * @param {Output} output
   */
  async function run(message, send, output) {
    const py = booted();
    missed = false;
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
    send({ type: "result", id: message.id, json, parts, missed }, [...buffers]);
  }

  function booted() {
    if (!python) throw new Error("the interpreter is not ready");
    return python;
  }

  /**
   * Writes a pack into the file system. The contents stay where they came, as parts of one buffer: nothing is copied.
   * @param {Files} py
   * @param {ArrayBuffer} pack
   * @param {string} folder
   */
  function mount({ FS }, pack, folder) {
    for (const { path, bytes } of contents(pack)) {
      const full = `${folder}/${path}`;
      makeFolderOf(FS, full);
      FS.writeFile(full, bytes, { canOwn: true });
    }
  }

  /**
   * Asks the file system only once for each folder: for one that is there it throws and catches on every level.
   * @param {any} FS
   * @param {string} path
   */
  function makeFolderOf(FS, path) {
    const folder = path.slice(0, path.lastIndexOf("/"));
    if (made.has(folder)) return;
    FS.mkdirTree(folder);
    made.add(folder);
  }

  /**
   * @param {ArrayBuffer} pack u32 length of the index, the index as JSON `[[path, length], ...]`, the contents in that order
   * @returns {{path: string, bytes: Uint8Array<ArrayBuffer>}[]} each a part of the pack's own buffer
   */
  function contents(pack) {
    const indexLength = new DataView(pack).getUint32(0, true);
    /** @type {[string, number][]} */
    const index = JSON.parse(new TextDecoder().decode(new Uint8Array(pack, 4, indexLength)));
    let offset = 4 + indexLength;
    return index.map(([path, length]) => {
      const bytes = new Uint8Array(pack, offset, length);
      offset += length;
      return { path, bytes };
    });
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
