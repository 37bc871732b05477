// Firefox as Debian ships it, over WebDriver BiDi.
import { existsSync } from "node:fs";
import puppeteer from "puppeteer-core";
import { within } from "./chromium.mjs";

const NAMES = ["/usr/bin/firefox-esr", "/usr/bin/firefox"];

/** Where a Firefox is, if there is one. */
export const find = () => process.env.FIREFOX || NAMES.find((path) => existsSync(path));

/** @returns {Promise<import("./chromium.mjs").Browser>} */
export async function launch() {
  const executablePath = find();
  if (!executablePath)
    throw new Error("Firefox is missing: run `apt-get install firefox-esr`, or set FIREFOX to the path of one");
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath,
    headless: true,
    defaultViewport: { width: 1280, height: 900 },
    extraPrefsFirefox: {
      "network.manage-offline-status": false,
      "network.captive-portal-service.enabled": false,
      "network.connectivity-service.enabled": false,
      "network.dns.disablePrefetch": false,
      "network.dns.disablePrefetchFromHTTPS": false,
      "network.http.speculative-parallel-limit": 6,
      "network.prefetch-next": true,
      "network.trr.mode": 5,
      "dom.disable_open_during_load": false,
      "dom.ipc.reportProcessHangs": false,
      "dom.min_background_timeout_value": 4,
      "dom.timeout.enable_budget_timer_throttling": false,
      "media.peerconnection.ice.loopback": true,
      "media.peerconnection.ice.obfuscate_host_addresses": false,
      "media.autoplay.default": 0,
      "browser.safebrowsing.malware.enabled": false,
      "browser.safebrowsing.phishing.enabled": false,
      "app.update.disabledForTesting": true,
    },
  });
  return {
    name: "firefox",
    version: await browser.version(),
    // A tab in the background gets no frames, and the page waits for one.
    lanes: 1,
    close: () => browser.close(),
    async profile() {
      const context = await browser.createBrowserContext();
      /** @type {string[]} */
      const odd = [];
      return {
        odd,
        windows: async () => (await context.pages()).length,
        close: () => context.close(),
        async open() {
          const page = await context.newPage();
          page.on("dialog", (dialog) => {
            odd.push(`dialog: ${dialog.message()}`);
            dialog.dismiss().catch(() => {});
          });
          return {
            crashed: false,
            goto: async (url) => {
              const go = () => page.goto(url, { waitUntil: "domcontentloaded" });
              // Aborted, if the page that is left gives itself an address at that moment: it has done so by now.
              await go().catch((error) => (/NS_BINDING_ABORTED/.test(String(error)) ? go() : Promise.reject(error)));
            },
            evaluate: (expression, seconds = 60) => within(page.evaluate(expression), seconds, expression),
            click: (x, y) => page.mouse.click(x, y),
            front: () => page.bringToFront(),
            close: () => page.close(),
          };
        },
      };
    },
  };
}
