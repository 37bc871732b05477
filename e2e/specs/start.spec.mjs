// How Python starts: restored from its snapshot, with what it lacks at first, and without the snapshot where that does not work;
// and that a program cannot tell the two apart by what it computes.
import { expect, expectState, test } from "../fixtures.mjs";
import { storeProgram } from "../server.mjs";

test.use({ expectedErrors: [/starts Python without its memory snapshot|Failed to load resource|ERR_FAILED/] });

const PLOT = "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2])\nprint('drawn')";

/** @param {import("@playwright/test").Page} page @param {string} file */
const breakFile = (page, file) => page.route(`**/runtime/*/${file}`, (route) => route.abort());

test("Python is restored, and what it began without is there when a program opens it", async ({ page, server }) => {
  /** @type {string[]} */
  const fetched = [];
  page.on("request", (request) => fetched.push(request.url().split("/").pop() ?? ""));
  // The rest is held back until the program has been tried without it.
  let release = () => {};
  const held = new Promise((resolve) => {
    release = () => resolve(undefined);
  });
  await page.route("**/runtime/*/base-rest.pack", async (route) => {
    await held;
    await route.continue();
  });
  const program = [
    "import importlib",
    "try:",
    "    thing = importlib.import_module('numpy.f2py')",
    "    print('found', thing.__name__)",
    "except ImportError:",
    "    print('pretended to be missing')",
    "print(importlib.import_module('sched').__name__)",
  ].join("\n");
  const chart = await storeProgram(server.url, program);
  await page.goto(server.url + chart.url);
  await expect.poll(() => fetched.includes("base-rest.pack"), { timeout: 60_000 }).toBe(true);
  release();
  await expectState(page, "shown");
  await expect(page.getByTestId("stdout")).toHaveText("found numpy.f2py\nsched\n");
  expect(fetched).toContain("memory-3.bin");
  expect(fetched).not.toContain("base-imported.pack");
  await expect(page.getByTestId("seal-fallback")).toBeHidden();
});

for (const [file, how] of [
  ["memory-3.bin", "does not arrive"],
  ["snapshot.json", "does not fit"],
]) {
  test(`without a snapshot (${file} ${how}) Python boots, and the page says so`, async ({ page, server }) => {
    if (how === "does not arrive") await breakFile(page, file);
    // The digest of an empty description is what the page is told, so only restoring can find out that it is none.
    else await describeEmpty(page, file);
    const chart = await storeProgram(server.url, PLOT);
    await page.goto(server.url + chart.url);
    await expectState(page, "shown");
    await expect(page.getByTestId("figure")).toBeVisible();
    await page.getByTestId("seal").locator("summary").first().click();
    await expect(page.getByTestId("seal-fallback")).toContainText("without its memory snapshot");
    // And so does every later run of this page, without another try.
    await page.getByTestId("run").click();
    await expectState(page, "shown");
  });
}

/**
 * @param {import("@playwright/test").Page} page
 * @param {string} file
 */
async function describeEmpty(page, file) {
  const empty = "{}";
  const digest = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
  await page.route("**/charts/*", async (route) => {
    const response = await route.fetch();
    const text = await response.text();
    const changed = text.replace(
      new RegExp(`("name":"${file}"[^}]*"sha256":")[0-9a-f]{64}|("sha256":")[0-9a-f]{64}("[^}]*"name":"${file}")`),
      (_all, first, second, third) => (first ? `${first}${digest}` : `${second}${digest}${third}`),
    );
    expect(changed).not.toBe(text);
    await route.fulfill({ response, body: changed });
  });
  await page.route(`**/runtime/${digest}/*`, (route) =>
    route.fulfill({ body: empty, contentType: "application/json" }),
  );
}

