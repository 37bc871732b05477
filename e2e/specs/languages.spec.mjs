// The page in the person's language: by what their browser asks for and by their own choice, in every state, without a word left over.
import { readFileSync } from "node:fs";
import AxeBuilder from "@axe-core/playwright";
import { expect, expectState, test } from "../fixtures.mjs";
import { storeProgram } from "../server.mjs";

const SALES = {
  name: "umsatz.csv",
  mimeType: "text/csv",
  buffer: Buffer.from("region,amount\nNorth,120\nSouth,340\nEast,210\nNorth,80\n"),
};
const wordsOf = (/** @type {string} */ code) =>
  JSON.parse(readFileSync(new URL(`../../static/words/${code}.json`, import.meta.url), "utf8"));

/**
 * English texts that would be recognised on a page of another language: those that differ from its own, and are more than a value in a
 * word or two.
 * @param {string} code
 */
function englishOnly(code) {
  const theirs = wordsOf(code);
  const forms = (/** @type {any} */ text) => (typeof text === "string" ? [text] : Object.values(text));
  return Object.entries(wordsOf("en")).flatMap(([key, text]) => {
    if (key === "//" || key.startsWith("sheet.from_to")) return [];
    return forms(text)
      .filter((form) => !forms(theirs[key]).includes(form))
      .filter((form) => !form.includes("{") || (form.replace(/\{\w+\}/g, "").match(/\p{L}{2,}/gu) ?? []).length > 1)
      .map((form) => {
        const parts = form.split(/\{\w+\}/).map((part) => part.trim().replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"));
        return { key, pattern: new RegExp(`^${parts.join("\\s*.+?\\s*")}$`, "s") };
      });
  });
}

/** Every text that the page shows or tells, but for what is the person's own, a program's or the tables'. @param {import("@playwright/test").Page} page */
function textsOf(page) {
  return page.evaluate(() => {
    const own =
      "script, noscript, pre, code, textarea, td, .source, [data-hook=title], [data-hook=files], .version-title, h3 > button";
    /** @type {string[]} */
    const texts = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node instanceof Element) {
        for (const name of ["aria-label", "placeholder", "title", "alt", "data-placeholder"]) {
          texts.push(node.getAttribute(name) ?? "");
        }
      } else if (!node.parentElement?.closest(own)) texts.push(node.nodeValue ?? "");
    }
    return texts.map((text) => text.trim()).filter(Boolean);
  });
}

/** @param {import("@playwright/test").Page} page @param {string} code */
async function expectLanguage(page, code) {
  await expect(page.locator("html")).toHaveAttribute("lang", code);
  const english = englishOnly(code);
  const left = (await textsOf(page)).flatMap((text) =>
    english.filter(({ pattern }) => pattern.test(text)).map(({ key }) => `${key}: ${text}`),
  );
  expect(left).toEqual([]);
}

