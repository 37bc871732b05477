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
  /** A regular file that all may read and write. */
  const FILE_MODE = 0o100666;
  /** As Emscripten's C library counts its errors. */
  const NO_SUCH_FILE = 44;
  const WARMING_PROGRAM = "import matplotlib.pyplot as plt\nplt.plot([1, 2], label='a')\nplt.legend()\nplt.title('a')";
  const NOTHING_OPENED = '{"ok":true,"profile":{"tables":[]},"previews":[],"letters":""}';
  /** A file is read in pieces of this size, so that it can be said how far that is. */
  const PIECE = 8 << 20;
  /** Milliseconds between two words on how far the opening of a file is. */
  const TELL_EVERY = 100;
  /** Output is gathered for this long (milliseconds) or up to this many characters before it is sent. */
  const OUTPUT_EVERY = 100;
  const OUTPUT_CHUNK = 1 << 16;
  const OUTPUT_TOTAL = 1 << 20;

  /** What Pyodide asks for while it starts. @type {Map<string, {body: Promise<BodyInit>, type: string}>} */
  const given = new Map();
  /** What a start is made of, by what it is for, awaited or there: bytes, or compiled code. @type {Map<string, Arrival>} */
  const arrivals = new Map();
  const memory = createQueue();
  /** @type {import("pyodide").PyodideInterface | undefined} */
  let python;
  /** Folders that are there, as the file system holds them. @type {Map<string, any>} */
  const folders = new Map();
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
    return new Response(await file.body, { headers: { "Content-Type": file.type } });
  };

  // An error notes where it was made, for which V8 reads this script and all of Pyodide's once more, and a start makes some for
  // nobody. Until it is over they do without.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;

  self.onmessage = (event) => {
    const [port, ...sources] = event.ports;
    if (!port || sources.length === 0) return;
    self.onmessage = null;
    // Word to the frame: what would keep its thread busy has waited for it. Not before: a worker's first message passes through there.
    postMessage(null);
    /** @param {MessageEvent<import("../shared/protocol.js").ToStart>} event */
    const arrive = ({ data }) => {
      if (data.type === "code") arrival(data.role, data.type).resolve(data.modules);
      else if (data.role === "memory") memory.add(data.bytes);
      else arrival(data.role, data.type).resolve(data.bytes);
    };
    for (const source of sources) source.onmessage = arrive;
    // Bound before any program runs, so that none finds the port by replacing the method.
    const post = port.postMessage.bind(port);
    /** @type {Send} */
    const send = (message, transfer = []) => post(message, transfer);
    const output = outputTo(send);
    let answered = Promise.resolve();
    /** @param {MessageEvent<HostMessage>} event */
    port.onmessage = ({ data }) => {
      // One after the other, each in an interpreter that is done with the one before.
      answered = answered
        .then(() => answer(data, send, output))
        .catch((error) => send({ type: "crashed", message: wordsOf(error) }));
    };
  };

  /**
   * @typedef {(message: object, transfer?: Transferable[]) => void} Send
   * @typedef {[path: string, module: WebAssembly.Module][]} Modules
   * @typedef {{promise: Promise<any>, resolve: (content: ArrayBuffer | Modules) => void}} Arrival
   * @typedef {ReturnType<typeof outputTo>} Output
   */

  /** Emscripten throws objects that are no errors, and say nothing of themselves as text. @param {any} error */
  function wordsOf(error) {
    if (error instanceof Error) return String(error);
    const { name = "error", message = "", errno = "" } = error ?? {};
    return `${name} ${message}${errno}`.trim();
  }

  /**
   * @param {string} role
   * @param {"file" | "code"} type
   * @returns {Arrival}
   */
  function arrival(role, type) {
    const key = `${type} ${role}`;
    let known = arrivals.get(key);
    if (!known) {
      /** @type {Arrival["resolve"]} */
      let resolve = () => {};
      const promise = new Promise((settle) => (resolve = settle));
      known = { promise, resolve };
      arrivals.set(key, known);
    }
    return known;
  }

  /** Pieces of the snapshot's memory, in their order. */
  function createQueue() {
    /** @type {ArrayBuffer[]} */
    const pieces = [];
    let wake = () => {};
    return {
      /** @param {ArrayBuffer} piece */
      add(piece) {
        pieces.push(piece);
        wake();
      },
      /** @returns {Promise<ArrayBuffer>} */
      async next() {
        for (;;) {
          const piece = pieces.shift();
          if (piece) return piece;
          await new Promise((resolve) => (wake = () => resolve(undefined)));
        }
      },
    };
  }

  /** @param {string} role @returns {Promise<ArrayBuffer>} */
  function bytesOf(role) {
    return arrival(role, "file").promise;
  }

  /** @param {string} role @returns {Promise<Modules>} */
  function modulesOf(role) {
    return arrival(role, "code").promise;
  }

  /** @param {string} role of one module */
  async function only(role) {
    const [entry] = await modulesOf(role);
    if (!entry) throw new Error(`no code came as ${role}`);
    return entry[1];
  }

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
      case "warm":
        return warm();
      case "open":
        return open(message, send);
      case "adjust":
        return adjust(message, send);
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
    capMemory(message.memoryBytes);
    const { snapshotBytes } = message;
    const isRestored = snapshotBytes > 0;
    const packs = ["harness", ...numbered("pack", message.packs)].map(bytesOf);
    given.set("pyodide.asm.wasm", { body: Promise.resolve(""), type: "application/wasm" });
    const restoreStreaming = instantiateCompiled(only("wasm"));
    const stdlib = isRestored ? Promise.resolve("") : bytesOf("stdlib");
    given.set("python_stdlib.zip", { body: stdlib, type: "application/zip" });
    python = await loadPyodide({
      indexURL: HOME_URL,
      packageBaseUrl: HOME_URL,
      stdLibURL: `${HOME_URL}python_stdlib.zip`,
      // No package is listed: they are mounted below, and a missing one is the harness's to explain.
      lockFileContents: { info: { ...message.abi, arch: "wasm32", platform: "emscripten" }, packages: {} },
      createPyodideModule: isRestored
        ? createRestoredModule(await restorable(packs, snapshotBytes))
        : createPyodideModule,
      stdin: () => null,
      // The same wherever it starts, since a snapshot has been started elsewhere: the language too, and the seed of hashes, which
      // is in its every dictionary.
      env: { HOME: WORKING_DIRECTORY, LANG: "en_US.UTF-8", MPLBACKEND: "agg", TZ: "UTC", PYTHONHASHSEED: "0" },
    });
    given.clear();
    restoreStreaming();
    // Python is beyond help then, and what it was doing never comes back to say so.
    /** @type {any} */ (python)._api.on_fatal = (/** @type {unknown} */ error) => {
      output.flush();
      send({ type: "crashed", message: wordsOf(error) });
    };
    capFiles(python.FS, message.memoryBytes);
    Error.stackTraceLimit = stackTraceLimit;
    // Nobody ever writes into it: but with it Python calls out to JavaScript now and then, and only there does WebKit end a worker.
    python.setInterruptBuffer(new Uint8Array(1));
    python.setStdout({ write: output.write, isatty: false });
    python.setStderr({ write: output.write, isatty: false });
    if (isRestored) {
      mount(python, await bytesOf("later"), SITE_PACKAGES);
      python.pyimport("sandplot").restored();
    } else {
      for (const pack of packs) mount(python, await pack, SITE_PACKAGES);
      send({ type: "phase", phase: "import" });
      python.pyimport("importlib").invalidate_caches();
      python.pyimport("sandplot").boot(JSON.stringify(message.modules));
    }
    // Not before: all of them have arrived by now, and none is waited for.
    arrivals.clear();
    send({ type: "ready" });
  }

  /**
   * Has Pyodide take what the frame compiled for what it asks to have compiled.
   * @param {Promise<WebAssembly.Module>} compiled
   */
  function instantiateCompiled(compiled) {
    const streaming = WebAssembly.instantiateStreaming;
    WebAssembly.instantiateStreaming = async (_response, imports) => {
      const module = await compiled;
      return { module, instance: await WebAssembly.instantiate(module, imports) };
    };
    return () => {
      WebAssembly.instantiateStreaming = streaming;
    };
  }

  /**
   * @param {string} role
   * @param {number} count
   */
  function numbered(role, count) {
    return Array.from({ length: count }, (_, number) => `${role}-${number}`);
  }

  /** Compiles what a first chart does not call, while nobody waits for it. */
  let compileAhead = async () => {};

  /** @param {Promise<ArrayBuffer>[]} packs @param {number} bytes of the snapshot's memory */
  async function restorable(packs, bytes) {
    const libraries = bytesOf("libraries");
    const metadata = JSON.parse(new TextDecoder().decode(await bytesOf("metadata")));
    return {
      metadata,
      memory: { bytes, next: memory.next },
      /** @param {() => Promise<void>} compile */
      onCode(compile) {
        compileAhead = compile;
      },
      wasm: bytesOf("wasm"),
      libraries: Promise.all([modulesOf("libraries"), filesOf("libraries")]).then(
        ([list, files]) =>
          new Map(
            list.map(([name, code]) => {
              const path = `${SITE_PACKAGES}/${name}`;
              return [path, { code, bytes: files.get(path) ?? new Uint8Array() }];
            }),
          ),
      ),
      later: filesOf("later"),
      uncalled: bytesOf("uncalled").then(
        (pack) => new Map(contents(pack).map(({ path, bytes }) => [Number(path), bytes])),
      ),
      standIns: only("standIns"),
      /** @param {Files} py */
      async mount(py) {
        for (const pack of [libraries, ...packs]) mount(py, await pack, SITE_PACKAGES);
        for (const [path, length] of metadata.absent ?? []) pretend(py, `${SITE_PACKAGES}/${path}`, length);
        pretend(py, STANDARD_LIBRARY, 1);
        // matplotlib has made it, and remembers that it did.
        py.FS.mkdirTree(`${WORKING_DIRECTORY}/.matplotlib`);
      },
    };
  }

  /** @param {string} role of a pack @returns {Promise<Map<string, Uint8Array<ArrayBuffer>>>} its files by paths */
  async function filesOf(role) {
    const pack = await bytesOf(role);
    return new Map(contents(pack).map(({ path, bytes }) => [`${SITE_PACKAGES}/${path}`, bytes]));
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
    const node = makeFile(FS, path);
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
    // Beside whatever comes next: what is not compiled by then is when it is called.
    compileAhead().catch(() => {});
  }

  /** Draws a chart for nobody, which leaves nothing behind but machine code: see `warm` in app/interpreter.js. */
  async function warm() {
    missed = false;
    await booted()
      .pyimport("sandplot")
      .run(WARMING_PROGRAM, { add: () => 0 });
    // A library may remember that there was no such file: better a fresh interpreter than one that draws differently.
    if (missed) throw new Error("the chart for nobody wanted a file that had not come");
  }

  /**
   * @param {Extract<HostMessage, {type: "open"}>} message
   * @param {Send} send
   */
  async function open(message, send) {
    const py = booted();
    missed = false;
    for (const { bytes } of message.packs) mount(py, bytes, SITE_PACKAGES);
    if (message.packs.length > 0) py.pyimport("importlib").invalidate_caches();
    const { id, frames } = message;
    /** @type {LazyFile[]} */
    const laid = [];
    const tell = teller(send, id);
    const files = [];
    for (const { name, blob } of message.files) {
      // A name is the person's: only its last part, so that it can stand for nothing but a file in this folder.
      const path = `${WORKING_DIRECTORY}/${name.replace(/^.*[\\/]/s, "").replaceAll("\0", "") || "table"}`;
      const lazy = lay(py, path, blob);
      files.push({ name, path });
      if (frames) continue;
      try {
        lazy.fill(await readBlob(blob, (done) => tell("reading", name, done, blob.size)));
      } catch (error) {
        const isMemory = error instanceof RangeError;
        const reason = { code: isMemory ? "memory" : "gone", values: { name, cause: wordsOf(error) } };
        return send({ type: "refused", id, reason, memory: isMemory });
      }
      laid.push(lazy);
    }
    if (frames) {
      const bytes = await frames.arrayBuffer();
      py.pyimport("sandplot").thaw(py.toPy(new Uint8Array(bytes)), message.edits);
      // Asked for something else, a later run is told by that; these tables are the same as before.
      return send({ type: "opened", id, json: NOTHING_OPENED, frames: null, missed });
    }
    const request = JSON.stringify({ files, edits: JSON.parse(message.edits) });
    /** @type {string} */
    let json = py.pyimport("sandplot").load(request, tell);
    let answer = JSON.parse(json);
    for (const done = new Set(); answer.needs === "parquet" && reader() && !done.has(answer.path); ) {
      done.add(answer.path);
      await makeColumns(py, answer.path);
      json = py.pyimport("sandplot").load(request, tell);
      answer = JSON.parse(json);
    }
    // A program that reads the file itself gets it from the browser again: until then it takes no memory.
    for (const lazy of laid) lazy.empty();
    // Without the missing file it may have been refused, or read wrongly: asked again, with the file, it is not.
    if (missed) send({ type: "opened", id, json: NOTHING_OPENED, frames: null, missed: true });
    else if (answer.needs) send({ type: "needs", id, what: answer.needs });
    else if (answer.ok) {
      tell("keeping", "", 0, 0);
      send({ type: "opened", id, json, frames: files.length === 0 ? null : freeze(py), missed: false });
    } else send({ type: "refused", id, reason: answer.reason, memory: answer.memory === true });
  }

  /**
   * What was read, in the form that opens in a moment; null where there is no memory left for it, which costs later runs the time.
   * @param {import("pyodide").PyodideInterface} py
   */
  function freeze(py) {
    /** @type {import("pyodide/ffi").PyBufferView[]} */
    const views = [];
    try {
      const parts = py.pyimport("sandplot").freeze();
      // Each is only lent for its turn; its view is not.
      for (const part of parts) views.push(part.getBuffer("u8"));
      parts.destroy();
      // The browser's to keep: neither this worker nor the page holds a copy.
      return new Blob(views.map(({ data }) => /** @type {Uint8Array<ArrayBuffer>} */ (data)));
    } catch {
      return null;
    } finally {
      for (const view of views) view.release();
    }
  }

  /**
   * @param {Send} send
   * @param {number} id
   * @returns {(phase: string, name: string, done: number, total: number) => void} says now and then how far it is
   */
  function teller(send, id) {
    let last = 0;
    let said = "";
    return (phase, name, done, total) => {
      const now = performance.now();
      if (phase === said && now - last < TELL_EVERY) return;
      last = now;
      said = phase;
      send({ type: "progress", id, phase, name, done, total });
    };
  }

  /**
   * @param {Blob} blob
   * @param {(done: number) => void} onProgress
   */
  async function readBlob(blob, onProgress) {
    const bytes = new Uint8Array(blob.size);
    for (let at = 0; at < blob.size; at += PIECE) {
      onProgress(at);
      bytes.set(new Uint8Array(await blob.slice(at, at + PIECE).arrayBuffer()), at);
    }
    return bytes;
  }

  /** @typedef {{fill(bytes: Uint8Array<ArrayBuffer>): void, empty(): void}} LazyFile */

  /**
   * Puts a file in place whose content is fetched from the browser when somebody opens it: most programs use the tables.
   * @param {Files} py
   * @param {string} path
   * @param {Blob} blob
   * @returns {LazyFile}
   */
  function lay({ FS }, path, blob) {
    if (FS.analyzePath(path).exists) FS.unlink(path);
    const node = makeFile(FS, path);
    const { stream_ops, node_ops } = node;
    const fill = (/** @type {Uint8Array<ArrayBuffer>} */ bytes) =>
      Object.assign(node, { contents: bytes, usedBytes: bytes.length, stream_ops, node_ops });
    const fetched = () => {
      try {
        return new Uint8Array(new FileReaderSync().readAsArrayBuffer(blob));
      } catch {
        // Moved, changed or removed since.
        throw new FS.ErrnoError(NO_SUCH_FILE);
      }
    };
    const empty = () =>
      Object.assign(node, {
        contents: null,
        usedBytes: blob.size,
        stream_ops: {
          ...stream_ops,
          open() {
            fill(fetched());
          },
        },
        node_ops: {
          ...node_ops,
          /** @param {any} at @param {{size?: number}} change */
          setattr(at, change) {
            // Cut to nothing, as it is to be written anew, it need not be fetched before.
            if (change.size === 0) fill(new Uint8Array(0));
            else if (change.size !== undefined) fill(fetched());
            node_ops.setattr(at, change);
          },
        },
      });
    empty();
    return { fill, empty };
  }

  /** What reads Parquet, if this worker was started with it. */
  function reader() {
    return self.sandplotParquet;
  }

  /**
   * Writes a Parquet file's columns beside it, as parquet_table.py reads them.
   * @param {import("pyodide").PyodideInterface} py
   * @param {string} path
   */
  async function makeColumns(py, path) {
    const folder = `${path}.columns`;
    /** @type {{columns: object[], error?: string}} */
    const described = { columns: [] };
    py.FS.mkdirTree(folder);
    try {
      const { buffer, byteOffset, byteLength } = py.FS.readFile(path);
      for await (const { column, bytes, kinds } of reader()?.readColumns(
        buffer.slice(byteOffset, byteOffset + byteLength),
      ) ?? []) {
        const file = `${folder}/${described.columns.length}`;
        py.FS.writeFile(file, bytes, { canOwn: true });
        if (kinds !== undefined) py.FS.writeFile(`${file}.kinds`, kinds);
        described.columns.push(column);
      }
    } catch (error) {
      described.error = wordsOf(error).slice(0, 200);
    }
    py.FS.writeFile(`${folder}/columns.json`, JSON.stringify(described));
  }

  /**
   * @param {Extract<HostMessage, {type: "adjust"}>} message
   * @param {Send} send
   */
  function adjust({ id, edits }, send) {
    const json = booted().pyimport("sandplot").adjust(edits);
    send({ type: "opened", id, json, frames: null, missed: false });
  }

  /**
   * @param {Extract<HostMessage, {type: "run"}>} message
   * @param {Send} send
   * @param {Output} output
   */
  async function run(message, send, output) {
    const py = booted();
    missed = false;
    for (const { bytes } of message.packs) mount(py, bytes, SITE_PACKAGES);
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
      const node = makeFile(FS, `${folder}/${path}`);
      node.contents = bytes;
      node.usedBytes = bytes.length;
    }
  }

  /**
   * The file, made if there is none. Not by `FS.writeFile`, which looks up and normalises each path several times: for a thousand
   * files that takes longer than everything else a start does with them.
   * @param {any} FS
   * @param {string} path
   */
  function makeFile(FS, path) {
    const end = path.lastIndexOf("/");
    const name = path.slice(end + 1);
    const folder = folderAt(FS, path.slice(0, end));
    return Object.hasOwn(folder.contents, name)
      ? folder.contents[name]
      : folder.node_ops.mknod(folder, name, FILE_MODE, 0);
  }

  /**
   * @param {any} FS
   * @param {string} path
   */
  function folderAt(FS, path) {
    let folder = folders.get(path);
    if (!folder) {
      FS.mkdirTree(path);
      folder = FS.lookupPath(path).node;
      folders.set(path, folder);
    }
    return folder;
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
