// WebKit as Debian ships it: WebKitGTK's small browser over WebDriver, on a display of its own that nobody sees.
import { execFile, spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Builder, Capabilities, error } from "selenium-webdriver";
import { freePort } from "../proxy.mjs";
import { within } from "./chromium.mjs";

const DRIVER = () => process.env.WEBKIT_DRIVER || "/usr/bin/WebKitWebDriver";
const DISPLAY = "/usr/bin/Xvfb";
const MOUSE = "/usr/bin/xdotool";

const run = promisify(execFile);

/** Below one of these, by the machine's kind, lies the browser that the driver starts. */
const LIBRARIES = "/usr/lib";

/** @returns {string | undefined} */
function browserPath() {
  for (const kind of readdirSync(LIBRARIES).filter((name) => name.includes("-linux-"))) {
    for (const version of ["4.1", "4.0"]) {
      const path = join(LIBRARIES, kind, `webkit2gtk-${version}`, "MiniBrowser");
      if (existsSync(path)) return path;
    }
  }
  return undefined;
}

/** Where WebKit's browser is, if its driver, a display and a mouse are there too. */
export const find = () => ([DRIVER(), DISPLAY, MOUSE].every((path) => existsSync(path)) ? browserPath() : undefined);

/** How often a page is asked whether what was begun in it has ended, in milliseconds. */
const PACE = 40;

/** @returns {Promise<import("./chromium.mjs").Browser>} */
export async function launch() {
  const binary = find();
  if (!binary)
    throw new Error(
      "WebKit is missing: run `apt-get install webkit2gtk-driver xvfb xdotool`, or set WEBKIT_DRIVER to the path of one",
    );
  const display = await startDisplay();
  /** @type {(() => Promise<void>)[]} */
  const open = [];
  let version = "";
  const one = async () => {
    const session = await startSession(display.name, binary);
    open.push(session.close);
    version ||= session.version;
    return session.profile;
  };
  // The version is known only from a browser that runs.
  const first = await one();
  /** @type {import("./chromium.mjs").Profile | undefined} */
  let ready = first;
  return {
    name: "webkit",
    version,
    // One window at a time is in front, and WebDriver speaks to one at a time.
    lanes: 1,
    async profile() {
      const profile = ready ?? (await one());
      ready = undefined;
      return profile;
    },
    async close() {
      for (const close of open) await close();
      display.stop();
    },
  };
}

