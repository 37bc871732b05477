// @ts-check
/**
 * The program panel before the editor has come, and where it never comes: an element that may be edited and whose text is the
 * program. Colours are painted over the text by the CSS Custom Highlight API and are no part of the document; a browser without it
 * shows plain text.
 *
 * @import {Failure} from "./advice.js"
 *
 * @typedef {{readOnly: boolean, failure: Failure | null}} HowShown `failure`: of the last run, whose line is marked
 */

import { pythonWords } from "./python-words.js";

/** Past this length colours cost more than they give. */
const PAINTED_CHARS = 60_000;
const INDENT = "    ";
/** Text without elements, for a browser that knows it; another one throws. */
export const PLAIN = plainOrRich();
const KINDS = /** @type {const} */ (["comment", "string", "keyword", "number", "call"]);
/** Edits closer together than this are one step back. */
const STEP_MILLISECONDS = 600;

/**
 * @param {HTMLElement} pre
 * @param {{onEdit: (program: string) => void, onRun: () => void}} listeners
 */
export function createPlainEditor(pre, { onEdit, onRun }) {
  const listening = new AbortController();
  const { signal } = listening;
  let composing = false;
  for (const type of ["compositionstart", "compositionend"]) {
    const begins = type === "compositionstart";
    pre.addEventListener(
      type,
      () => {
        composing = begins;
      },
      { signal },
    );
  }
  /** Tab indents only where somebody is editing; who merely passes through by keyboard passes on. */
  let editing = false;
  let painting = false;
  /** @type {number | null} */
  let errorLine = null;
  /** @type {{text: string, caret: number}[]} */
  const past = [{ text: pre.textContent ?? "", caret: 0 }];
  let position = 0;
  let lastEdit = 0;

  function paint() {
    // Not put off again by the next change: a program that streams in would stay colourless to its end.
    if (painting) return;
    painting = true;
    requestAnimationFrame(() => {
      painting = false;
      if (!signal.aborted) paintProgram(pre, errorLine);
    });
  }

  /** A browser may leave elements or a lone line break behind an edit: the panel holds text and nothing else. */
  function tidy() {
    const stray = pre.querySelector("*");
    const text = pre.textContent ?? "";
    if (!stray && text !== "\n") return;
    // biome-ignore lint/performance/useDomNodeTextContent: only the rendered text has the line breaks that `<br>` and `<div>` stand for
    const kept = stray ? pre.innerText : "";
    const caret = selectionOffsets(pre).end;
    pre.textContent = kept === "\n" ? "" : kept;
    placeCaret(pre, Math.min(caret, pre.textContent.length));
  }

  /**
   * Browsers differ in what they make of line breaks here, so these are put in as text, and undone by the page's own history.
   * @param {string} text @param {number} start @param {number} end
   */
  function replace(text, start, end) {
    const before = pre.textContent ?? "";
    pre.textContent = before.slice(0, start) + text + before.slice(end);
    // No browser lets the caret stand behind a last line break: there has to be one more.
    const onNewLine = text === "" || text.trimStart() === "";
    if (onNewLine && end === before.length && /(?:^|\n)$/.test(pre.textContent)) pre.append("\n");
    pre.normalize();
    placeCaret(pre, start + text.length);
    changed();
  }

  /** @param {string} text */
  function insert(text) {
    const { start, end } = selectionOffsets(pre);
    replace(text, start, end);
  }

  function outdent() {
    const text = pre.textContent ?? "";
    const { start } = selectionOffsets(pre);
    const line = text.lastIndexOf("\n", start - 1) + 1;
    const spaces = /^ {1,4}/.exec(text.slice(line))?.[0].length ?? 0;
    if (spaces === 0) return;
    replace("", line, line + spaces);
    placeCaret(pre, Math.max(line, start - spaces));
  }

  function changed() {
    editing = true;
    errorLine = null;
    const text = pre.textContent ?? "";
    remember(text);
    paint();
    onEdit(text);
  }

  /** Words typed in one go are undone in one go. @param {string} text */
  function remember(text) {
    const now = performance.now();
    const step = { text, caret: selectionOffsets(pre).end };
    past.length = position + 1;
    if (position > 0 && now - lastEdit < STEP_MILLISECONDS) past[position] = step;
    else past.push(step);
    position = past.length - 1;
    lastEdit = now;
  }

  /** @param {number} steps */
  function travel(steps) {
    const step = past[position + steps];
    if (!step) return;
    position += steps;
    lastEdit = 0;
    pre.textContent = step.text;
    placeCaret(pre, step.caret);
    paint();
    onEdit(step.text);
  }

  pre.addEventListener(
    "input",
    () => {
      tidy();
      changed();
    },
    { signal },
  );
  pre.addEventListener(
    "pointerdown",
    () => {
      editing = true;
    },
    { signal },
  );
  pre.addEventListener(
    "blur",
    () => {
      editing = false;
    },
    { signal },
  );
  pre.addEventListener(
    "keydown",
    (event) => {
      if (event.isComposing || pre.contentEditable === "false") return;
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        onRun();
      } else if (event.key === "Escape") {
        editing = false;
      } else if (event.key === "Enter") {
        event.preventDefault();
        insert(`\n${indentAfter((pre.textContent ?? "").slice(0, selectionOffsets(pre).start))}`);
      } else if (event.key === "Tab" && editing) {
        event.preventDefault();
        if (event.shiftKey) outdent();
        else insert(INDENT);
      } else if ((event.ctrlKey || event.metaKey) && ["z", "y"].includes(event.key.toLowerCase())) {
        event.preventDefault();
        travel(event.shiftKey || event.key.toLowerCase() === "y" ? 1 : -1);
      }
    },
    { signal },
  );
  // Plain text is all that may come in, also where `plaintext-only` is not known.
  pre.addEventListener(
    "paste",
    (event) => {
      const text = event.clipboardData?.getData("text/plain");
      if (text === undefined) return;
      event.preventDefault();
      insert(text.replace(/\r\n?/g, "\n"));
    },
    { signal },
  );
  pre.addEventListener(
    "beforeinput",
    (event) => {
      // Several lines at once, from a keyboard's clipboard or a script: a browser may add a line break of its own at the end.
      if (event.inputType === "insertText" && event.data?.includes("\n")) {
        event.preventDefault();
        insert(event.data);
        return;
      }
      if (event.inputType !== "historyUndo" && event.inputType !== "historyRedo") return;
      event.preventDefault();
      travel(event.inputType === "historyUndo" ? -1 : 1);
    },
    { signal },
  );
  if (pre.contentEditable !== PLAIN) pre.contentEditable = PLAIN;
  // What cannot be edited at the moment can still be reached and scrolled by keyboard.
  pre.tabIndex = 0;

  return {
    /** @param {string} program @param {HowShown} how */
    render(program, how) {
      const line = how.failure?.line ?? null;
      const mode = how.readOnly ? "false" : PLAIN;
      if (pre.contentEditable !== mode) pre.contentEditable = mode;
      const differs = pre.textContent !== program;
      if (differs) {
        pre.textContent = program;
        if (!how.readOnly) remember(program);
        lastEdit = 0;
      }
      if (differs || errorLine !== line) {
        errorLine = line;
        paint();
      }
      // A program being written is followed to its last line.
      if (differs && how.readOnly) pre.scrollTop = pre.scrollHeight;
    },
    focus() {
      pre.focus();
      editing = true;
    },
    /** Where the caret is, and where what is selected ends. */
    selection: () => selectionOffsets(pre),
    isComposing: () => composing,
    /** Leaves the element to somebody else. */
    end() {
      listening.abort();
      pre.removeAttribute("tabindex");
      paintNothing();
    },
  };
}

