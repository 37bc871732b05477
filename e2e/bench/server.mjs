// How fast the server hands out what everybody asks for, beside nginx with the same bytes, and what it holds in memory for each
// question under way: `cargo xtask bench server [--seconds N] [--runs N] [--streams N]`.
//
// nginx is given files: the page as the server rendered it, the runtime file as it travels (zstd) and unpacked. The load comes from
// wrk, in turn, so that a busy moment of the machine falls on both.
import { execFile, spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { freePort } from "../proxy.mjs";
import { startServer } from "../server.mjs";
import { memoryOfChildren } from "./memory.mjs";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "8" },
    runs: { type: "string", default: "7" },
    streams: { type: "string", default: "2000" },
  },
});
const RUNS = Number(values.runs);
const STREAMS = Number(values.streams);
const CLIENTS = 32;

for (const tool of ["nginx", "wrk"]) {
  if (spawnSync(tool, ["-v"]).error) throw new Error(`${tool} is missing: run \`apt-get install nginx-light wrk\``);
}
const folder = await mkdtemp(join(tmpdir(), "sandplot-bench-"));
const sandplot = await startServer({
  env: { SANDPLOT_MODEL: `scripted:${await patientModel()}`, SANDPLOT_CONNECTIONS: String(STREAMS + 100) },
});
const subjects = await readSubjects();
const nginx = await startNginx();
await comparison();
await streams();
nginx.stop();
await sandplot.stop();
await rm(folder, { recursive: true, force: true });
process.exit();

/** @typedef {{title: string, path: string, encoding: string, file: string}} Subject */

/** @returns {Promise<Subject[]>} */
async function readSubjects() {
  const page = await (await fetch(sandplot.url)).text();
  const description = /<script[^>]*id="page-data"[^>]*>(.*?)<\/script>/s.exec(page)?.[1] ?? "{}";
  const { runtime, runtimeBase } = JSON.parse(description);
  /** @type {{name: string, bytes: number, sha256: string}[]} */
  const files = runtime.files;
  const about = (/** @type {{bytes: number}} */ file) => Math.abs(file.bytes - 20e6);
  const [file] = files.sort((a, b) => about(a) - about(b));
  if (!file) throw new Error("the page names no runtime file");
  const path = `${runtimeBase}/${file.sha256}/${file.name}`;
  const size = (file.bytes / 1e6).toFixed(0);
  const all = [
    { title: "the page", path: "/", encoding: "zstd", file: "page" },
    { title: `${file.name}, as it travels`, path, encoding: "zstd", file: "packed" },
    { title: `${file.name}, ${size} MB unpacked`, path, encoding: "identity", file: "unpacked" },
  ];
  for (const { path, encoding, file } of all) await writeFile(join(folder, file), await bodyOf(path, encoding));
  return all;
}

/** As it is sent: `fetch` would unpack it. @param {string} path @param {string} encoding @returns {Promise<Buffer>} */
function bodyOf(path, encoding) {
  return new Promise((resolve, reject) => {
    request(`${sandplot.url}${path}`, { headers: { "Accept-Encoding": encoding } }, async (response) => {
      const pieces = [];
      for await (const piece of response) pieces.push(piece);
      resolve(Buffer.concat(pieces));
    })
      .on("error", reject)
      .end();
  });
}

async function startNginx() {
  const port = await freePort();
  const configuration = join(folder, "nginx.conf");
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path ${join(folder, kind)};`,
  );
  await writeFile(
    configuration,
    `daemon off; pid ${join(folder, "pid")}; worker_processes auto; error_log ${join(folder, "errors")};
    events { worker_connections 1024; }
    http {
      ${temporary.join(" ")}
      access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; default_type application/octet-stream; open_file_cache max=100;
      server { listen 127.0.0.1:${port}; root ${folder}; }
    }`,
  );
  // As root its workers would be another user, who may not look into the folder.
  const user = process.getuid?.() === 0 ? ["-g", "user root;"] : [];
  const child = spawn("nginx", ["-c", configuration, ...user], { stdio: "inherit" });
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 100; tries += 1) {
    if (
      await fetch(`${url}/page`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { url, stop: () => child.kill() };
}

async function comparison() {
  console.log(`| what | server | requests/s | of nginx | p99 ms |\n|---|---|---|---|---|`);
  for (const { title, path, encoding, file } of subjects) {
    /** @type {Record<"nginx" | "sandplot", {rate: number, p99: number}[]>} */
    const loads = { nginx: [], sandplot: [] };
    for (let run = 0; run < RUNS; run += 1) {
      loads.nginx.push(await load(`${nginx.url}/${file}`, encoding));
      loads.sandplot.push(await load(`${sandplot.url}${path}`, encoding));
    }
    const of = (/** @type {"nginx" | "sandplot"} */ name, /** @type {"rate" | "p99"} */ what) =>
      loads[name].map((one) => one[what]).sort((a, b) => a - b)[RUNS >> 1] ?? Number.NaN;
    for (const name of /** @type {const} */ (["nginx", "sandplot"])) {
      const share = of(name, "rate") / of("nginx", "rate");
      console.log(
        `| ${title} | ${name} | ${of(name, "rate").toFixed(0)} | ${share.toFixed(2)} | ${of(name, "p99").toFixed(1)} |`,
      );
    }
  }
}

/** @param {string} url @param {string} encoding */
async function load(url, encoding) {
  const { stdout } = await promisify(execFile)("wrk", [
    ...["--threads", "1", "--connections", String(CLIENTS), "--duration", `${values.seconds}s`, "--latency"],
    ...["--timeout", "30s", "--header", `Accept-Encoding: ${encoding}`, url],
  ]);
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`${url}:\n${stdout}`);
  const rate = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
  const [, amount, unit] = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout) ?? [];
  const p99 = Number(amount) * ({ us: 0.001, ms: 1, s: 1000 }[unit ?? ""] ?? Number.NaN);
  return { rate, p99 };
}

/** A model that takes its time, so that all questions are under way at once. @returns {Promise<string>} its file */
async function patientModel() {
  const file = join(folder, "replies.json");
  const reply = "```python\nprint(1)\n```";
  await writeFile(file, JSON.stringify({ replies: [{ when: "", reply, chunks: 10, delayMs: 60_000 }] }));
  return file;
}

async function streams() {
  const held = () => memoryOfChildren((command) => command === "sandplot");
  const before = held();
  const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
  const body = JSON.stringify({ question: "How many rows are there?" });
  const headers = { "Content-Type": "application/json", Accept: "text/event-stream", "Content-Length": body.length };
  /** @type {Promise<number | undefined>[]} */
  const opened = [];
  for (let number = 0; number < STREAMS; number += 1) {
    opened.push(
      new Promise((resolve, reject) => {
        const asked = request(`${sandplot.url}/api/v1/charts`, { method: "POST", agent, headers }, (response) => {
          response.resume();
          response.on("error", () => {});
          resolve(response.statusCode);
        });
        asked.on("error", reject);
        asked.end(body);
      }),
    );
    if (opened.length % 100 === 0) await Promise.all(opened);
  }
  const odd = (await Promise.all(opened)).filter((status) => status !== 200);
  if (odd.length > 0) throw new Error(`${odd.length} streams were not opened: ${odd[0]}`);
  const during = held();
  agent.destroy();
  const each = ((during - before) / STREAMS / 1000).toFixed(1);
  console.log(
    `\n${STREAMS} event streams: ${(before / 1e6).toFixed(0)} MB before, ${(during / 1e6).toFixed(0)} MB while all are open, ${each} kB each`,
  );
}
