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
import asyncio, js
from pyodide.http import pyfetch

async def attempt(name, make):
    try:
        value = make()
        if hasattr(value, "__await__") or hasattr(value, "then"):
            await asyncio.wait_for(value, 2)
        print(name, "returned")
    except BaseException as error:
        print(name, "refused", type(error).__name__)

def synchronous(address):
    request = js.XMLHttpRequest.new()
    request.open("GET", address, False)
    request.send()

url = "http://127.0.0.1:PORT/"
scope = js.WorkerGlobalScope.prototype
await attempt("pyfetch", lambda: pyfetch(url + "pyfetch"))
await attempt("fetch", lambda: js.fetch(url + "fetch"))
# What worker.js put in the way is no wall: the browser's own functions are a prototype away.
await attempt("native fetch", lambda: scope.fetch.call(js.self, url + "native"))
await attempt("xhr", lambda: synchronous(url + "xhr"))
await attempt("websocket", lambda: js.WebSocket.new("ws://127.0.0.1:PORT/ws") and None)
await attempt("eventsource", lambda: js.EventSource.new(url + "es") and None)
await attempt("importScripts", lambda: scope.importScripts.call(js.self, url + "is"))
await attempt("nested worker", lambda: js.Worker.new(url + "w.js") and None)
await attempt("eval", lambda: js.eval("import('" + url + "mod.js')"))
await attempt("caches", lambda: js.caches.open("x"))
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
    for (const name of [
      "pyfetch",
      "fetch",
      "native fetch",
      "xhr",
      "importScripts",
      "nested worker",
      "eval",
      "caches",
    ]) {
      expect(printed).toMatch(new RegExp(`^${name} refused`, "m"));
    }
    expect(listener.hits).toBe(1);
    await listener.close();
  });

  test("a program that floods the page is closed, and the next run works", async ({ page, server }) => {
    // With a clock that leaps, the worker no longer gathers what is printed: every line becomes a message.
    const chart = await storeProgram(
      server.url,
      [
        "import js",
        "hours = js.Array.new()",
        "js.performance.now = js.Array.prototype.push.bind(hours, *[0] * 200)",
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
