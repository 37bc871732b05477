// Between a browser and the server: passes everything on, and lets the one who started it look, answer instead, or change what comes
// back. What is made of that is told in wire.mjs, in attacks/witness.mjs and in the spec of tampered files.
import { createServer, request as forward } from "node:http";
import { createServer as createListener } from "node:net";

/**
 * @typedef {import("node:http").IncomingMessage} Request
 * @typedef {import("node:http").ServerResponse} Response
 *
 * @typedef {object} Hooks
 * @property {(request: Request, response: Response) => boolean} [answers] sees each request first; true: it has answered, and
 *   nothing is passed on
 * @property {(request: Request) => ((body: Buffer) => Buffer) | null} [changes] what becomes of the whole body of the answer
 * @property {(piece: Buffer) => void} [onPiece] each piece of a body on its way to the browser, as it was sent
 * @property {(request: Request, socket: import("node:stream").Duplex) => void} [onUpgrade]
 */

/** @param {string} target the server @param {Hooks} [hooks] */
export async function startProxy(target, { answers, changes, onPiece, onUpgrade } = {}) {
  const { hostname, port } = new URL(target);
  const server = createServer((request, response) => {
    if (answers?.(request, response)) return;
    const change = changes?.(request) ?? null;
    const headers = { ...request.headers, ...(change && { "accept-encoding": "identity" }) };
    const options = { hostname, port, path: request.url, method: request.method, headers };
    const out = forward(options, async (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on("error", () => response.destroy());
      if (change) return void response.end(change(Buffer.concat(await answer.toArray())));
      if (onPiece) answer.on("data", onPiece);
      answer.pipe(response);
    });
    out.on("error", () => response.destroy());
    response.on("error", () => out.destroy());
    request.pipe(out);
  });
  if (onUpgrade) server.on("upgrade", onUpgrade);
  const { url } = await listen(server);
  return {
    url,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** @param {import("node:net").Server} server @returns {Promise<{port: number, url: string}>} on loopback, where there is room */
async function listen(server) {
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve(undefined));
  });
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { port, url: `http://127.0.0.1:${port}` };
}

/** For a server that is not ours, and takes a number only. @returns {Promise<number>} */
export async function freePort() {
  const server = createListener();
  const { port } = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
