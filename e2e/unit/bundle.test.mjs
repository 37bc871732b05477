// The bundle: pinning, fetching (from a server that resumes, breaks off and lies), packing, and whether what was built imports.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { brotliDecompressSync } from "node:zlib";
import { Zstd } from "@hpcc-js/wasm-zstd";
import { strToU8, unzipSync, zipSync } from "fflate";
import { loadPyodide } from "pyodide";
import { BASE_PACKS } from "../../pyodide-bundle/build/base.mjs";
import { createCompiler } from "../../pyodide-bundle/build/compile.mjs";
import { createCompressor } from "../../pyodide-bundle/build/compress.mjs";
import { BuildFailure, WrongBytes } from "../../pyodide-bundle/build/failure.mjs";
import { createFetcher } from "../../pyodide-bundle/build/fetch.mjs";
import { bundleFolder, nodeModules, readManifest, sha256 } from "../../pyodide-bundle/build/manifest.mjs";
import { decodePack, encodePack, storedZip } from "../../pyodide-bundle/build/pack.mjs";
import { lockClosure, withDependencies } from "../../pyodide-bundle/build/pin.mjs";
import { downloadWithPip, wheelTags } from "../../pyodide-bundle/build/pip.mjs";
import { createProgress } from "../../pyodide-bundle/build/progress.mjs";
import { topLevelModules, unpackWheel } from "../../pyodide-bundle/build/unpack.mjs";

/** @import { Input, Source } from "../../pyodide-bundle/build/manifest.mjs" */

const LARGE = 2_000_000;
const ZSTD_MAGIC = 0xfd2fb528;
const BYTES = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7) % 251));

/** @type {string} */
let folder;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "sandplot-bundle-"));
});
after(() => rmSync(folder, { recursive: true }));

describe("pinning", () => {
  const entry = (/** @type {string[]} */ ...depends) => ({ version: "1", file_name: "f.whl", sha256: "", depends });
  const lock = { plot: entry("array", "font_tools"), array: entry(), "font-tools": entry("array"), other: entry() };

  test("takes what is wanted and all it needs, however its name is written, and nothing else", () => {
    assert.deepEqual([...lockClosure({ plot: {} }, lock).keys()].sort(), ["array", "font-tools", "plot"]);
  });

  test("leaves out a dependency the wish says it does without", () => {
    const closure = lockClosure({ plot: { without: ["font-tools"] } }, lock);
    assert.deepEqual(
      [...closure],
      [
        ["plot", ["array"]],
        ["array", []],
      ],
    );
  });

  test("names what neither list has", () => {
    assert.throws(() => lockClosure({ missing: {} }, lock), /missing is wanted/);
    assert.throws(() => withDependencies(["a"], { a: { depends: ["b"] } }), /b is needed/);
  });

  test("asks pip for exactly one wheel", () => {
    assert.deepEqual(wheelTags("six-1.17.0-py2.py3-none-any.whl").slice(-2), ["--abi", "none"]);
    const tags = wheelTags("markupsafe-3.0.3-cp314-cp314-manylinux2014_x86_64.manylinux_2_17_x86_64.whl").join(" ");
    assert.match(
      tags,
      /--platform manylinux2014_x86_64 --platform manylinux_2_17_x86_64 .*--implementation cp --abi cp314/,
    );
    assert.throws(() => wheelTags("six-1.17.0.tar.gz"), BuildFailure);
  });

  test("the committed manifest holds together", () => {
    const manifest = readManifest();
    const inputs = new Map(manifest.inputs.map((input) => [input.name, input]));
    assert.equal(inputs.size, manifest.inputs.length);
    for (const { name, sha256: digest, bytes, sources } of manifest.inputs) {
      assert.match(digest, /^[0-9a-f]{64}$/, name);
      assert.ok(bytes > 0 && sources.length > 0, name);
      for (const source of sources) if ("archive" in source) assert.ok(inputs.has(source.archive), name);
    }
    for (const [name, { input, depends, base }] of Object.entries(manifest.packages)) {
      assert.ok(inputs.has(input), name);
      for (const needed of depends) {
        assert.ok(manifest.packages[needed], `${name} needs ${needed}`);
        assert.ok(!base || manifest.packages[needed]?.base, `${name} is mounted at boot and needs ${needed}`);
      }
    }
    for (const name of Object.values(manifest.imports)) assert.ok(manifest.packages[name], name);
    for (const hint of manifest.hints) assert.ok(manifest.packages[hint.package], hint.package);
    for (const { package: name } of Object.values(manifest.renderers)) assert.ok(manifest.packages[name], name);
    for (const { input } of Object.values(manifest.fonts)) assert.ok(inputs.has(input), input);
  });
});

