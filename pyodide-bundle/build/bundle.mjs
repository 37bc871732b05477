/**
 * manifest.json -> dist/: every file the server hands to a browser, in its two compressed forms, and runtime.json that lists them.
 * The steps are in the files beside this one; here is their order, and what need not be done again.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { BASE_FILES, buildBase } from "./base.mjs";
import { createCompiler } from "./compile.mjs";
import { createCompressor } from "./compress.mjs";
import { buildCore } from "./core.mjs";
import { BuildFailure, runScript } from "./failure.mjs";
import { createFetcher, writeWhole } from "./fetch.mjs";
import { buildFont, fontFile } from "./fonts.mjs";
import { importsOf, importsOfAll } from "./imports.mjs";
import {
  bundleFolder,
  cacheFolder,
  manifestPath,
  nodeModules,
  readManifest,
  SITE_PACKAGES,
  sha256,
} from "./manifest.mjs";
import { decodePack, encodePack, storedZip } from "./pack.mjs";
import { writePlayer } from "./player.mjs";
import { createProgress, megabytes } from "./progress.mjs";
import { buildParquet, buildVega } from "./renderers.mjs";
import { unpackWheel, unpackZip } from "./unpack.mjs";
import { writeVendor } from "./vendor.mjs";

/** @import { Compiler } from "./compile.mjs" */
/** @import { Effort, Forms } from "./compress.mjs" */
/** @import { Manifest, Script } from "./manifest.mjs" */
/** @import { Files } from "./unpack.mjs" */

/**
 * A served file: its identity is known by digest and size, and only its forms are kept.
 *
 * @typedef {{bytes: number, integrity: string[]}} Pieces
 * @typedef {{name: string, bytes: number, sha256: string, pieces?: Pieces, forms: Forms}} Served
 * @typedef {{sha256: string, bytes: number, modules: string[]}} BuiltIndex `modules`: of the standard library, else empty
 */

const STANDARD_LIBRARY = "/lib/python314.zip";
const STANDARD_LIBRARY_FILE = "stdlib.zip";
const PARQUET_FILE = "parquet.js";
const RUNTIME_INPUTS = ["pyodide.asm.mjs", "pyodide.asm.wasm", "pyodide.mjs", "python_stdlib.zip", "pyodide-lock.json"];

/**
 * Of what is checked and put in place piece by piece. As large as can be: each costs a browser a message. But not larger, for then
 * browsers no longer use again for one piece what another took.
 */
const PIECE_BYTES = 896 * 1024;

/** What decides how a compiled file comes out, beside its input and the interpreter. */
const RECIPE_FILES = ["compile.mjs", "pack.mjs", "unpack.mjs"];
/** And what is noted of a package's libraries. */
const IMPORTS_RECIPE_FILES = ["imports.mjs", "unpack.mjs"];
/** And the snapshot, which is made of compiled files. */
const SNAPSHOT_RECIPE_FILES = [
  "wasm.mjs",
  "split.mjs",
  "later.mjs",
  "code.mjs",
  "typical.mjs",
  "calls.mjs",
  "node-worker.mjs",
  "base.mjs",
  "snapshot.mjs",
  "pack.mjs",
];

/** @type {Record<string, string>} */
const TYPES = {
  js: "text/javascript",
  json: "application/json",
  wasm: "application/wasm",
  zip: "application/zip",
  pack: "application/octet-stream",
  memory: "application/octet-stream",
};

/**
 * @param {object} options
 * @param {Manifest} options.manifest
 * @param {string} options.cache
 * @param {string} options.dist
 * @param {string} options.python the folder of the Python side
 * @param {string} options.worker text of the sandbox's worker, which takes the snapshot
 * @param {string} options.modules node_modules
 * @param {string} options.distribution
 */
