// Stands between the browser and the server and writes down every request, so that one with a program's token in it, or one that a
// page in no one's hands would not make, is seen. A second one, for the controls, also serves pages without any protection.

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { startProxy } from "../proxy.mjs";
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
  /** @param {import("../proxy.mjs").Request} request @param {string} [method] @returns {Seen} */
  const note = ({ method: said = "", url = "/", headers }, method = said) => {
    const one = { method, url, headers: JSON.stringify(headers), body: "", at: Date.now() };
    seen.push(one);
    return one;
  };
  const proxy = await startProxy(target, {
    answers(request, response) {
      const one = note(request);
      const own = overlay && /^\/assets\/[^/]+\/((?:app|shared)\/[\w.-]+\.js)$/.exec(one.url)?.[1];
      const isPlain = plain && /^\/(plain|modules|packs)\//.test(one.url);
      if (own) serveFile(new URL(own, STATIC), response);
      else if (isPlain) servePlain(one.url, response);
      else
        request.on("data", (chunk) => {
          one.body += chunk.toString("latin1").slice(0, 4000);
        });
      return Boolean(own) || isPlain;
    },
    onUpgrade(request, socket) {
      note(request, "UPGRADE");
      socket.destroy();
    },
  });
  return {
    ...proxy,
    seen,
    /** @param {string} token */
    of: (token) => seen.filter((one) => `${one.url} ${one.headers} ${one.body}`.includes(token)),
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