describe("fetching", () => {
  /** @type {{path: string, range: string | undefined}[]} */
  const requests = [];
  /** @type {import("node:http").Server} */
  let server;
  let base = "";

  before(async () => {
    server = createServer((request, response) => {
      const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? "");
      const start = Number(range?.[1] ?? 0);
      requests.push({ path: request.url ?? "", range: request.headers.range });
      const body = BYTES.subarray(start);
      switch (request.url) {
        case "/good":
        case "/again":
          response.writeHead(range ? 206 : 200, { "content-length": body.length }).end(body);
          break;
        case "/wrong":
          response.end(Buffer.concat([BYTES.subarray(0, -1), Buffer.of(0)]));
          break;
        case "/broken":
          // Says how much there is, sends a part and hangs up; whoever comes back for the rest gets it.
          response.writeHead(range ? 206 : 200, { "content-length": body.length });
          if (range) response.end(body);
          else response.write(BYTES.subarray(0, 60_000), () => setTimeout(() => response.destroy(), 50));
          break;
        default:
          response.writeHead(404).end();
      }
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
    const address = server.address();
    base = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  /** @param {Source[]} sources @returns {Input} */
  const input = (...sources) => ({ name: "file.whl", bytes: BYTES.length, sha256: sha256(BYTES), sources });

  /**
   * @param {string} cache
   * @param {Input[]} inputs
   * @param {Partial<Parameters<typeof createFetcher>[0]>} [more]
   */
  function fetcher(cache, inputs, more = {}) {
    /** @type {string[]} */
    const said = [];
    const out = { write: (/** @type {string} */ text) => said.push(text) };
    const progress = createProgress("fetching", { bytes: 0, files: inputs.length }, out);
    const options = { inputs, cache: join(folder, cache), nodeModules, distribution: base, progress, ...more };
    return { obtain: createFetcher(options).obtain, said };
  }

  /** @param {string} cache */
  const left = (cache) => ["inputs", "partial"].flatMap((part) => readdirSync(join(folder, cache, part)));

  test("a file comes once; a fresh run takes it from the cache", async () => {
    const first = fetcher("once", [input({ distribution: "good" })]);
    assert.ok((await first.obtain("file.whl")).equals(BYTES));
    const count = requests.length;
    const second = fetcher("once", [input({ distribution: "good" })]);
    assert.ok((await second.obtain("file.whl")).equals(BYTES));
    assert.equal(requests.length, count);
    assert.match(second.said.join(""), /file\.whl .*cached/);
  });

  test("a damaged cache entry is seen and fetched again", async () => {
    await fetcher("damaged", [input({ distribution: "good" })]).obtain("file.whl");
    const place = join(folder, "damaged/inputs", sha256(BYTES));
    const damaged = Buffer.from(BYTES);
    damaged[5000] = 255;
    writeFileSync(place, damaged);
    const { obtain, said } = fetcher("damaged", [input({ distribution: "good" })]);
    assert.ok((await obtain("file.whl")).equals(BYTES));
    assert.match(said.join(""), /damaged, fetching it again/);
    assert.ok(readFileSync(place).equals(BYTES));
  });

  test("a wrong byte stops the build, names the file and both digests, and leaves nothing", async () => {
    const { obtain } = fetcher("wrong", [input({ distribution: "wrong" }, { distribution: "good" })]);
    const received = sha256(Buffer.concat([BYTES.subarray(0, -1), Buffer.of(0)]));
    await assert.rejects(obtain("file.whl"), (error) => {
      assert.ok(error instanceof WrongBytes);
      for (const part of ["file.whl", sha256(BYTES), received]) assert.ok(error.message.includes(part), error.message);
      return true;
    });
    assert.deepEqual(left("wrong"), []);
  });

  test("wrong bytes from pip are told the same way", async () => {
    const { obtain } = fetcher("wrong-pip", [input({ pip: "file==1" })], {
      pip: async () => Buffer.from("something else"),
    });
    await assert.rejects(obtain("file.whl"), WrongBytes);
    assert.deepEqual(left("wrong-pip"), []);
  });

  test("a download that broke off is gone on with, not begun again", async () => {
    const broken = fetcher("resume", [input({ distribution: "broken" })]);
    await assert.rejects(broken.obtain("file.whl"), /no source has it[^]*broke off after 60000 of 100000 bytes/);
    assert.ok((await fetcher("resume", [input({ distribution: "broken" })]).obtain("file.whl")).equals(BYTES));
    assert.equal(requests.at(-1)?.range, "bytes=60000-");
    assert.deepEqual(left("resume"), [sha256(BYTES)]);
  });

  test("a source without the file is passed over for the next", async () => {
    const { obtain } = fetcher("next", [input({ distribution: "absent" }, { distribution: "good" })]);
    assert.ok((await obtain("file.whl")).equals(BYTES));
  });

  test("a distribution that cannot be reached is tried once", async () => {
    const second = { ...input({ distribution: "good" }, { pip: "b==1" }), name: "b.whl" };
    const { obtain, said } = fetcher("unreachable", [input({ distribution: "good" }, { pip: "a==1" }), second], {
      // Nobody listens on the discard port.
      distribution: "http://127.0.0.1:9/",
      pip: async () => BYTES,
    });
    await obtain("file.whl");
    rmSync(join(folder, "unreachable/inputs"), { recursive: true });
    mkdirSync(join(folder, "unreachable/inputs"));
    await obtain("b.whl");
    assert.equal(said.filter((line) => line.includes("unreachable")).length, 1);
  });

  test("a silent distribution counts as unreachable", async () => {
    const silent = createServer(() => undefined);
    await new Promise((resolve) => silent.listen(0, "127.0.0.1", () => resolve(undefined)));
    const address = silent.address();
    const { obtain, said } = fetcher("silent", [input({ distribution: "good" }, { pip: "a==1" })], {
      distribution: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/`,
      connectMilliseconds: 100,
      pip: async () => BYTES,
    });
    assert.ok((await obtain("file.whl")).equals(BYTES));
    assert.match(said.join(""), /unreachable \(no answer in time\)/);
    silent.closeAllConnections();
    silent.close();
  });

  test("a member of another input is taken out and checked like any file", async () => {
    const archive = Buffer.from(zipSync({ "wheels/file.whl": BYTES, "wheels/bad.whl": strToU8("bad") }));
    const outer = { name: "all.whl", bytes: archive.length, sha256: sha256(archive), sources: [{ pip: "all==1" }] };
    const member = (/** @type {string} */ path) => input({ archive: "all.whl", member: path });
    const pip = async () => archive;
    const good = fetcher("archive", [outer, member("wheels/file.whl")], { pip });
    assert.ok((await good.obtain("file.whl")).equals(BYTES));
    await assert.rejects(
      fetcher("archive-bad", [outer, member("wheels/bad.whl")], { pip }).obtain("file.whl"),
      WrongBytes,
    );
    await assert.rejects(fetcher("archive-none", [outer, member("no")], { pip }).obtain("file.whl"), /holds no no/);
  });

  test("without pip there is one clear line", async () => {
    const commands = [
      ["no-such-pip"],
      [process.execPath, "-e", "console.error('No module named pip'); process.exit(1)"],
    ];
    const asked = downloadWithPip("six==1.17.0", "six-1.17.0-py2.py3-none-any.whl", {
      folder,
      onBytes: () => undefined,
      commands,
    });
    await assert.rejects(asked, (error) => {
      assert.ok(error instanceof BuildFailure);
      assert.match(error.message, /^pip is missing: install it with `[^\n]+$/);
      return true;
    });
  });

  test("a terminal gets one bar, anything else a line a file", () => {
    let bar = "";
    const live = createProgress(
      "fetching",
      { bytes: 200_000, files: 2 },
      { isTTY: true, columns: 200, write: (text) => (bar += text) },
    );
    live.advance(50_000);
    live.finish("a.whl", 100_000, "cached");
    assert.ok(!bar.includes("\n"));
    assert.match(bar, /0\.1 MB of 0\.2 MB, 1 of 2 files a\.whl$/);
  });
});

describe("packing", () => {
  const wheel = zipSync({
    "thing/__init__.py": strToU8("VALUE = 1\n"),
    "thing/tests/test_it.py": strToU8(""),
    "thing/core.pyx": strToU8(""),
    "thing/stubs.pyi": strToU8(""),
    "thing/_fast.cpython-314-x86_64-linux-gnu.so": strToU8("\x7fELF"),
    "thing/_fast.cpython-314-wasm32-emscripten.so": Uint8Array.of(0, 0x61, 0x73, 0x6d, 1),
    "thing/data.csv": strToU8("a,b\n"),
    "single.py": strToU8(""),
    "_private.py": strToU8(""),
    "thing-1.0.data/purelib/extra/__init__.py": strToU8(""),
    "thing-1.0.data/data/share/jupyter/big.js": strToU8(""),
    "thing-1.0.dist-info/METADATA": strToU8("Name: thing\n"),
    "thing-1.0.dist-info/RECORD": strToU8(""),
    "thing-1.0.dist-info/licenses/LICENSE": strToU8("free"),
    "thing.libs/libother.so": Uint8Array.of(0, 0x61, 0x73, 0x6d, 1),
  });

  test("a wheel loses what no browser needs and keeps names, licences and libraries", () => {
    assert.deepEqual(
      unpackWheel(wheel).map(({ path }) => path),
      [
        "_private.py",
        "extra/__init__.py",
        "single.py",
        "thing-1.0.dist-info/METADATA",
        "thing-1.0.dist-info/licenses/LICENSE",
        "thing.libs/libother.so",
        "thing/__init__.py",
        "thing/_fast.cpython-314-wasm32-emscripten.so",
        "thing/data.csv",
      ],
    );
    assert.deepEqual(topLevelModules(unpackWheel(wheel)), ["extra", "single", "thing"]);
  });

  test("a pack gives back what went in, and is the same for the same files", () => {
    const files = unpackWheel(wheel);
    const pack = encodePack(files);
    assert.deepEqual(
      decodePack(pack).map(({ path, bytes }) => [path, Buffer.from(bytes).toString()]),
      files.map(({ path, bytes }) => [path, Buffer.from(bytes).toString()]),
    );
    assert.ok(encodePack(unpackWheel(wheel)).equals(pack));
    assert.throws(() => decodePack(pack.subarray(0, -1)), /whose list says/);
  });

  test("a stored zip is readable, not deflated, and the same each time", () => {
    const files = [{ path: "a/b.py", bytes: strToU8("x".repeat(1000)) }];
    const zip = storedZip(files);
    assert.deepEqual(unzipSync(zip)["a/b.py"], files[0]?.bytes);
    assert.ok(zip.length > 1000);
    assert.ok(storedZip(files).equals(zip));
  });

  test("both forms give the bytes back; a damaged form is made again", async () => {
    const cache = join(folder, "forms");
    const { br, zst } = await createCompressor(cache).compress(BYTES);
    assert.ok(brotliDecompressSync(br).equals(BYTES));
    assert.ok(Buffer.from((await Zstd.load()).decompress(zst)).equals(BYTES));
    const digest = sha256(BYTES);
    assert.ok(createCompressor(cache).stored(digest));
    const [settings = ""] = readdirSync(join(cache, "forms"));
    writeFileSync(join(cache, "forms", settings, `${digest}.zst`), "damaged");
    assert.equal(createCompressor(cache).stored(digest), null);
    assert.ok((await createCompressor(cache).compress(BYTES)).zst.equals(zst));
  });

  test("what is compiled needs no source, is the same each time, and a template stays as it is", async () => {
    const source =
      "NAMES = {'a', 'b', 'c'}\nasync def run(x: int = 1):\n    'Docs.'\n    assert x\n    return f'{x!r}' in {'d', 'e', 'f'}\n";
    const files = [
      { path: "thing/__init__.py", bytes: strToU8(source) },
      { path: "thing/template.py", bytes: strToU8("class {{name}}: pass\n") },
    ];
    const pyodideFolder = join(nodeModules, "pyodide");
    const first = (await createCompiler(pyodideFolder)).compile(files, "/site");
    const compiler = await createCompiler(pyodideFolder);
    compiler.compile([{ path: "other.py", bytes: strToU8("NAMES = run = x = {'d', 'e'}\n") }], "/site");
    const second = compiler.compile(files, "/site");
    assert.deepEqual(first.refused, ["thing/template.py"]);
    assert.deepEqual(
      first.files.map(({ path }) => path),
      ["thing/__init__.pyc", "thing/template.py"],
    );
    assert.deepEqual(second.files, first.files);

    const python = await loadPyodide();
    python.FS.mkdirTree("/site/thing");
    for (const { path, bytes } of first.files) python.FS.writeFile(`/site/${path}`, bytes);
    const answer = python.runPython(`
import sys
sys.path.insert(0, "/site")
import thing
sorted(thing.NAMES) == ["a", "b", "c"] and thing.run.__doc__ == "Docs." and thing.run.__code__.co_filename`);
    assert.equal(answer, "/site/thing/__init__.py");
  });
});

/** @param {string} file a pack of the built bundle */
function readPacked(file) {
  return decodePack(brotliDecompressSync(readFileSync(join(bundleFolder, "dist/files", `${file}.br`))));
}

describe("the built bundle", () => {
  const dist = join(bundleFolder, "dist");
  const site = "/lib/python3.14/site-packages";
  const runtime = JSON.parse(readFileSync(join(dist, "runtime.json"), "utf8"));

  test("every listed file has both forms of the bytes it says, and nothing else is there", async () => {
    const zstd = await Zstd.load();
    const expected = [];
    for (const { name, bytes, sha256: digest } of runtime.files) {
      expected.push(`${name}.br`, `${name}.zst`);
      const br = brotliDecompressSync(readFileSync(join(dist, "files", `${name}.br`)));
      assert.deepEqual([br.length, sha256(br)], [bytes, digest], `${name}.br`);
      const zst = readFileSync(join(dist, "files", `${name}.zst`));
      // Undone by WebAssembly, the largest would take half a minute; they come out of the same function as the small ones.
      if (bytes < LARGE) assert.equal(sha256(zstd.decompress(zst)), digest, `${name}.zst`);
      else assert.equal(zst.readUInt32LE(), ZSTD_MAGIC, `${name}.zst`);
    }
    assert.deepEqual(readdirSync(join(dist, "files")).sort(), expected.sort());
    assert.deepEqual(readdirSync(dist).sort(), ["files", "runtime.json"]);
    const lines = runtime.files.map(
      (/** @type {{name: string, sha256: string}} */ file) => `${file.name} ${file.sha256}\n`,
    );
    assert.equal(runtime.digest, sha256(lines.sort().join("")));
  });

  test("the Vega-Lite that is served is the one altair writes for", async () => {
    const schema = readPacked("altair.pack").find(({ path }) => path === "altair/vegalite/v6/schema/__init__.pyc");
    assert.ok(Buffer.from(schema?.bytes ?? []).includes(`v${runtime.renderers.vega.version}`));
  });

  /** @param {boolean} all or only what is there at boot */
  async function start(all) {
    const library = join(folder, "stdlib.zip");
    if (!existsSync(library))
      writeFileSync(library, brotliDecompressSync(readFileSync(join(dist, "files/stdlib.zip.br"))));
    const python = await loadPyodide({
      stdLibURL: library,
      lockFileContents: {
        info: {
          version: runtime.runtime,
          abi_version: runtime.abi,
          python: runtime.python,
          arch: "wasm32",
          platform: "emscripten",
        },
        packages: {},
      },
      env: { MPLBACKEND: "agg", HOME: "/home/pyodide" },
    });
    const packages = Object.keys(runtime.packages).filter((name) => all || runtime.packages[name].file === null);
    const packs = [
      ...BASE_PACKS,
      ...packages.map((name) => runtime.packages[name].file).filter((file) => file !== null),
    ];
    for (const { path, bytes } of packs.flatMap(readPacked)) {
      python.FS.mkdirTree(dirname(`${site}/${path}`));
      python.FS.writeFile(`${site}/${path}`, bytes);
    }
    python.runPython("import importlib; importlib.invalidate_caches()");
    return { python, modules: Object.keys(runtime.imports).filter((name) => packages.includes(runtime.imports[name])) };
  }

  test("what is there at boot imports, plots and knows time zones without the rest", async () => {
    const { python, modules } = await start(false);
    for (const name of modules) python.runPython(`import ${name}`);
    python.runPython(`
import io, matplotlib.pyplot as plt, pandas as pd
axes = pd.DataFrame({"x": pd.date_range("2024-03-30", periods=3, tz="Europe/Berlin"), "y": [1, 2, 3]}).plot(x="x")
for kind in ("png", "svg"):
    axes.figure.savefig(io.BytesIO(), format=kind)
`);
  });

  test("every module it names imports, and packages do what they are there for without the files that were left out", async () => {
    const { python, modules } = await start(true);
    assert.equal(modules.length, Object.keys(runtime.imports).length);
    python.runPython("import warnings; warnings.simplefilter('ignore')");
    for (const name of [...modules, ...runtime.stdlib]) python.runPython(`import ${name}`);
    for (const name of ["csv", "json", "sqlite3", "zoneinfo", "asyncio"])
      assert.ok(runtime.stdlib.includes(name), name);
    for (const name of ["tkinter", "antigravity", "numpy"]) assert.ok(!runtime.stdlib.includes(name), name);
    python.runPython(`
import importlib.metadata, io, json
import pandas as pd, matplotlib.pyplot as plt
frame = pd.DataFrame({"a": [1, 2, 3, 5], "b": [3.0, 1.5, 2.0, 4.0], "c": list("xyxy")})

import plotly.express, plotly.figure_factory, plotly.graph_objects, plotly.io
assert importlib.metadata.version("plotly")
assert json.loads(plotly.express.scatter(frame, x="a", y="b", color="c").to_json())["data"]
assert len(plotly.express.data.gapminder())
frame.plot(backend="plotly", x="a", y="b")

import altair
assert altair.Chart(frame).mark_bar().encode(x="a:Q", y="b:Q").to_dict()["mark"]

import seaborn
seaborn.clustermap(frame[["a", "b"]])
seaborn.kdeplot(frame["b"])

import sklearn.cluster, sklearn.datasets, sklearn.ensemble, sklearn.linear_model
sklearn.linear_model.LinearRegression().fit(frame[["a"]], frame["b"])
sklearn.ensemble.RandomForestClassifier(3).fit(*sklearn.datasets.load_iris(return_X_y=True))

import scipy.optimize, scipy.signal, scipy.stats
assert abs(scipy.optimize.brentq(lambda x: x - 1, 0, 3) - 1) < 1e-9
import sympy
assert str(sympy.integrate(sympy.Symbol("x"))) == "x**2/2"

for engine in ("openpyxl", "xlsxwriter"):
    book = io.BytesIO()
    frame.to_excel(book, engine=engine, index=False)
    assert pd.read_excel(book).equals(frame)
assert len(pd.read_html(io.StringIO("<table><tr><th>a</th></tr><tr><td>1</td></tr></table>"))) == 1
assert "|" in frame.to_markdown()
assert "<table" in frame.style.background_gradient(subset=["b"]).to_html()

import networkx, squarify
graph = networkx.karate_club_graph()
networkx.draw(graph, networkx.kamada_kawai_layout(graph))
networkx.pagerank(graph)
squarify.plot([1, 2, 3])
plt.savefig(io.BytesIO(), format="pdf")
`);
  });
});
