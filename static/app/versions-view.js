// @ts-check
/**
 * Shows the versions of a chart: each with its picture, what it was asked for and what it changed; two of them side by side. What
 * versions there are is versions.js's.
 *
 * @import {KeptVersion, VersionsState} from "./versions.js"
 */

import { changedSettings } from "./chart-settings.js";
import { find, make, makeButton, setText } from "./dom.js";
import { t } from "./language.js";
import { countChanges, diffLines } from "./line-diff.js";
import { listed, moment } from "./words.js";

/** Unchanged lines that are shown around changed ones. */
const CONTEXT = 2;
/** Where desk and stage stand side by side: as layout.css has it. */
const SIDE_BY_SIDE = "(min-width: 60rem)";

/**
 * @param {{onVisit: (version: KeptVersion) => void, onStep: (way: "back" | "forth") => void, onForget: () => void,
 *   step: (way: "back" | "forth") => KeptVersion | null}} actions
 */
export function createVersionsView({ onVisit, onStep, onForget, step }) {
  const section = find("versions", HTMLElement);
  const list = find("version-list", HTMLElement);
  const comparison = find("comparison", HTMLElement);
  const back = find("undo", HTMLButtonElement);
  const forth = find("redo", HTMLButtonElement);
  back.addEventListener("click", () => onStep("back"));
  forth.addEventListener("click", () => onStep("forth"));
  find("forget-versions", HTMLButtonElement).addEventListener("click", onForget);
  find("compare-close", HTMLButtonElement).addEventListener("click", () => compare(null));
  const rail = find("desk", HTMLElement);
  const isWide = matchMedia(SIDE_BY_SIDE);
  isWide.addEventListener("change", settle);
  settle();
  /** Addresses of pictures that are on the page. @type {Map<Blob, string>} */
  const addresses = new Map();
  /** @type {VersionsState} */
  let shown = { current: null, all: [] };
  /** @type {string | null} */
  let other = null;

  /** Below the data, where there is room in sight; in one column below the figure. In the document too, so that keys go the same way. */
  function settle() {
    if (isWide.matches) rail.append(section);
    else comparison.before(section);
  }

  /** @param {string | null} id of the version that is put beside the present one */
  function compare(id) {
    other = id;
    render(shown);
    if (id !== null) comparison.focus();
  }

  /** @param {KeptVersion} version */
  function picture({ picture }) {
    if (!picture) return make("span", { class: "no-picture", "aria-hidden": "true" });
    const address = addresses.get(picture) ?? URL.createObjectURL(picture);
    addresses.set(picture, address);
    return make("img", { src: address, alt: "", loading: "lazy" });
  }

  /** @param {KeptVersion} version @param {number} place */
  function item(version, place) {
    const parent = shown.all.find(({ id }) => id === version.parent);
    const isCurrent = version.id === shown.current;
    const title = titleOf(version, parent);
    const link = make(
      "a",
      { href: version.url, ...(isCurrent && { "aria-current": "page" }) },
      picture(version),
      make("span", { class: "version-title" }, `${place + 1}. ${title}`),
      make(
        "small",
        {},
        [moment(version.created), changeOf(version, parent), fromOf(version)].filter(Boolean).join(" · "),
      ),
    );
    link.addEventListener("click", (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
      event.preventDefault();
      if (!isCurrent) onVisit(version);
    });
    const button = makeButton(t("versions.compare"), () => compare(version.id), {
      class: "link",
      "aria-label": t("versions.compare_with", { number: place + 1, title }),
    });
    return make("li", {}, link, ...(isCurrent ? [] : [button]));
  }

  /** A branch says where it left the line. @param {KeptVersion} version */
  function fromOf(version) {
    const place = shown.all.findIndex(({ id }) => id === version.id);
    const parent = shown.all.findIndex(({ id }) => id === version.parent);
    return parent >= 0 && parent < place - 1 ? t("versions.from", { number: parent + 1 }) : "";
  }

  function renderComparison() {
    const now = shown.all.find(({ id }) => id === shown.current);
    const then = shown.all.find(({ id }) => id === other);
    const isShown = now !== undefined && then !== undefined && now !== then;
    comparison.hidden = !isShown;
    if (!isShown) return;
    const number = (/** @type {KeptVersion} */ { id }) => shown.all.findIndex((version) => version.id === id) + 1;
    setText(find("comparison-title", HTMLElement), t("versions.beside", { before: number(then), now: number(now) }));
    find("pair", HTMLElement).replaceChildren(
      ...[then, now].map((version) => {
        const parent = shown.all.find(({ id }) => id === version.parent);
        const words = `${number(version)}. ${titleOf(version, parent)}`;
        const seen = version.picture ? picture(version) : make("p", {}, t("versions.not_drawn"));
        if (seen instanceof HTMLImageElement) seen.alt = t("versions.picture", { number: number(version) });
        return make("figure", {}, seen, make("figcaption", {}, words));
      }),
    );
    const lines = diffLines(then.program, now.program);
    const { added, removed } = countChanges(lines);
    const words =
      added + removed === 0
        ? t("versions.same")
        : t("versions.lines", {
            removed: { key: "versions.less", values: { n: removed } },
            added: { key: "versions.more", values: { n: added } },
          });
    setText(find("difference-words", HTMLElement), words);
    const difference = find("difference", HTMLElement);
    difference.hidden = added + removed === 0;
    difference.replaceChildren(
      ...near(lines).map((line) => {
        if (line === null) return make("span", { class: "gap" }, "⋯\n");
        const text = `${line.sign} ${line.text}\n`;
        return line.sign === " " ? make("span", {}, text) : make(line.sign === "+" ? "ins" : "del", {}, text);
      }),
    );
  }

  /** @param {VersionsState} state */
  function render(state) {
    shown = state;
    section.hidden = state.all.length < 2;
    const used = new Set(state.all.map(({ picture }) => picture));
    for (const [blob, address] of addresses) {
      if (used.has(blob)) continue;
      URL.revokeObjectURL(address);
      addresses.delete(blob);
    }
    list.replaceChildren(...state.all.map(item));
    back.disabled = step("back") === null;
    forth.disabled = step("forth") === null;
    renderComparison();
    const current = list.querySelector("[aria-current]");
    if (current) bringIntoSight(list, current);
  }

  return { render };
}

