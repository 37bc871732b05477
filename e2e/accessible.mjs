// What a page has to be for those who do not see it, or see it large: used by whichever spec has a state to look at.
import AxeBuilder from "@axe-core/playwright";
import { expect } from "@playwright/test";

const SCHEMES = /** @type {const} */ (["light", "dark"]);
const SIZES = [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
];

/** Rules that axe holds back unless they are asked for: what Lighthouse looks at as well. */
const STRICTER = { rules: { "target-size": { enabled: true }, "label-content-name-mismatch": { enabled: true } } };

/** No violation that axe knows, and nothing beyond the edge. @param {import("@playwright/test").Page} page */
export async function expectAccessible(page) {
  const { violations } = await new AxeBuilder({ page }).exclude("iframe").options(STRICTER).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`)).toEqual([]);
}

/** The same by day and by night, on a desk and in a hand. @param {import("@playwright/test").Page} page */
export async function expectAccessibleEverywhere(page) {
  const before = page.viewportSize();
  for (const size of SIZES) {
    await page.setViewportSize(size);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await expectAccessible(page);
    }
  }
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "no-preference" });
  if (before) await page.setViewportSize(before);
}

/** No part of the page lies beyond the edge of the window. @param {import("@playwright/test").Page} page */
export async function expectNothingCutOff(page) {
  const beyond = await page.evaluate(() => {
    const edge = document.documentElement.clientWidth;
    const isInScroller = (/** @type {Element} */ element) => {
      for (let parent = element.parentElement; parent; parent = parent.parentElement) {
        if (/auto|scroll|hidden|clip/.test(getComputedStyle(parent).overflowX) && parent.clientWidth <= edge)
          return true;
      }
      return false;
    };
    const cut = [...document.body.querySelectorAll("*")].filter((element) => {
      const { left, right, width } = element.getBoundingClientRect();
      return width > 1 && element.checkVisibility() && (right > edge + 1 || left < -1) && !isInScroller(element);
    });
    return [
      ...cut.map((element) => element.outerHTML.slice(0, 120)),
      ...(document.documentElement.scrollWidth > edge ? ["the page scrolls sideways"] : []),
    ];
  });
  expect(beyond).toEqual([]);
}

/**
 * Goes on by Tab until something has the focus, as somebody without a mouse would. Each stop on the way has to be seen.
 * @param {import("@playwright/test").Page} page
 * @param {import("@playwright/test").Locator} target
 * @param {"Tab" | "Shift+Tab"} [key]
 */
export async function tabTo(page, target, key = "Tab") {
  for (let presses = 0; presses < 300; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
    const unseen = await page.evaluate(() => {
      const active = document.activeElement;
      if (!active || active === document.body || active instanceof HTMLIFrameElement) return null;
      // What has a shadow root shows the focus in there.
      if (active.localName.includes("-")) return null;
      const { outlineStyle, outlineWidth } = getComputedStyle(active);
      // A file is chosen by its label, which shows the focus in its place.
      const label = active.closest("label");
      const labelled = label ? getComputedStyle(label).outlineStyle !== "none" : false;
      return (outlineStyle !== "none" && outlineWidth !== "0px") || labelled ? null : active.outerHTML.slice(0, 200);
    });
    expect(unseen, "has the focus and does not show it").toBeNull();
  }
  throw new Error("the keyboard does not get there");
}

/** Everything that a screen reader is told unasked from now on. @param {import("@playwright/test").Page} page */
export async function listen(page) {
  await page.evaluate(() => {
    /** @type {string[]} */
    const said = [];
    Object.assign(globalThis, { said });
    const LIVE = "output, [aria-live], [role=status], [role=alert]";
    const before = new Map();
    const look = () => {
      for (const region of document.querySelectorAll(LIVE)) {
        const text =
          region.checkVisibility() || region.classList.contains("unseen") ? (region.textContent ?? "").trim() : "";
        if (text !== "" && before.get(region) !== text) said.push(text);
        before.set(region, text);
      }
    };
    look();
    said.length = 0;
    new MutationObserver(look).observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
      attributeFilter: ["hidden"],
    });
  });
  return () => page.evaluate(() => /** @type {any} */ (globalThis).said.slice());
}
