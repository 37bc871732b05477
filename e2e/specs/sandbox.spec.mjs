// The seal: what a hostile program tries from inside reaches nothing, and a runtime with a wrong byte is not run.
import { createServer } from "node:http";
import { expect, expectState, test } from "../fixtures.mjs";
import { storeProgram } from "../server.mjs";

/** A listener that counts whatever reaches it. */
async function canary() {
  let hits = 0;
  const listener = createServer((_, response) => {
    hits += 1;
    response.setHeader("Access-Control-Allow-Origin", "*");
    response.end("seen");
  });
  listener.on("upgrade", (_, socket) => {
    hits += 1;
    socket.destroy();
  });
  await new Promise((resolve) => listener.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = listener.address();
  return {
    port: typeof address === "object" ? address?.port : 0,
    get hits() {
      return hits;
    },
    close: () => new Promise((resolve) => listener.close(resolve)),
  };
}

const TRIES = `
import js, asyncio
from pyodide.code import run_js
from pyodide.http import pyfetch

async def attempt(name, make):
    try:
        value = make()
        if hasattr(value, "__await__") or hasattr(value, "then"):
            await asyncio.wait_for(value, 2)
        print(name, "returned")
    except BaseException as error:
        print(name, "refused", type(error).__name__)

url = "http://127.0.0.1:PORT/"
prototype_fetch = "Object.getPrototypeOf(Object.getPrototypeOf(self)).fetch.call(self, '" + url + "', {mode: 'no-cors'})"
await attempt("pyfetch", lambda: pyfetch(url + "pyfetch"))
await attempt("js.fetch", lambda: js.fetch(url + "fetch"))
await attempt("native fetch", lambda: run_js(prototype_fetch))
await attempt("xhr", lambda: run_js("const x = new XMLHttpRequest(); x.open('GET', '" + url + "xhr', false); x.send(); x.status"))
await attempt("websocket", lambda: run_js("new WebSocket('ws://127.0.0.1:PORT/ws'); undefined"))
await attempt("eventsource", lambda: run_js("new EventSource('" + url + "es'); undefined"))
await attempt("importScripts", lambda: run_js("WorkerGlobalScope.prototype.importScripts.call(self, '" + url + "is')"))
await attempt("dynamic import", lambda: run_js("import('" + url + "mod.js')"))
await attempt("nested worker", lambda: run_js("new Worker('" + url + "w.js'); undefined"))
await attempt("indexedDB", lambda: run_js("indexedDB.open('x'); undefined"))
await attempt("caches", lambda: run_js("caches.open('x')"))
await asyncio.sleep(1)
print("done")
`;

test.describe("attempts from inside", () => {
  // The browser reports each refused attempt on the console: that is the proof, not a fault.
  test.use({
    expectedErrors: [/Content Security Policy|Refused to|violates|Failed to load|net::ERR|Connection-Allowlist/i],
  });

  test("no way of connecting reaches a listener on this machine", async ({ page, server }) => {
    const listener = await canary();
    // The listener works: the same request from outside the sandbox is counted.
    await fetch(`http://127.0.0.1:${listener.port}/control`);
    expect(listener.hits).toBe(1);
    const chart = await storeProgram(server.url, TRIES.replaceAll("PORT", String(listener.port)));
    await page.goto(server.url + chart.url);
    await expectState(page, "shown");
    const printed = await page.getByTestId("stdout").textContent();
    expect(printed).toContain("done");
    expect(printed).toContain("pyfetch refused");
    expect(printed).toContain("importScripts refused");
    expect(printed).toContain("nested worker refused");
    expect(listener.hits).toBe(1);
    await listener.close();
  });

  test("a program that floods the page is closed, and the next run works", async ({ page, server }) => {
    // With a clock that leaps, the worker no longer gathers what is printed: every line becomes a message.
    const chart = await storeProgram(
      server.url,
      [
        "from pyodide.code import run_js",
        "run_js('performance.now = (() => { let t = 0; return () => (t += 1000); })()')",
        "for i in range(20000):",
        "    print(i, flush=True)",
      ].join("\n"),
    );
    await page.goto(server.url + chart.url);
    await expectState(page, "failed");
    await expect(page.getByTestId("error")).toContainText("sandbox was closed");
    await page.getByTestId("program").fill("print('fine again')");
    await page.getByTestId("run").click();
    await expectState(page, "shown");
    await expect(page.getByTestId("stdout")).toHaveText("fine again");
  });
});

test.describe("a changed runtime", () => {
  test.use({ expectedErrors: [/integrity/i, /Failed to (load|find a valid digest)/i] });

  test("one wrong byte in a file, and nothing runs and the file is named", async ({ page, server }) => {
    await page.route(/\/runtime\/[0-9a-f]{64}\/numpy\.pack$/, async (route) => {
      if (route.request().method() === "HEAD") return route.continue();
      const response = await route.fetch();
      const body = Buffer.from(await response.body());
      body[body.length >> 1] ^= 1;
      const headers = response.headers();
      delete headers["content-encoding"];
      delete headers["content-length"];
      await route.fulfill({ status: 200, headers, body });
    });
    const chart = await storeProgram(server.url, "print('must not run')");
    await page.goto(server.url + chart.url);
    await expectState(page, "failed");
    await expect(page.getByTestId("error")).toContainText("numpy.pack");
    await expect(page.getByText("must not run", { exact: true })).toHaveCount(0);
  });
});

test("the frame is sealed: an opaque origin without any permission", async ({ page, server }) => {
  await page.goto(server.url);
  const frame = page.locator("iframe").first();
  await expect(frame).toHaveAttribute("sandbox", "allow-scripts");
  await expect(frame).toHaveAttribute("allow", "");
  const origin = await (await frame.elementHandle())
    ?.contentFrame()
    .then((inside) => inside?.evaluate(() => self.origin));
  expect(origin).toBe("null");
});
