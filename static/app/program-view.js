// @ts-check
/**
 * The program panel: an element whose text is the program, always. It can be edited as it is; once the page has drawn its chart, or
 * somebody turns to the panel, the editor comes (editor.js) and stands before that text in a shadow root. The text stays where it was
 * and follows every edit, for whoever reads the page by its document: a script, a search, a test. The root is closed because those
 * that look into open ones would read every program twice; a style sheet of its own in it is no inline style.
 *
 * @import {Profile} from "../shared/protocol.js"
 * @import {HowShown} from "./plain-editor.js"
 *
 * @typedef {{onEdit: (program: string) => void, onRun: () => void, profile: () => Profile | null}} Listeners
 */

import { createEditor } from "./editor.js";
import { createPlainEditor } from "./plain-editor.js";
import { loadCodeMirror } from "./vendor.js";

/** Milliseconds of rest after which the editor is fetched though nobody has asked for it. */
const FETCH_AFTER = 1500;

/** @param {HTMLElement} element @param {Listeners} listeners */
export function createProgramView(element, listeners) {
  const plain = createPlainEditor(element, listeners);
  /** @type {Pick<typeof plain, "render" | "focus" | "selection">} */
  let shown = plain;
  /** @type {HowShown} */
  let how = { readOnly: false, failure: null };
  /** @type {Promise<void> | undefined} */
  let coming;

  function wanted() {
    // Without it the panel stays as it is, which is all that is needed: no word about it.
    coming ??= bring().catch((error) => console.warn(`The editor did not come: ${error}`));
    return coming;
  }

  async function bring() {
    const codemirror = await loadCodeMirror();
    // Nobody's word of an unfinished composition is lost: the editor waits for the next one.
    if (plain.isComposing())
      await new Promise((resolve) => element.addEventListener("compositionend", resolve, { once: true }));
    const { start, end } = plain.selection();
    const hadFocus = document.activeElement === element;
    const root = element.attachShadow({ mode: "closed" });
    const editor = tryEditor(codemirror, root);
    plain.end();
    shown = editor;
    editor.render(element.textContent ?? "", how);
    editor.select(start, end);
    element.classList.add("skinned");
    // The text box is the editor's from here on.
    element.setAttribute("role", "group");
    for (const name of ["aria-multiline", "aria-describedby"]) element.removeAttribute(name);
    if (hadFocus) editor.focus();
  }

  /** @param {import("./editor.js").CodeMirror} codemirror @param {ShadowRoot} root */
  function tryEditor(codemirror, root) {
    try {
      return createEditor(codemirror, root, element, listeners);
    } catch (error) {
      // The text alone, as it was.
      root.replaceChildren(document.createElement("slot"));
      root.adoptedStyleSheets = [];
      throw error;
    }
  }

  for (const type of ["pointerenter", "focusin"]) element.addEventListener(type, wanted, { once: true });

  return {
    /** @param {string} program @param {HowShown} nextHow */
    render(program, nextHow) {
      how = nextHow;
      shown.render(program, how);
    },
    /** What is selected of it; "" is nothing. */
    selection() {
      const { start, end } = shown.selection();
      return (element.textContent ?? "").slice(start, end).trim();
    },
    focus() {
      shown.focus();
      wanted();
    },
    /** The page has drawn what there is to draw and has time for the rest. */
    atRest() {
      if (!coming) setTimeout(wanted, FETCH_AFTER);
    },
  };
}