/** Prints one line for each of some hundred results; what may differ between any two runs is left out. */
const SAME = `
import hashlib, inspect, io, json, locale, math, os, platform, re, sys, time, traceback, warnings
import matplotlib, matplotlib.pyplot as plt
import numpy as np, pandas as pd

def say(name, value):
    text = re.sub(r" at 0x[0-9a-f]+", "", repr(value))
    print(name, text if len(text) < 100 else hashlib.sha256(text.encode()).hexdigest())

say("platform", (sys.version, sys.platform, platform.machine(), sys.flags.hash_randomization, sys.path[1:], sys.getrecursionlimit()))
for name, value in sorted(os.environ.items()):
    say(f"environment {name}", value)
say("locale", (locale.getlocale(), time.tzname, os.getcwd(), sorted(os.listdir("."))))
say("hash", (hash("a"), hash((1, "b")), {"x", "y", "z"}))
for name in sorted(vars(math)):
    call = getattr(math, name)
    for given in ((0.5,), (2.0,), (7,), (0.5, 2.0), (12, 8)):
        try:
            say(f"math.{name}{given}", call(*given))
        except Exception as error:
            say(f"math.{name}{given}", type(error).__name__)
grid = np.arange(1, 25, dtype=float).reshape(4, 6)
for name in sorted(dir(np)):
    call = getattr(np, name)
    if name.startswith("_") or not isinstance(call, np.ufunc) or call.nin > 2:
        continue
    with np.errstate(all="ignore"):
        try:
            say(f"np.{name}", np.asarray(call(*[grid] * call.nin)).tolist())
        except (TypeError, ValueError) as error:
            say(f"np.{name}", str(error)[:80])
for name in ("det", "inv", "svd", "qr", "eigvals", "pinv", "cond"):
    say(f"linalg.{name}", str(getattr(np.linalg, name)(grid[:, :4] + np.eye(4))))
say("fft", np.fft.fft(grid[0]).round(9).tolist())
say("generator", np.random.default_rng(5).normal(size=20).tolist())
frame = pd.DataFrame({"day": pd.date_range("2024-03-30", periods=40, tz="Europe/Berlin"), "n": np.arange(40) % 7,
                      "x": np.sin(np.arange(40)), "kind": list("abcd") * 10})
for name in sorted(set(dir(frame)) - {"plot", "style", "hist", "boxplot", "sample", "attrs", "flags", "T", "values"}):
    call = getattr(frame, name)
    if name.startswith(("_", "to_")) or not callable(call):
        continue
    try:
        say(f"frame.{name}", str(call()))
    except Exception as error:
        say(f"frame.{name}", (type(error).__name__, str(error)[:80]))
for name in ("mean", "sum", "count", "std", "first", "nunique", "median", "cumsum", "rank", "size", "ngroup"):
    say(f"group.{name}", str(getattr(frame.drop(columns="day").groupby("kind"), name)()))
for name in ("sum", "mean", "ohlc"):
    say(f"resample.{name}", str(getattr(frame.set_index("day")["x"].resample("W"), name)()))
say("csv", pd.read_csv(io.StringIO(frame.to_csv())).to_json())
for kind in ("png", "svg", "pdf"):
    matplotlib.rcParams["svg.hashsalt"] = "same"
    figure, axes = plt.subplots(figsize=(3, 2))
    frame.plot(x="day", y="x", ax=axes, title="$\\\\alpha^2 + \\\\frac{1}{2}$ ÄÖÜ Ελλ Кир")
    out = io.BytesIO()
    figure.savefig(out, format=kind, metadata={"Date": None} if kind == "svg" else {"CreationDate": None} if kind == "pdf" else {})
    plt.close(figure)
    say(f"figure.{kind}", out.getvalue())

def deep(n):
    return deep(n + 1)

for title, act in {
    "recursion": lambda: deep(0),
    "memory": lambda: bytearray(1 << 40),
    "grows": lambda: len(np.ones(30_000_000)),
    "input": lambda: input("?"),
    "thread": lambda: __import__("threading").Thread(target=print).start(),
    "process": lambda: __import__("subprocess").run(["ls"]),
    "socket": lambda: __import__("urllib.request").request.urlopen("http://127.0.0.1:1/", timeout=1),
    "source": lambda: inspect.getsource(pd.DataFrame.describe),
    "document": lambda: len(np.mean.__doc__),
    "pandas": lambda: frame["none"],
    "exit": lambda: sys.exit(3),
}.items():
    try:
        say(title, act())
    except BaseException as error:
        places = [(f.filename.rsplit("/", 2)[-1], f.lineno, f.name, f.line) for f in traceback.extract_tb(error.__traceback__)][-3:]
        say(title, (type(error).__name__, str(error)[:60], places if title != "recursion" else None))
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    np.log(np.zeros(1))
    say("warnings", [(w.category.__name__, str(w.message)) for w in seen])
print("end")
`;

