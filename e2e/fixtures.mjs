// What every spec stands on: a server, and pages that fail a test by themselves when the browser reports a policy violation, an
// error on the console, a request to another host or a request from inside the sandbox.
import { test as base, expect } from "@playwright/test";
import { startServer } from "./server.mjs";

const REPLIES = new URL("fixtures/replies.json", import.meta.url).pathname;

export const test = base.extend({
  /** A server with the scripted model of fixtures/replies.json, one for all tests of a file. */
  server: [
    async ({}, use) => {
      const server = await startServer({ env: { SANDPLOT_MODEL: `scripted:${REPLIES}` } });
      await use(server);
      await server.stop();
    },
    { scope: "worker" },
  ],

  /**
   * Starts a server of a test's own. It outlives the test's page, which would otherwise tell of what it still asked for.
   * @type {(options?: Parameters<typeof startServer>[0]) => ReturnType<typeof startServer>}
   */
  serve: async ({}, use) => {
    /** @type {Awaited<ReturnType<typeof startServer>>[]} */
    const servers = [];
    await use(async (options) => {
      const server = await startServer(options);
      servers.push(server);
      return server;
    });
    for (const server of servers) await server.stop();
  },

  /**
   * A test that provokes console errors on purpose says which: text or pattern of each, in a list of one (Playwright takes a list
   * of two for a value with its options).
   */
  expectedErrors: [[], { option: true }],

  // With `serve`, so that it ends before the servers do.
  page: async ({ page, expectedErrors, serve: _ }, use) => {
    /** @type {string[]} */
    const faults = [];
    page.on("console", (message) => {
      const text = message.text();
      const expected = expectedErrors.some((pattern) =>
        pattern instanceof RegExp ? pattern.test(text) : text.includes(pattern),
      );
      if (message.type() === "error" && !expected) faults.push(`console: ${text}`);
    });
    page.on("pageerror", (error) => faults.push(`uncaught: ${error.message}`));
    /** What was sent, or would have been if the browser had not refused it. @type {Map<import("@playwright/test").Request, string>} */
    const sent = new Map();
    page.on("request", (request) => {
      const url = new URL(request.url());
      const local = url.hostname === "127.0.0.1" || url.protocol === "blob:" || url.protocol === "data:";
      if (!local) sent.set(request, `request to another host: ${url}`);
      // A frame is a navigation of the page's; beyond that, and its worker's blob, the sandbox asks for nothing.
      const inside = request.frame() !== page.mainFrame();
      if (inside && !request.isNavigationRequest() && url.protocol !== "blob:") {
        sent.set(request, `request from the sandbox: ${url}`);
      }
    });
    page.on("requestfailed", (request) => {
      if (request.failure()?.errorText === "csp") sent.delete(request);
    });
    await use(page);
    expect([...faults, ...sent.values()]).toEqual([]);
  },
});

/**
 * Waits for the page to come to rest and tells in what state.
 * @param {import("@playwright/test").Page} page
 * @param {string} state
 */
export async function expectState(page, state) {
  await expect(page.locator("main")).toHaveAttribute("data-state", state);
}

/**
 * The fonts that a document was handed, and how they are: `Sandplot Sans loaded`.
 * @param {import("@playwright/test").Locator} body of a figure's frame
 */
export function facesOf(body) {
  return body.evaluate(({ ownerDocument }) =>
    [...ownerDocument.fonts].map(({ family, status }) => `${family.replaceAll('"', "")} ${status}`),
  );
}

export { expect };
