// Chromium, through Playwright: what the suite asks of a browser, and no more. The other drivers answer the same calls.
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";

/**
 * @typedef {object} Page
 * @property {(url: string) => Promise<void>} goto
 * @property {(expression: string, seconds?: number) => Promise<any>} evaluate in the page's own world; awaits what it gives
 * @property {(x: number, y: number) => Promise<void>} click
 * @property {() => Promise<void>} front
 * @property {() => Promise<void>} close
 * @property {boolean} crashed
 *
 * @typedef {object} Profile one person's storage, apart from every other's
 * @property {() => Promise<Page>} open
 * @property {() => Promise<number>} windows how many there are
 * @property {string[]} odd what no program may cause: dialogs, downloads
 * @property {() => Promise<void>} close
 *
 * @typedef {object} Browser
 * @property {string} name
 * @property {string} version
 * @property {number} lanes pages that may work side by side
 * @property {() => Promise<Profile>} profile
 * @property {() => Promise<void>} close
 */

const EXECUTABLE = () => process.env.CHROMIUM || "/usr/bin/chromium";

const OPTIONS = {
  viewport: { width: 1280, height: 900 },
  acceptDownloads: true,
  // Without it no page asks for names or connections ahead, and the controls that do so are silent.
  ignoreDefaultArgs: ["--disable-background-networking"],
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    "--disable-popup-blocking",
    // Without these two the controls for WebRTC have nothing to bind to on a machine that is its own network.
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
  ],
};

/** @returns {Promise<Browser>} */
export async function launch() {
  /** @type {(() => Promise<void>)[]} */
  const open = [];
  return {
    name: "chromium",
    version:
      /[\d.]{5,}/.exec(execFileSync(EXECUTABLE(), ["--version"], { encoding: "utf8", stdio: "pipe" }))?.[0] ?? "",
    lanes: 2,
    async close() {
      for (const close of open) await close();
    },
    // Each a browser of its own with a folder on disk: in a private window Chromium asks for nothing ahead.
    async profile() {
      const folder = await mkdtemp(join(tmpdir(), "sandplot-attacks-"));
      const context = await chromium.launchPersistentContext(folder, { executablePath: EXECUTABLE(), ...OPTIONS });
      const close = async () => {
        await context.close().catch(() => {});
        await rm(folder, { recursive: true, force: true });
      };
      open.push(close);
      /** @type {string[]} */
      const odd = [];
      let [blank] = context.pages();
      return {
        odd,
        windows: async () => context.pages().length,
        close,
        async open() {
          const page = blank ?? (await context.newPage());
          blank = undefined;
          page.on("dialog", (dialog) => {
            odd.push(`dialog: ${dialog.message()}`);
            dialog.dismiss().catch(() => {});
          });
          page.on("download", (download) => odd.push(`download: ${download.url()}`));
          const wrapped = {
            crashed: false,
            goto: async (/** @type {string} */ url) => {
              await page.goto(url, { waitUntil: "domcontentloaded" });
            },
            evaluate: (/** @type {string} */ expression, /** @type {number} */ seconds = 60) =>
              within(page.evaluate(expression), seconds, expression),
            click: (/** @type {number} */ x, /** @type {number} */ y) => page.mouse.click(x, y),
            front: () => page.bringToFront(),
            close: () => page.close(),
          };
          page.on("crash", () => {
            wrapped.crashed = true;
          });
          return wrapped;
        },
      };
    },
  };
}

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {number} seconds
 * @param {string} what was asked
 * @returns {Promise<T>}
 */
export async function within(promise, seconds, what) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let clock;
  promise.catch(() => {});
  const late = new Promise((_, reject) => {
    clock = setTimeout(
      () => reject(new Error(`no answer within ${seconds} seconds to: ${what.slice(0, 80)}`)),
      seconds * 1000,
    );
  });
  try {
    return /** @type {T} */ (await Promise.race([promise, late]));
  } finally {
    clearTimeout(clock);
  }
}