test("a second visit starts from what the browser keeps unpacked, and believes none of it", async ({
  page,
  server,
}) => {
  const names = async () => (await keptBy(page)).sort();
  await page.goto(server.url);
  await expect.poll(names, { timeout: 60_000 }).toContain("base-data.pack");
  const kept = await names();
  expect(kept).toEqual(expect.arrayContaining(["pyodide-core.js", "start.wasm", "memory-1.bin", "snapshot.json"]));
  const chart = await storeProgram(server.url, PLOT);
  /** @type {string[]} */
  let fetched = [];
  page.on("request", (request) => {
    const name = request.url().includes("/runtime/") ? request.url().split("/").pop() : undefined;
    if (name && kept.includes(name)) fetched.push(name);
  });
  // A file that a busy disk does not open in two seconds comes from the server as well: another visit tells that from a fault.
  for (let visit = 1; visit === 1 || (visit <= 4 && fetched.length > 1); visit += 1) {
    await spoilKept(page, "memory-2.bin", visit);
    fetched = [];
    await page.goto(server.url + chart.url);
    await expectState(page, "shown");
    await expect(page.getByTestId("figure")).toBeVisible();
    await expect(page.getByTestId("seal-fallback")).toBeHidden();
    expect(fetched).toContain("memory-2.bin");
    await expect.poll(names, { timeout: 60_000 }).toEqual(kept);
  }
  expect(fetched).toEqual(["memory-2.bin"]);
});

test("what the browser keeps of the runtime the page does not hold: each interpreter reads it anew", async ({
  page,
  server,
}) => {
  await page.goto(server.url);
  await expect.poll(() => keptBy(page), { timeout: 60_000 }).toContain("base-data.pack");
  const worker = page.workers().find((worker) => worker.url().endsWith("/runtime-worker.js"));
  if (!worker) throw new Error("the page has no worker for the runtime's files");
  await worker.evaluate(() => {
    const handle = /** @type {any} */ (globalThis).FileSystemSyncAccessHandle.prototype;
    const { read } = handle;
    Object.assign(globalThis, { reads: 0 });
    handle.read = function (/** @type {unknown[]} */ ...asked) {
      /** @type {any} */ (globalThis).reads += 1;
      return read.apply(this, asked);
    };
  });
  // The last file may have been written a moment ago.
  await page.waitForTimeout(1000);
  await page.getByTestId("program").fill("print('again')");
  await page.getByTestId("run").click();
  await expect(page.getByTestId("stdout")).toHaveText("again", { timeout: 60_000 });
  await expect
    .poll(() => worker.evaluate(() => /** @type {any} */ (globalThis).reads), { timeout: 60_000 })
    .toBeGreaterThanOrEqual(10);
});

test("a restored interpreter computes what a booted one does", async ({ browser, server }) => {
  test.setTimeout(240_000);
  const chart = await storeProgram(server.url, SAME);
  /** @param {boolean} restores */
  const outputOf = async (restores) => {
    const context = await browser.newContext();
    const page = await context.newPage();
    if (!restores) await breakFile(page, "memory-3.bin");
    await page.goto(server.url + chart.url);
    await expect(page.getByTestId("stdout")).toContainText("\nend\n", { timeout: 120_000 });
    const lines = ((await page.getByTestId("stdout").textContent()) ?? "").split("\n");
    await expect(page.getByTestId("seal-fallback")).toHaveCount(1);
    expect(await page.getByTestId("seal-fallback").evaluate((note) => /** @type {HTMLElement} */ (note).hidden)).toBe(
      restores,
    );
    await context.close();
    return lines;
  };
  const restored = await outputOf(true);
  const booted = await outputOf(false);
  expect(restored.length).toBeGreaterThan(300);
  expect(restored.filter((line, number) => line !== booted[number])).toEqual([]);
  expect(restored.length).toBe(booted.length);
});

