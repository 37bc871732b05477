// A bare llama.cpp server, for what is measured beside one or tested against a real one: `startModelServer(weights, threads)`.
//
// As a program it runs another one meanwhile, and ends as that does: `node e2e/model-server.mjs FILE -- COMMAND ...`. FILE lies in
// the models of the cache folder; SANDPLOT_TEST_SERVER tells the command where the server is.
import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freePort } from "./proxy.mjs";

const PACKAGE = "xllamacpp==2026.10.11549";

/** Where weights and tools are kept from one run to the next. @param {Record<string, string | undefined>} environment */
export function cacheFolder(environment = process.env) {
  return join(environment.XDG_CACHE_HOME || join(homedir(), ".cache"), "sandplot");
}

/** @param {string} weights @param {number} threads @returns {Promise<{port: number, stop(): Promise<void>}>} */
export async function startModelServer(weights, threads) {
  const python = await llamaCpp();
  const port = await freePort();
  const script = fileURLToPath(new URL("model-server.py", import.meta.url));
  const child = spawn(python, [script, weights, String(port), String(threads)], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  await new Promise((resolve, reject) => {
    exited.then(() => reject(new Error("the llama.cpp server ended")));
    createInterface({ input: child.stdout }).on("line", (line) => line === "ready" && resolve(null));
  });
  return {
    port,
    async stop() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** A virtual environment with llama.cpp's server in it; its Python. */
async function llamaCpp() {
  const run = promisify(execFile);
  const home = join(cacheFolder(), "llama-venv");
  const program = join(home, "bin", "python");
  if (!existsSync(program)) await run("python3", ["-m", "venv", home]);
  const has = await run(program, ["-c", "import xllamacpp"]).then(
    () => true,
    () => false,
  );
  if (!has) await run(program, ["-m", "pip", "install", "--quiet", PACKAGE]);
  return program;
}

async function main() {
  const [file = "", , command = "", ...words] = process.argv.slice(2);
  const server = await startModelServer(join(cacheFolder(), "models", file), 2);
  const env = { ...process.env, SANDPLOT_TEST_SERVER: `http://127.0.0.1:${server.port}/v1` };
  const child = spawn(command, words, { stdio: "inherit", env });
  const code = await new Promise((resolve, reject) => child.once("exit", resolve).once("error", reject));
  await server.stop();
  process.exit(code ?? 1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
