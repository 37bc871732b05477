// Makes the pictures of the page that the README shows: `cargo xtask shots`. A real server, a real browser, a real chart of a sample
// table; only the model's reply is from a file, so that the pictures are the same the next time.
import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { chromium } from "@playwright/test";
import { startServer } from "../server.mjs";

const FOLDER = new URL("../../docs/shots/", import.meta.url).pathname;
const REPLIES = new URL("replies.json", import.meta.url).pathname;
const SCHEMES = /** @type {const} */ (["light", "dark"]);
const SIZES = [
  { width: 390, height: 844 },
  { width: 1280, height: 860 },
  { width: 1920, height: 1080 },
];
/** Milliseconds in which a page draws what has changed. */
const SETTLE = 400;

/**
 * What is on the page when its picture is taken, in the order in which a person gets there. `wide` alone is taken where the page has
 * two columns, and by day.
 * @type {{name: string, wide?: true, reach: (page: import("@playwright/test").Page) => Promise<unknown>}[]}
 */
const STATES = [
  {
    name: "home",
    async reach(page) {
      await page.getByTestId("seal").and(page.locator('[data-phase="ready"]')).waitFor();
    },
  },
  {
    name: "chart",
    async reach(page) {
      await page.getByRole("button", { name: "Penguins of Palmer Station" }).click();
      await page.getByRole("cell", { name: "Adelie" }).first().waitFor();
      await page.getByTestId("question").fill("How does bill length relate to bill depth for each species?");
      await page.getByTestId("ask").click();
      await shown(page);
    },
  },
  {
    name: "explained",
    wide: true,
    async reach(page) {
      await page
        .getByTestId("figure")
        .getByRole("button", { name: /^Explain/ })
        .click();
      await page.getByTestId("explanation").getByText("Neither axis").waitFor();
      await page.getByTestId("figure").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "compared",
    wide: true,
    async reach(page) {
      await page.getByTestId("question").fill("Draw a panel for each island");
      await page.getByTestId("ask").click();
      await page.getByRole("img", { name: /Bills on each island/ }).waitFor();
      await shown(page);
      await page.getByRole("button", { name: /^Compare with version 1/ }).click();
      await page.getByTestId("comparison").getByRole("img").nth(1).waitFor();
      await page.getByTestId("comparison").evaluate((element) => element.scrollIntoView());
    },
  },
];

/** @param {import("@playwright/test").Page} page */
async function shown(page) {
  await page.locator('main[data-state="shown"]').waitFor({ timeout: 120_000 });
}

await rm(FOLDER, { recursive: true, force: true });
await mkdir(FOLDER, { recursive: true });
const server = await startServer({ env: { SANDPLOT_MODEL: `scripted:${REPLIES}` } });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"],
});
let total = 0;
try {
  const page = await browser.newPage({ locale: "en-GB", timezoneId: "UTC", reducedMotion: "reduce" });
  await page.goto(server.url);
  for (const { name, wide, reach } of STATES) {
    await page.setViewportSize({ width: 1280, height: 860 });
    await page.emulateMedia({ colorScheme: "light" });
    await reach(page);
    for (const size of SIZES.filter(({ width }) => !wide || width === 1280)) {
      for (const colorScheme of wide ? SCHEMES.slice(0, 1) : SCHEMES) {
        await page.setViewportSize(size);
        await page.emulateMedia({ colorScheme });
        // The keyboard's ring is where the last step was, not what is to be seen.
        await page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
        if (name === "chart")
          await page.getByRole("heading", { level: 1 }).evaluate((element, top) => {
            if (top) element.scrollIntoView();
            else scrollTo(0, 0);
          }, size.width < 960);
        await page.waitForTimeout(SETTLE);
        const file = `${FOLDER}${name}-${size.width}-${colorScheme}.png`;
        await writeFile(file, await page.screenshot());
        total += (await stat(file)).size;
      }
    }
  }
} finally {
  await browser.close();
  await server.stop();
}
console.log(`docs/shots: ${Math.round(total / 1000)} kB`);