test("no two interpreters draw the same random numbers", async ({ page, server }) => {
  const program =
    "import random, tempfile, uuid, numpy as np\nprint(random.random(), np.random.rand(), np.random.default_rng().random(), uuid.uuid4(), tempfile.mktemp())";
  const chart = await storeProgram(server.url, program);
  await page.goto(server.url + chart.url);
  await expectState(page, "shown");
  const first = ((await page.getByTestId("stdout").textContent()) ?? "").split(" ");
  await page.getByTestId("run").click();
  await expect(page.getByTestId("stdout")).not.toHaveText(first.join(" "), { timeout: 60_000 });
  await expectState(page, "shown");
  const second = ((await page.getByTestId("stdout").textContent()) ?? "").split(" ");
  expect(first.length).toBe(5);
  for (const number of first) expect(second).not.toContain(number);
});

/** What a chart drawn before it could have left. */
const LEFT = `
import linecache, sys, warnings
import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
print(sorted(sys.modules))
print(dict(mpl.rcParams))
print(plt.get_fignums(), plt.figure().number, sorted(linecache.cache), sorted(globals()), warnings.filters)
print(mpl.units.registry.keys(), mpl.colormaps, sys.path, sys.argv, sys.meta_path.__len__())
`;

test("a page that waits has a chart drawn for nobody, and no program finds a trace of it", async ({ page, server }) => {
  await page.goto(server.url);
  const [waited, asked] = await page.evaluate(async (program) => {
    const data = JSON.parse(document.getElementById("page-data")?.textContent ?? "{}");
    const main = document.querySelector('script[type="module"][src]')?.getAttribute("src") ?? "";
    const { createSandbox } = await import(new URL("sandbox.js", new URL(main, location.href)).href);
    const outputs = [];
    for (const waits of [true, false]) {
      performance.clearMarks("sandplot:warm");
      const sandbox = createSandbox(data);
      sandbox.prepare();
      while (waits && performance.getEntriesByName("sandplot:warm").length === 0)
        await new Promise((resolve) => setTimeout(resolve, 50));
      outputs.push(await sandbox.run(program).then((/** @type {any} */ result) => result.stdout));
      if (!waits && performance.getEntriesByName("sandplot:warm").length > 0) throw new Error("it did not run at once");
      sandbox.dispose();
    }
    return outputs;
  }, LEFT);
  expect(waited.length).toBeGreaterThan(5000);
  expect(waited).toBe(asked);
});

/**
 * One more wrong byte at each visit, and a file that no version of the server knows.
 * @param {import("@playwright/test").Page} page
 * @param {string} file
 * @param {number} visit
 */
async function spoilKept(page, file, visit) {
  const isSpoilt = () =>
    page.evaluate(
      async ({ file, visit }) => {
        const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("sandplot-runtime");
        await folder.getFileHandle("of-another-version.bin", { create: true });
        for await (const [name, entry] of folder.entries()) {
          if (!name.endsWith(file)) continue;
          const handle = /** @type {FileSystemFileHandle} */ (entry);
          const bytes = new Uint8Array(await (await handle.getFile()).arrayBuffer());
          const place = 1_000_000 + visit;
          bytes[place] = (bytes[place] ?? 0) ^ 1;
          // Locked while the page writes it.
          const writable = await handle.createWritable().catch(() => null);
          await writable?.write(bytes);
          await writable?.close();
          return writable !== null;
        }
        throw new Error(`the browser does not keep ${file}`);
      },
      { file, visit },
    );
  await expect.poll(isSpoilt, { timeout: 60_000 }).toBe(true);
}

/** Names of the runtime's files that the browser keeps unpacked. @param {import("@playwright/test").Page} page @returns {Promise<string[]>} */
function keptBy(page) {
  return page.evaluate(async () => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("sandplot-runtime", {
      create: true,
    });
    const names = [];
    for await (const name of folder.keys()) names.push(decodeURIComponent(name).split("/").pop() ?? "");
    return names;
  });
}