export async function bundle({ manifest, cache, dist, python, worker, modules, distribution }) {
  const compressor = createCompressor(cache);
  const builtFolder = join(cache, "built");
  mkdirSync(builtFolder, { recursive: true });
  const recipe = recipeDigest(manifest);
  const importsRecipe = textsDigest(IMPORTS_RECIPE_FILES);
  const targets = compiledTargets(manifest).map((target) => {
    const index = join(builtFolder, `${sha256(`${recipe} ${target.name} ${target.digest}`)}.json`);
    const imports = join(builtFolder, `${sha256(`${importsRecipe} ${target.digest}`)}.imports`);
    return { ...target, index, imports, ...readBuilt(target, index, compressor.stored) };
  });
  const missing = targets.filter(({ served, whole }) => !served && !whole);
  const packages = targets.filter(({ name }) => name !== STANDARD_LIBRARY_FILE);
  const unread = packages.filter(({ imports }) => !existsSync(imports));

  // The runtime itself is read every time: it is served, and it is what compiles.
  const ready = Object.values(manifest.renderers).map(({ file }) => file);
  const wheels = Object.values(manifest.fonts).map(({ input }) => input);
  const inputs = [...RUNTIME_INPUTS, ...ready, ...wheels, ...[...missing, ...unread].map(({ input }) => input)];
  const wanted = manifest.inputs.filter(({ name }) => inputs.includes(name));
  const progress = createProgress("fetching", {
    bytes: wanted.reduce((total, { bytes }) => total + bytes, 0),
    files: wanted.length,
  });
  const fetcher = createFetcher({ inputs: manifest.inputs, cache, nodeModules: modules, distribution, progress });
  /** @type {Map<string, Buffer>} */
  const received = new Map();
  try {
    await atOnce(4, wanted, async ({ name }) => {
      received.set(name, await fetcher.obtain(name));
    });
  } finally {
    progress.end();
  }
  /** @param {string} name @returns {Buffer} */
  const input = (name) => {
    const bytes = received.get(name);
    if (!bytes) throw new Error(`${name} was not fetched`);
    return bytes;
  };

  const files = [];
  const building = createProgress("building", {
    bytes: missing.reduce((total, target) => total + input(target.input).length, 0),
    files: missing.length,
  });
  const compiler = missing.length > 0 ? await createCompiler(join(modules, "pyodide")) : null;
  const compressing = [];
  for (const target of targets) {
    if (target.served) files.push(target.served);
    if (target.served || target.whole || !compiler) continue;
    const { bytes, modules: names } = build(target.name, input(target.input), compiler, building.say);
    const remember = () =>
      writeWhole(target.index, JSON.stringify({ sha256: sha256(bytes), bytes: bytes.length, modules: names }));
    if (target.base) {
      writeWhole(wholeName(target.index), bytes);
      remember();
      target.whole = bytes;
      building.finish(target.name, input(target.input).length, megabytes(bytes.length));
      continue;
    }
    compressing.push(
      serve(target.name, bytes).then((served) => {
        remember();
        building.finish(target.name, input(target.input).length, megabytes(served.forms.br.length));
        return served;
      }),
    );
    // Two in hand keep both the compiler and the compressor busy without holding every package in memory.
    if (compressing.length > 1) files.push(await /** @type {Promise<Served>} */ (compressing.shift()));
  }
  files.push(...(await Promise.all(compressing)));
  building.end();

  /** @type {Map<Script, Files>} */
  const fonts = new Map();
  for (const [script, font] of scripts(manifest)) fonts.set(script, await buildFont(script, font, input(font.input)));

  const own = ["whole-code.js", "restore.js", "files-cap.js"].map((name) =>
    readFileSync(join(bundleFolder, "core", name), "utf8"),
  );
  for (const { imports, input: wheel } of unread) {
    writeWhole(imports, JSON.stringify(importsOfAll(unpackWheel(input(wheel)))));
  }
  const imports = packages.flatMap((target) => JSON.parse(readFileSync(target.imports, "utf8")));
  const core = await buildCore(
    { asm: text(input("pyodide.asm.mjs")), loader: text(input("pyodide.mjs")), own: own.join("\n") },
    new Set([...importsOf(input("pyodide.asm.wasm")), ...imports]),
    [worker, readFileSync(join(bundleFolder, "build/snapshot.mjs"), "utf8")],
  );
  const stdlib = whole(STANDARD_LIBRARY_FILE);
  const harness = encodePack(readTree(python));
  const base = await buildBase(
    {
      files: targets
        .filter((target) => target.base && target.name !== STANDARD_LIBRARY_FILE)
        .flatMap(({ name }) => decodePack(whole(name)))
        .concat(fonts.get("latin") ?? []),
      harness,
      core,
      worker,
      wasm: input("pyodide.asm.wasm"),
      stdlib,
      abi: { abi_version: manifest.abi, python: manifest.python },
      modules: Object.keys(manifest.imports),
      recipe: textsDigest(SNAPSHOT_RECIPE_FILES),
    },
    builtFolder,
  );
  const pinned = manifest.snapshot;
  if (pinned?.inputs === base.snapshot.inputs && pinned.sha256 !== base.snapshot.sha256) {
    throw new BuildFailure(
      `the memory snapshot did not come out as it did before from the same inputs\n  expected sha256 ${pinned.sha256}\n  received sha256 ${base.snapshot.sha256}`,
    );
  }
  /** @type {readonly string[]} */
  const memory = BASE_FILES.snapshot.memory;
  const snapshotFiles = Object.values(BASE_FILES.snapshot).flat();
  const serving = [...base.outputs].map(([name, bytes]) =>
    serve(name, bytes, memory.includes(name) ? "memory" : snapshotFiles.includes(name) ? "first" : "later"),
  );
  serving.push(
    serve("pyodide-core.js", core, "first"),
    serve("pyodide.asm.wasm", input("pyodide.asm.wasm")),
    serve(STANDARD_LIBRARY_FILE, stdlib),
    serve("harness.pack", harness),
    serve("plotly.js", input("plotly.js")),
    serve("vega.js", await buildVega(bundleFolder)),
    serve(PARQUET_FILE, await buildParquet(join(bundleFolder, "core/parquet.js"))),
    ...[...fonts].map(([script, made]) => serve(fontFile(script), encodePack(made))),
  );
  files.push(...(await Promise.all(serving)));
  files.sort((a, b) => (a.name < b.name ? -1 : 1));

  const library = targets.find(({ name }) => name === STANDARD_LIBRARY_FILE);
  const runtime = runtimeDescription(manifest, files, library ? readIndex(library.index).modules : [], base.modules);
  writeDist(dist, files, `${JSON.stringify(runtime)}\n`);
  return { runtime, files, built: missing.length + (base.built ? 1 : 0), snapshot: base.snapshot };

  /**
   * @param {string} name
   * @param {Buffer | string} content
   * @param {Effort} [when] it is waited for
   * @returns {Promise<Served>}
   */
  async function serve(name, content, when = "later") {
    const bytes = Buffer.from(content);
    return {
      name,
      bytes: bytes.length,
      sha256: sha256(bytes),
      ...(when === "memory" && { pieces: piecesOf(bytes) }),
      forms: await compressor.compress(bytes, when),
    };
  }

  /** @param {string} name of a compiled file that is kept uncompressed */
  function whole(name) {
    const bytes = targets.find((target) => target.name === name)?.whole;
    if (!bytes) throw new Error(`${name} was not built`);
    return bytes;
  }
}