/** @param {string} before the text before the caret */
function indentAfter(before) {
  const line = before.slice(before.lastIndexOf("\n") + 1);
  const indent = /^[ \t]*/.exec(line)?.[0] ?? "";
  return /:\s*(?:#.*)?$/.test(line) ? indent + INDENT : indent;
}

/** @param {HTMLElement} pre */
function selectionOffsets(pre) {
  const length = (pre.textContent ?? "").length;
  const selection = getSelection();
  if (!selection || selection.rangeCount === 0) return { start: length, end: length };
  const range = selection.getRangeAt(0);
  if (!pre.contains(range.startContainer) || !pre.contains(range.endContainer)) return { start: length, end: length };
  const upTo = document.createRange();
  upTo.selectNodeContents(pre);
  upTo.setEnd(range.startContainer, range.startOffset);
  const start = upTo.toString().length;
  return { start, end: start + range.toString().length };
}

/** @param {HTMLElement} pre @param {number} offset */
function placeCaret(pre, offset) {
  const range = rangeOf(pre, offset, offset);
  const selection = getSelection();
  selection?.removeAllRanges();
  selection?.addRange(range);
}

/** @param {HTMLElement} pre @param {number} start @param {number} end */
function rangeOf(pre, start, end) {
  const range = document.createRange();
  range.selectNodeContents(pre);
  const walker = document.createTreeWalker(pre, NodeFilter.SHOW_TEXT);
  let passed = 0;
  let started = false;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const length = node.nodeValue?.length ?? 0;
    if (!started && start <= passed + length) {
      range.setStart(node, start - passed);
      started = true;
    }
    if (started && end <= passed + length) {
      range.setEnd(node, end - passed);
      return range;
    }
    passed += length;
  }
  range.collapse(false);
  return range;
}

/** @param {HTMLElement} pre @param {number | null} errorLine */
function paintProgram(pre, errorLine) {
  if (!("highlights" in CSS)) return;
  const program = pre.textContent ?? "";
  const words = program.length > PAINTED_CHARS ? [] : pythonWords(program);
  if (pre.childNodes.length > 1) pre.normalize();
  const node = pre.firstChild;
  for (const kind of KINDS) {
    const highlight = new Highlight();
    for (const word of words) {
      if (word.kind !== kind || !(node instanceof Text)) continue;
      highlight.add(
        new StaticRange({ startContainer: node, startOffset: word.start, endContainer: node, endOffset: word.end }),
      );
    }
    CSS.highlights.set(`python-${kind}`, highlight);
  }
  CSS.highlights.set("python-error", new Highlight(...errorRanges(pre, program, errorLine)));
}

function paintNothing() {
  if (!("highlights" in CSS)) return;
  for (const kind of [...KINDS, "error"]) CSS.highlights.delete(`python-${kind}`);
}

/** @param {HTMLElement} pre @param {string} program @param {number | null} line */
function errorRanges(pre, program, line) {
  const lines = program.split("\n");
  const text = line === null ? undefined : lines[line - 1];
  if (line === null || !text) return [];
  const start = lines.slice(0, line - 1).reduce((sum, { length }) => sum + length + 1, 0);
  return [rangeOf(pre, start + (text.length - text.trimStart().length), start + text.length)];
}

function plainOrRich() {
  try {
    const probe = document.createElement("div");
    probe.contentEditable = "plaintext-only";
    return "plaintext-only";
  } catch {
    return "true";
  }
}
