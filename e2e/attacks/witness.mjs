// Stands between the browser and the server and writes down every request, so that one with a program's token in it, or one that a
// page in no one's hands would not make, is seen. A second one, for the controls, also serves pages without any protection.

import { readFile } from "node:fs/promises";
import { createServer, request as forward } from "node:http";
import { fileURLToPath } from "node:url";
import { packs } from "./packs.mjs";

const TYPES = { html: "text/html", js: "text/javascript", mjs: "text/javascript", wasm: "application/wasm" };
const NODE_MODULES = new URL("../../node_modules/", import.meta.url);
const STATIC = new URL("../../static/", import.meta.url);
const PLAIN = new URL("plain/", import.meta.url);

/** What the unprotected pages are made of. @param {string} path */
function plainFile(path) {
  const [room, ...rest] = path.split("/").filter(Boolean);
  const name = rest.join("/");
  if (name.includes("..")) return null;
  if (room === "plain") return new URL(name, PLAIN);
  if (room === "modules") return new URL(name, NODE_MODULES);
  return null;
}

/**
 * @typedef {{method: string, url: string, headers: string, body: string, at: number}} Seen
 * @param {string} target the server
 * @param {{plain?: boolean, overlay?: boolean}} [options] `overlay` serves the page's own modules from this clone: a change to one can be tried without a build
 */
export async function startWitness(target, { plain = false, overlay = false } = {}) {
  /** @type {Seen[]} */
  const seen = [];
  const { hostname, port } = new URL(target);
  const server = createServer((request, response) => {
    const url = request.url ?? "/";
    /** @type {Seen} */
    const one = {
      method: request.method ?? "",
      url,
      headers: JSON.stringify(request.headers),
      body: "",
      at: Date.now(),
    };
    seen.push(one);
    const own = overlay && /^\/assets\/[^/]+\/((?:app|shared)\/[\w.-]+\.js)$/.exec(url)?.[1];
    if (own) return void serveFile(new URL(own, STATIC), response);
    if (plain && /^\/(plain|modules|packs)\//.test(url)) return void servePlain(url, response);
    const out = forward({ hostname, port, path: url, method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
      answer.on("error", () => response.destroy());
    });
    out.on("error", () => response.destroy());
    request.on("data", (chunk) => {
      one.body += chunk.toString("latin1").slice(0, 4000);
    });
    request.pipe(out);
    response.on("error", () => out.destroy());
  });
  server.on("upgrade", (request, socket) => {
    seen.push({
      method: "UPGRADE",
      url: request.url ?? "",
      headers: JSON.stringify(request.headers),
      body: "",
      at: Date.now(),
    });
    socket.destroy();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  return {
    url,
    seen,
    /** @param {string} token */
    of: (token) => seen.filter((one) => `${one.url} ${one.headers} ${one.body}`.includes(token)),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** @param {URL} file @param {import("node:http").ServerResponse} response */
async function serveFile(file, response) {
  response.setHeader("Content-Type", "text/javascript");
  response.setHeader("Cache-Control", "no-cache");
  response.end(await readFile(fileURLToPath(file)));
}

/** @param {string} url @param {import("node:http").ServerResponse} response */
async function servePlain(url, response) {
  const { pathname, searchParams } = new URL(url, "http://plain");
  try {
    if (pathname.startsWith("/packs/")) {
      response.setHeader("Content-Type", "application/octet-stream");
      return void response.end(packs((searchParams.get("names") ?? "").split(",").filter(Boolean)));
    }
    const file = plainFile(pathname);
    if (!file) throw new Error("none");
    const extension = /** @type {keyof typeof TYPES} */ (pathname.split(".").pop() ?? "");
    response.setHeader("Content-Type", TYPES[extension] ?? "application/octet-stream");
    response.setHeader("Service-Worker-Allowed", "/");
    response.end(await readFile(fileURLToPath(file)));
  } catch {
    response.statusCode = 404;
    response.end();
  }
}