/**
 * @param {Buffer} bytes
 * @returns {Pieces}
 */
function piecesOf(bytes) {
  const count = Math.ceil(bytes.length / PIECE_BYTES);
  const integrity = Array.from({ length: count }, (_, number) => {
    const piece = bytes.subarray(number * PIECE_BYTES, (number + 1) * PIECE_BYTES);
    return `sha256-${Buffer.from(sha256(piece), "hex").toString("base64")}`;
  });
  return { bytes: PIECE_BYTES, integrity };
}

/** @param {Manifest} manifest */
function recipeDigest(manifest) {
  const interpreter = manifest.inputs.filter(({ name }) => RUNTIME_INPUTS.includes(name)).map((entry) => entry.sha256);
  return sha256([textsDigest(RECIPE_FILES), ...interpreter].join("\n"));
}

/** @param {string[]} names of files of this folder */
function textsDigest(names) {
  return sha256(names.map((name) => readFileSync(join(bundleFolder, "build", name), "utf8")).join("\n"));
}

/** @param {Manifest} manifest */
function compiledTargets(manifest) {
  const digests = new Map(manifest.inputs.map((entry) => [entry.name, entry.sha256]));
  const library = { name: STANDARD_LIBRARY_FILE, input: "python_stdlib.zip", base: true };
  const packages = Object.entries(manifest.packages).map(([name, entry]) => ({
    name: packName(name),
    input: entry.input,
    base: entry.base,
  }));
  return [library, ...packages].map((target) => ({ ...target, digest: digests.get(target.input) ?? "" }));
}