/** @param {import("@playwright/test").Page} page */
async function expectNoViolations(page) {
  const { violations } = await new AxeBuilder({ page }).exclude("iframe").analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`)).toEqual([]);
}

/** @param {import("@playwright/test").Page} page */
async function expectNothingCutOff(page) {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
}

const SAID = {
  de: {
    locale: "de-AT",
    ask: "Fragen",
    name: /^Balkendiagramm: Sales by region\. Amount über Region\. Höchster Wert 340 \(South\)/,
    drawn: /^In \d+,\d s gezeichnet$/,
    failed: "Das Programm brach in Zeile 1 ab: ZeroDivisionError",
    refused: /„none\.csv“ ist leer\. Wählen Sie/,
    repair: /1 von 2: LegendOfNothing: Seine Legende benennt nichts\./,
    warned: "„a.html“ wurde nicht geschrieben: Das Diagramm wird stattdessen hier gezeigt.",
    lost: "Unter dieser Adresse gibt es kein Diagramm.",
    title: "Nicht gefunden",
    busy: /Dieser Server nimmt von einer Person 1 Anfrage pro Minute an\. Fragen Sie in \d+ Sekunden? noch einmal\./,
  },
  fr: {
    locale: "fr-CA",
    ask: "Demander",
    name: /^Diagramme en barres\s: Sales by region\. Amount en fonction de Region\. Maximum 340 \(South\)/,
    drawn: /^Dessiné en \d+,\d s$/,
    failed: /Le programme s’est arrêté à la ligne 1\s: ZeroDivisionError/,
    refused: /«\s?none\.csv\s?» est vide\. Choisissez/,
    repair: /1 sur 2\s: LegendOfNothing: Sa légende ne nomme rien\./,
    warned: /«\s?a\.html\s?» n’a pas été écrit\s: le graphique est montré ici\./,
    lost: "Il n’y a pas de graphique à cette adresse.",
    title: "Introuvable",
    busy: /Ce serveur accepte 1 requête par minute et par personne\. Redemandez dans \d+ secondes?\./,
  },
};

for (const [code, said] of Object.entries(SAID)) {
  test.describe(code, () => {
    test.use({ locale: said.locale });

    test(`${code}: a chart is asked for and drawn, and every state is in the language`, async ({ page, server }) => {
      await page.goto(server.url);
      await expectState(page, "idle");
      await expectLanguage(page, code);
      await expectNoViolations(page);
      await page.getByTestId("file-input").setInputFiles(SALES);
      await expect(page.getByRole("cell", { name: "North" }).first()).toBeVisible();
      await expectLanguage(page, code);
      await page.getByTestId("question").fill("Show the sales by region");
      await page.getByRole("button", { name: said.ask, exact: true }).click();
      await expectState(page, "shown");
      const image = page.getByTestId("figure").getByRole("img");
      await expect(image).toHaveAccessibleName(said.name);
      await expect(page.getByText(said.drawn)).toBeVisible();
      await page.getByTestId("seal").locator("summary").first().click();
      await expectLanguage(page, code);
      await expectNoViolations(page);
      await page.keyboard.press("Escape");
      await page.getByTestId("program").fill("1/0");
      await page.getByTestId("run").click();
      await expectState(page, "failed");
      await expect(page.getByRole("heading", { name: said.failed })).toBeVisible();
      await expectLanguage(page, code);
      await expectNoViolations(page);
    });

    test(`${code}: what is said of a file, of a chart to repair and of a run is in the language`, async ({
      page,
      server,
    }) => {
      await page.goto(server.url);
      await page
        .getByTestId("file-input")
        .setInputFiles({ name: "none.csv", mimeType: "text/csv", buffer: Buffer.from("") });
      await expect(page.getByText(said.refused)).toBeVisible();
      await expectLanguage(page, code);
      await page.getByTestId("question").fill("a legend of nothing");
      await page.getByTestId("ask").click();
      await expect(page.getByText(said.repair).first()).toBeVisible();
      await expectState(page, "shown");
      await expectLanguage(page, code);
      await page
        .getByTestId("program")
        .fill('import plotly.express as px\npx.line(x=[1, 2], y=[1, 2]).write_html("a.html")');
      await page.getByTestId("run").click();
      await expect(page.getByText(said.warned)).toBeVisible();
      await expectLanguage(page, code);
    });

    for (const width of [320, 390, 1280]) {
      test(`${code}: nothing is cut off at ${width} pixels`, async ({ page, server }) => {
        await page.setViewportSize({ width, height: 800 });
        await page.goto(server.url);
        await expectState(page, "idle");
        await expectNothingCutOff(page);
        const program = 'import matplotlib.pyplot as plt\nplt.plot([1, 3, 2], label="a")\nplt.title("T")';
        const chart = await storeProgram(server.url, program);
        await page.goto(server.url + chart.url);
        await expectState(page, "shown");
        await page.getByTestId("seal").locator("summary").first().click();
        await expectNothingCutOff(page);
      });
    }

    test.describe("the error page", () => {
      test.use({ expectedErrors: [/404/] });
      test(`${code}: an address without a chart`, async ({ page, server }) => {
        await page.goto(`${server.url}/charts/aaaaaaaaaaaaaaaaaaaaaaaaaa`);
        await expect(page.getByRole("heading", { name: said.title })).toBeVisible();
        await expect(page.getByText(said.lost)).toBeVisible();
        await expectLanguage(page, code);
        await expectNoViolations(page);
      });
    });

    test.describe("a refusal", () => {
      test.use({ expectedErrors: [/429/] });
      test(`${code}: what the server says no to is said in the language`, async ({ page, serve }) => {
        const replies = new URL("../fixtures/replies.json", import.meta.url).pathname;
        const server = await serve({
          env: { SANDPLOT_MODEL: `scripted:${replies}`, SANDPLOT_CLIENT_REQUESTS_PER_MINUTE: "1" },
        });
        await page.goto(server.url);
        await page.getByTestId("question").fill("Show the sales by region");
        await page.getByTestId("ask").click();
        await expect(page.locator("main")).toHaveAttribute("data-state", /shown|failed/);
        await page.getByTestId("question").fill("and once more");
        await page.getByTestId("ask").click();
        await expect(page.getByTestId("error")).toContainText(said.busy);
        await expectLanguage(page, code);
      });
    });

    test.describe("the login page", () => {
      test.use({ expectedErrors: [/403/] });
      test(`${code}: whoever needs the token reads so`, async ({ page, serve }) => {
        const server = await serve({
          env: { SANDPLOT_MODEL: "none", SANDPLOT_ACCESS_TOKEN: "a-token-for-the-browser" },
        });
        await page.goto(server.url);
        await expectLanguage(page, code);
        await page.locator("#token").fill("wrong");
        await page.keyboard.press("Enter");
        await expect(page.getByRole("alert")).toBeVisible();
        await expectLanguage(page, code);
        await expectNoViolations(page);
      });
    });
  });
}

test("a language is chosen at the foot of the page, and kept", async ({ page, server }) => {
  await page.goto(server.url);
  await page.getByTestId("question").fill("a question that stays");
  const languages = page.getByRole("navigation", { name: "Language" });
  await expect(languages).toMatchAriaSnapshot(`
    - navigation "Language":
      - link "English"
      - link "Deutsch"
      - link "Français"
  `);
  await languages.getByRole("link", { name: "Deutsch" }).click();
  await expectState(page, "idle");
  await expectLanguage(page, "de");
  await expect(page.getByTestId("question")).toHaveValue("a question that stays");
  await expect(page.locator("form.ask")).toMatchAriaSnapshot(`
    - text: Ihre Frage
    - textbox "Ihre Frage"
    - button "Fragen"
  `);
  await page.goto(`${server.url}/`);
  await expectLanguage(page, "de");
  await page.getByRole("link", { name: "Français" }).click();
  await expectLanguage(page, "fr");
  await page.getByRole("link", { name: "English" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Ask your data for a chart");
});
