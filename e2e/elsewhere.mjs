// Charts outside of the app: another site that shows what it is given, and a record of everything that a page asks for.
import { createServer } from "node:http";

/**
 * A site of its own, as far as a browser is concerned: `localhost` is another one than 127.0.0.1, where the servers under test are.
 * @param {(path: string) => string} page HTML of a path
 */
export async function startSite(page) {
  const server = createServer((request, response) => {
    response.setHeader("content-type", "text/html; charset=utf-8").end(page(request.url ?? "/"));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://localhost:${port}`,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/**
 * Addresses that anything in a page asked for, with those of its frames and workers, but for what stays in the browser.
 * @param {import("@playwright/test").BrowserContext} context
 */
export function watch(context) {
  /** @type {string[]} */
  const asked = [];
  context.on("request", (request) => {
    if (!/^(blob|data|about):/.test(request.url())) asked.push(request.url());
  });
  return asked;
}