/**
 * @param {Manifest} manifest
 * @returns {[Script, Manifest["fonts"][Script]][]}
 */
function scripts({ fonts }) {
  return /** @type {[Script, Manifest["fonts"][Script]][]} */ (Object.entries(fonts));
}

/** @param {string} name of a package */
function packName(name) {
  return `${name}.pack`;
}

/**
 * What was built before: in its compressed forms, or whole where it is an input of the next step.
 *
 * @param {{name: string, base: boolean}} target
 * @param {string} index
 * @param {(digest: string) => Forms | null} stored
 * @returns {{served: Served | null, whole: Buffer | null}}
 */
function readBuilt({ name, base }, index, stored) {
  if (!existsSync(index)) return { served: null, whole: null };
  const { sha256: digest, bytes } = readIndex(index);
  if (base) {
    const place = wholeName(index);
    const whole = existsSync(place) ? readFileSync(place) : Buffer.alloc(0);
    return { served: null, whole: sha256(whole) === digest ? whole : null };
  }
  const forms = stored(digest);
  return { served: forms && { name, bytes, sha256: digest, forms }, whole: null };
}

/** @param {string} index */
function wholeName(index) {
  return index.replace(/json$/, "whole");
}

/**
 * @param {string} index
 * @returns {BuiltIndex}
 */
function readIndex(index) {
  return JSON.parse(readFileSync(index, "utf8"));
}

/**
 * @param {string} name
 * @param {Buffer} source
 * @param {Compiler} compiler
 * @param {(text: string) => void} say
 */
function build(name, source, compiler, say) {
  const isLibrary = name === STANDARD_LIBRARY_FILE;
  const unpacked = isLibrary ? unpackZip(source) : unpackWheel(source);
  const { files, refused } = compiler.compile(unpacked, isLibrary ? STANDARD_LIBRARY : SITE_PACKAGES);
  for (const path of refused) say(`${name}: ${path} is no Python of this version and stays as it is`);
  return isLibrary
    ? { bytes: storedZip(files), modules: compiler.standardLibrary() }
    : { bytes: encodePack(files), modules: [] };
}

/**
 * @param {Manifest} manifest
 * @param {Served[]} files
 * @param {string[]} modules of the standard library
 * @param {string[]} held top-level names of the modules that the snapshot holds
 */
function runtimeDescription(manifest, files, modules, held) {
  const list = files.map(({ name, bytes, sha256: digest, pieces }) => ({
    name,
    bytes,
    sha256: digest,
    type: TYPES[name.split(".").at(-1) ?? ""] ?? "application/octet-stream",
    ...(pieces && { pieces }),
  }));
  const packages = Object.entries(manifest.packages).map(([name, { version, depends, base }]) => [
    name,
    { version, file: base ? null : packName(name), depends },
  ]);
  const renderers = Object.entries(manifest.renderers).map(([kind, { file, version, package: name }]) => [
    kind,
    { file, version, package: name },
  ]);
  return {
    runtime: manifest.runtime,
    python: manifest.python,
    abi: manifest.abi,
    distribution: manifest.distribution,
    inputs: manifest.inputs.map(({ name, bytes, sha256: digest, sources }) => ({
      name,
      bytes,
      sha256: digest,
      // Pyodide lists other builds of some of the packages that come from the index, under the same names.
      published: sources.some((source) => "distribution" in source),
    })),
    digest: sha256(list.map(({ name, sha256: digest }) => `${name} ${digest}\n`).join("")),
    files: list,
    core: {
      script: "pyodide-core.js",
      wasm: "pyodide.asm.wasm",
      stdlib: STANDARD_LIBRARY_FILE,
      harness: "harness.pack",
    },
    readers: { parquet: PARQUET_FILE },
    fonts: Object.fromEntries(scripts(manifest).map(([script]) => [script, fontFile(script)])),
    base: {
      ...BASE_FILES,
      modules: held.filter((name) => modules.includes(name) || Object.hasOwn(manifest.imports, name)),
    },
    packages: Object.fromEntries(packages),
    imports: manifest.imports,
    hints: manifest.hints,
    stdlib: modules,
    renderers: Object.fromEntries(renderers),
  };
}