/** @returns {Promise<{name: string, stop: () => void}>} */
async function startDisplay() {
  const server = spawn(DISPLAY, ["-displayfd", "3", "-screen", "0", "1400x1100x24", "-nolisten", "tcp"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  const number = await new Promise((resolve, reject) => {
    server.on("error", reject);
    server.on("exit", (code) => reject(new Error(`${DISPLAY} ended with ${code}`)));
    /** @type {import("node:stream").Readable} */ (server.stdio[3]).once("data", (bytes) =>
      resolve(String(bytes).trim()),
    );
  });
  return { name: `:${number}`, stop: () => server.kill() };
}

/** A driver, and the one browser that it starts: its storage is its own and ends with it. @param {string} display @param {string} binary */
async function startSession(display, binary) {
  const port = await freePort();
  const service = spawn(DRIVER(), ["--host=127.0.0.1", `--port=${port}`], {
    stdio: "ignore",
    // In a namespace of our own, and as root, WebKit cannot make its own sandbox for what it starts.
    env: {
      ...process.env,
      DISPLAY: display,
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
      LIBGL_ALWAYS_SOFTWARE: "1",
    },
  });
  await listening(port);
  const driver = await new Builder()
    .usingServer(`http://127.0.0.1:${port}/`)
    .disableEnvironmentOverrides()
    .withCapabilities(
      new Capabilities({
        browserName: "MiniBrowser",
        pageLoadStrategy: "eager",
        unhandledPromptBehavior: "dismiss and notify",
        "webkitgtk:browserOptions": {
          binary,
          // As a person's browser has it: without these the controls for windows and names are silent.
          args: ["--automation", "--javascript-can-open-windows-automatically=true", "--enable-dns-prefetching=true"],
        },
      }),
    )
    .build();
  await driver.manage().setTimeouts({ script: 600_000, pageLoad: 120_000 });
  const version = (await driver.getCapabilities()).getBrowserVersion() ?? "";
  const close = async () => {
    await within(driver.quit(), 10, "quit").catch(() => {});
    service.kill("SIGKILL");
  };
  return { version, close, profile: profileOf(driver, display, close) };
}

/**
 * @param {import("selenium-webdriver").WebDriver} driver
 * @param {string} display
 * @param {() => Promise<void>} close
 * @returns {import("./chromium.mjs").Profile}
 */
function profileOf(driver, display, close) {
  /** @type {string[]} */
  const odd = [];
  let isBlankTaken = false;
  /** What is asked of the driver comes in turns: it knows one window at a time. @type {Promise<unknown>} */
  let turn = Promise.resolve();
  /** @template T @param {string} handle @param {() => Promise<T>} ask @returns {Promise<T>} */
  const inWindow = (handle, ask) => {
    const asked = turn.then(async () => {
      await driver.switchTo().window(handle);
      return await ask();
    });
    turn = asked.catch(() => {});
    return asked;
  };
  return {
    odd,
    windows: () => {
      const asked = turn.then(async () => (await driver.getAllWindowHandles()).length);
      turn = asked.catch(() => {});
      return asked;
    },
    close,
    async open() {
      const made = turn.then(async () => {
        if (isBlankTaken) await driver.switchTo().newWindow("tab");
        isBlankTaken = true;
        const handle = await driver.getWindowHandle();
        await driver
          .manage()
          .window()
          .setRect({ x: 0, y: 0, width: 1280, height: 1000 })
          .catch(() => {});
        return handle;
      });
      turn = made.catch(() => {});
      const handle = await made;
      const page = {
        crashed: false,
        goto: (/** @type {string} */ url) => meet(() => driver.get(url)),
        evaluate: (/** @type {string} */ expression, /** @type {number} */ seconds = 60) =>
          within(evaluate(meet, driver, expression), seconds, expression),
        // With the display's own mouse: the driver never answers for a click that something in a frame takes.
        click: (/** @type {number} */ x, /** @type {number} */ y) =>
          meet(async () => {
            const [left, top] = /** @type {[number, number]} */ (
              await driver.executeScript(
                "return [screenX + outerWidth - innerWidth, screenY + outerHeight - innerHeight]",
              )
            );
            const at = [left + x, top + y].map((pixels) => String(Math.round(pixels)));
            await run(MOUSE, ["mousemove", ...at, "click", "1"], { env: { ...process.env, DISPLAY: display } });
          }),
        front: () => meet(async () => {}),
        // Whatever is asked next is asked of a window, and not of the closed one.
        close: () =>
          meet(async () => {
            const [left] = await driver.close();
            if (left) await driver.switchTo().window(left);
          }),
      };
      /** @template T @param {() => Promise<T>} ask @returns {Promise<T>} */
      async function meet(ask) {
        try {
          return await inWindow(handle, ask);
        } catch (thrown) {
          if (thrown instanceof error.UnexpectedAlertOpenError) {
            odd.push(`dialog: ${thrown.message}`);
            return await inWindow(handle, ask);
          }
          if (thrown instanceof error.NoSuchWindowError) page.crashed = true;
          throw thrown;
        }
      }
      return page;
    },
  };
}

/**
 * Begins an expression and asks for its end in turns, so that several may be on their way.
 * @param {<T>(ask: () => Promise<T>) => Promise<T>} meet
 * @param {import("selenium-webdriver").WebDriver} driver
 * @param {string} expression
 */
async function evaluate(meet, driver, expression) {
  const begin = `
    const all = (window.__asked ??= new Map());
    const one = { ended: false };
    const number = all.size;
    all.set(number, one);
    const end = (found) => Object.assign(one, { ended: true, ...found });
    try {
      const value = (${expression});
      if (value === null || (typeof value !== "object" && typeof value !== "function")) return { ended: true, value };
      Promise.resolve(value).then((value) => end({ value }), (thrown) => end({ thrown: String(thrown) }));
    } catch (thrown) { end({ thrown: String(thrown) }); }
    return one.ended ? one : number;`;
  let answer = await meet(() => driver.executeScript(begin));
  while (typeof answer === "number") {
    await new Promise((resolve) => setTimeout(resolve, PACE));
    const number = answer;
    answer = await meet(() =>
      driver.executeScript(
        `const one = window.__asked?.get(${number}); return !one ? { ended: true, thrown: "the page went away" } : one.ended ? one : ${number};`,
      ),
    );
  }
  if (answer.thrown !== undefined) throw new Error(answer.thrown);
  return answer.value ?? undefined;
}

/** @param {number} port */
async function listening(port) {
  for (let tries = 0; tries < 100; tries += 1) {
    const answered = await fetch(`http://127.0.0.1:${port}/status`).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${DRIVER()} does not answer: run it by hand to see why`);
}
