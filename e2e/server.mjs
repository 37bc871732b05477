// Starts the release binary as an operator would, and stores programs over its API.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const BINARY = process.env.SANDPLOT_BINARY;

/**
 * Starts the server on a free port, with nothing of this process's environment.
 * @param {{env?: Record<string, string>, dataDir?: string}} [options]
 */
export async function startServer({ env = {}, dataDir } = {}) {
  if (!BINARY) throw new Error("SANDPLOT_BINARY names no server: run the tests by `cargo xtask test`");
  const folder = dataDir ?? (await mkdtemp(join(tmpdir(), "sandplot-test-")));
  const child = spawn(BINARY, [], {
    cwd: folder,
    // An Ollama on the machine of the tests is none of their business, and a test that wants a model says which.
    env: {
      SANDPLOT_LISTEN: "127.0.0.1:0",
      SANDPLOT_DATA_DIR: folder,
      OLLAMA_HOST: "127.0.0.1:9",
      SANDPLOT_MODEL: "none",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  child.stderr.on("data", (data) => {
    log += data;
  });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const url = await new Promise((resolve, reject) => {
    exited.then((status) => reject(new Error(`the server ended with ${status}: ${log}`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const found = /^listening on (http:\/\/\S+)$/.exec(line);
      if (found) resolve(found[1]);
    });
  });
  return {
    url,
    dataDir: folder,
    /** What it wrote to its log so far. */
    get log() {
      return log;
    },
    /** @param {NodeJS.Signals} [signal] */
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      await exited;
      if (!dataDir) await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Stores a program and gives the address of its page.
 * @param {string} url of the server
 * @param {string} program
 * @param {object} [more] `question`, `profile`, `parent`
 * @returns {Promise<{id: string, url: string, program: string}>}
 */
export async function storeProgram(url, program, more = {}) {
  const response = await fetch(`${url}/api/v1/charts`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ program, ...more }),
  });
  if (response.status !== 201)
    throw new Error(`the program was not stored: ${response.status} ${await response.text()}`);
  return response.json();
}