/**
 * Only files whose bytes changed are touched: a compiler that embeds the folder looks at times.
 *
 * @param {string} dist
 * @param {Served[]} files
 * @param {string} runtime
 */
function writeDist(dist, files, runtime) {
  const folder = join(dist, "files");
  mkdirSync(folder, { recursive: true });
  const names = new Set();
  for (const { name, forms } of files) {
    for (const [suffix, bytes] of Object.entries(forms)) {
      names.add(`${name}.${suffix}`);
      writeIfChanged(join(folder, `${name}.${suffix}`), bytes);
    }
  }
  for (const name of readdirSync(folder)) if (!names.has(name)) rmSync(join(folder, name), { recursive: true });
  for (const name of readdirSync(dist)) {
    if (name !== "files" && name !== "runtime.json") rmSync(join(dist, name), { recursive: true });
  }
  // Last: it names the others.
  writeIfChanged(join(dist, "runtime.json"), Buffer.from(runtime));
}

/**
 * @param {string} place
 * @param {Buffer} bytes
 */
function writeIfChanged(place, bytes) {
  if (existsSync(place) && readFileSync(place).equals(bytes)) return;
  writeWhole(place, bytes);
}

/**
 * @param {string} root
 * @returns {Files}
 */
function readTree(root) {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".py"))
    .map((entry) => join(entry.path, entry.name))
    .map((place) => ({ path: relative(root, place).replaceAll("\\", "/"), bytes: readFileSync(place) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * The first failure stops every hand before its next item, and is thrown when all have put down what they held.
 *
 * @template T
 * @param {number} hands
 * @param {T[]} items
 * @param {(item: T) => Promise<void>} work
 */
async function atOnce(hands, items, work) {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      try {
        await work(item);
      } catch (error) {
        queue.length = 0;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: hands }, worker));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

/** @param {Buffer} bytes */
function text(bytes) {
  return bytes.toString("utf8");
}

async function main() {
  const started = Date.now();
  await writeVendor(join(bundleFolder, "../static/vendor"));
  await writePlayer();
  const manifest = readManifest();
  const { runtime, files, built, snapshot } = await bundle({
    manifest,
    cache: cacheFolder(),
    dist: join(bundleFolder, "dist"),
    python: join(bundleFolder, "python"),
    worker: readFileSync(join(bundleFolder, "../static/sandbox/worker.js"), "utf8"),
    modules: nodeModules,
    distribution: process.env["SANDPLOT_PYODIDE_URL"] || manifest.distribution,
  });
  if (manifest.snapshot?.inputs !== snapshot.inputs) {
    const isFrozen = process.argv.includes("--frozen");
    if (isFrozen) {
      throw new BuildFailure(
        "manifest.json has no digest of this memory snapshot: run `cargo xtask bundle` and commit it",
      );
    }
    writeWhole(manifestPath, `${JSON.stringify({ ...manifest, snapshot }, null, 2)}\n`);
    console.log(`manifest.json has the digest of a new memory snapshot, ${snapshot.sha256.slice(0, 12)}`);
  }
  /** @param {(file: Served) => number} size */
  const sum = (size) => megabytes(files.reduce((total, file) => total + size(file), 0));
  const { script, harness } = runtime.core;
  const boot = new Set([script, harness, ...Object.values(runtime.base.snapshot).flat()]);
  const bootBytes = files
    .filter(({ name }) => boot.has(name))
    .reduce((total, { forms }) => total + Math.min(forms.br.length, forms.zst.length), 0);
  console.log(
    [
      `bundle ${runtime.digest.slice(0, 12)}: ${files.length} files, ${Object.keys(runtime.packages).length} packages, ${built} built anew`,
      `  ${sum(({ bytes }) => bytes)} unpacked, ${sum(({ forms }) => forms.br.length)} brotli, ${sum(({ forms }) => forms.zst.length)} zstd; the first start takes ${megabytes(bootBytes)}`,
      `  ${((Date.now() - started) / 1000).toFixed(1)} s`,
    ].join("\n"),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await runScript(main);