/** Brings a part of it into sight, and moves nothing else on the page. @param {HTMLElement} list @param {Element} part */
function bringIntoSight(list, part) {
  const [seen, wanted] = [list.getBoundingClientRect(), part.getBoundingClientRect()];
  const by = (/** @type {number} */ before, /** @type {number} */ after) => Math.min(before, 0) + Math.max(after, 0);
  list.scrollBy(
    by(wanted.left - seen.left, wanted.right - seen.right),
    by(wanted.top - seen.top, wanted.bottom - seen.bottom),
  );
}

/** @param {KeptVersion} version @param {KeptVersion | undefined} parent */
function titleOf(version, parent) {
  const { question, model, repairs } = version;
  // A question whose first program could not even be stored has a repair behind it, and is what was asked.
  if (repairs > 0 && parent?.question === question) return t("versions.repair", { number: repairs });
  if (model === null && (question === "" || question === parent?.question)) {
    const settings = parent ? changedSettings(parent.program, version.program) : [];
    if (settings.length > 0)
      return t("versions.set", { settings: listed(settings.map((name) => t(`settings.${name}`))) });
    return t(parent ? "versions.edited" : "versions.own");
  }
  return question;
}

/** @param {KeptVersion} version @param {KeptVersion | undefined} parent */
function changeOf({ program }, parent) {
  if (!parent) return "";
  const { added, removed } = countChanges(diffLines(parent.program, program));
  return added + removed === 0
    ? t("versions.same_program")
    : t("versions.changed", { added, removed, n: added + removed });
}

/** What changed with a little of what stands around it. @param {import("./line-diff.js").DiffLine[]} lines */
function near(lines) {
  const isNear = (/** @type {number} */ at) =>
    lines.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some(({ sign }) => sign !== " ");
  /** @type {(import("./line-diff.js").DiffLine | null)[]} */
  const found = [];
  for (const [at, line] of lines.entries()) {
    if (isNear(at)) found.push(line);
    else if (found.at(-1) !== null) found.push(null);
  }
  return found;
}
