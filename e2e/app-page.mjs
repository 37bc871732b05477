// What the suite does on a page of the app, by the names that design promises to tests, and what it looks at there.

const TEST_ID = (/** @type {string} */ id) => `document.querySelector('[data-testid="${id}"]')`;

export const STATE = '(document.querySelector("main")?.dataset.state ?? "none")';

/** Notes the longest time in which the page's own thread did nothing else. */
export const WATCH = `(() => {
  if (globalThis.__gap) return;
  const gap = (globalThis.__gap = { longest: 0, last: performance.now() });
  setInterval(() => {
    const now = performance.now();
    gap.longest = Math.max(gap.longest, now - gap.last);
    gap.last = now;
  }, 20);
})()`;
export const GAP = "Math.round(globalThis.__gap ? Math.max(__gap.longest, performance.now() - __gap.last) : 0)";
export const RESET_GAP = "void (globalThis.__gap && Object.assign(__gap, { longest: 0, last: performance.now() }))";

export const STOP = `${TEST_ID("stop")}.click()`;

/** @param {string} program */
export const runProgram = (program) => `(() => {
  const panel = ${TEST_ID("program")};
  panel.textContent = ${JSON.stringify(program)};
  panel.dispatchEvent(new InputEvent("input", { bubbles: true }));
  ${TEST_ID("run")}.click();
})()`;

/** Where a click lands on the first figure: its middle, and where a title would be. */
export const FIGURE_POINTS = `(() => {
  const figure = document.querySelector('[data-testid="figure"] img, [data-testid="figure"] iframe');
  if (!figure) return [];
  figure.scrollIntoView({ block: "center" });
  const { x, y, width, height } = figure.getBoundingClientRect();
  return [[x + width / 2, y + height / 2], [x + width / 2, y + 28], [x + width / 2, y + 45]];
})()`;

/** The outcome of a run, and everything about the page that no program may change. */
export const LOOK = `(() => {
  const text = (id) => document.querySelector("[data-testid=" + id + "]")?.textContent ?? "";
  const count = (selector) => document.querySelectorAll(selector).length;
  const frames = [...document.querySelectorAll("iframe")];
  const handlers = [...document.querySelectorAll("*")].filter((element) => element.getAttributeNames().some((name) => name.startsWith("on")));
  const images = [...document.images].filter((image) => !image.src.startsWith("blob:") && !image.src.startsWith(location.origin + "/assets/"));
  const links = [...document.links].filter((link) => !link.href.startsWith("blob:") && !link.href.startsWith(location.origin));
  return {
    outcome: {
      state: ${STATE},
      stdout: text("stdout"),
      value: text("value"),
      error: text("error"),
      figures: [...document.querySelectorAll('[data-testid="figure"]')].map((figure) => figure.dataset.kind),
      text: (document.querySelector("main")?.innerText ?? "").slice(0, 200000),
    },
    page: {
      path: location.pathname,
      origin: location.origin,
      title: document.title,
      polluted: Object.keys(Object.prototype).concat(Object.keys(Array.prototype)).join(),
      elements: [count("script"), count("link"), count("base"), count("meta"), count("style"), count("object, embed, video, audio, template, frame")].join(),
      forms: count("form"),
      frames: frames.every((frame) => frame.getAttribute("sandbox") === "allow-scripts" && frame.src.startsWith(location.origin + "/sandbox/")),
      foreign: [...handlers, ...images, ...links].map((element) => element.outerHTML.slice(0, 200)).join(),
      sent: document.querySelector('[data-hook="sent-note"]')?.textContent ?? "",
      background: getComputedStyle(document.body).backgroundImage,
    },
  };
})()`;

/** Milliseconds: WebKit takes a minute to start Python without the snapshot, and several on a machine that does other work too. */
const PATIENCE = 300_000;

/**
 * Waits until something is true of the page. A program that fails is no longer waited for, unless that is what is waited for.
 * @param {{evaluate: (expression: string) => Promise<any>}} page
 * @param {string} condition
 */
export async function until(page, condition) {
  const end = Date.now() + PATIENCE;
  while (!(await page.evaluate(`Boolean(${condition})`))) {
    const state = await page.evaluate(
      `[${STATE}, ${TEST_ID("seal")}?.dataset.phase, ${TEST_ID("error")}?.textContent].join(" ")`,
    );
    if (Date.now() > end || /^failed/.test(state)) throw new Error(`never came true: ${condition}; ${state}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
