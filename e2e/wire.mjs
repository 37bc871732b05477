// Between browser and server: counts what comes over the wire, whatever the browser, and can keep a file from arriving.
import { createServer, request as forward } from "node:http";

/** @param {string} target the server */
export async function startWire(target) {
  const { hostname, port } = new URL(target);
  let bytes = 0;
  /** @type {string | null} */
  let refused = null;
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    if (refused !== null && path.endsWith(`/${refused}`)) return void request.socket.destroy();
    const out = forward({ hostname, port, path, method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on("data", (/** @type {Buffer} */ piece) => {
        bytes += piece.length;
      });
      answer.pipe(response);
      answer.on("error", () => response.destroy());
    });
    out.on("error", () => response.destroy());
    request.pipe(out);
    response.on("error", () => out.destroy());
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${address.port}`,
    /** Bytes of bodies, as they were sent, since it was last asked. */
    taken() {
      const since = bytes;
      bytes = 0;
      return since;
    },
    /** @param {string | null} name of the file that does not arrive from now on */
    refuse(name) {
      refused = name;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
