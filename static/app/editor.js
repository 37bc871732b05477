// @ts-check
/**
 * The editor of the program panel, made of CodeMirror's parts: what keys do, how it looks, what it marks. Which words it offers is
 * completions.js's, when it comes and what is there before it program-view.js's.
 *
 * @import {Failure} from "./advice.js"
 * @import {HowShown} from "./plain-editor.js"
 * @import {Listeners} from "./program-view.js"
 *
 * @typedef {typeof import("#vendor/codemirror")} CodeMirror
 * @typedef {import("@codemirror/view").EditorView} EditorView
 */

import { completePython } from "./completions.js";
import { make } from "./dom.js";
import { t } from "./language.js";
import { PLAIN } from "./plain-editor.js";
import { changedSpan } from "./text-change.js";

const INDENT = 4;

/** What stands around CodeMirror in the shadow root. The text itself is clipped away, not hidden: it is still what the page reads as. */
const SHELL = `
:host { position: relative; }
.text { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }
@media print {
  .text { position: static; inline-size: auto; block-size: auto; padding: 1rem; overflow: visible; clip-path: none; white-space: pre-wrap; }
  .skin { display: none; }
}
`;

/**
 * @param {CodeMirror} cm
 * @param {ShadowRoot} root
 * @param {HTMLElement} element whose text is the program
 * @param {Listeners} listeners
 */
export function createEditor(cm, root, element, { onEdit, onRun, profile }) {
  const { EditorState, EditorView } = cm;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(SHELL);
  root.adoptedStyleSheets = [sheet];
  const skin = make("div", { class: "skin", contenteditable: "false" });
  root.append(make("div", { class: "text", "aria-hidden": "true" }, make("slot")), skin);

  const writing = new cm.Compartment();
  const { field: errorField, effect: markError } = errorLine(cm);
  const label = element.getAttribute("aria-labelledby");
  const labelText = (label && document.getElementById(label)?.textContent) || t("program.heading");
  const help = document.getElementById(element.getAttribute("aria-describedby") ?? "")?.textContent ?? "";
  /** @type {Failure | null} */
  let failure = null;

  const view = new EditorView({
    root,
    parent: skin,
    state: EditorState.create({
      doc: element.textContent ?? "",
      extensions: [
        writing.of(mode(false)),
        keys(),
        cm.history(),
        cm.lineNumbers(),
        cm.lintGutter(),
        cm.drawSelection(),
        cm.highlightActiveLine(),
        cm.highlightActiveLineGutter(),
        cm.bracketMatching(),
        cm.indentOnInput(),
        cm.indentUnit.of(" ".repeat(INDENT)),
        EditorState.tabSize.of(INDENT),
        // Nothing of a program is made another sign.
        EditorState.lineSeparator.of("\n"),
        new cm.LanguageSupport(cm.pythonLanguage),
        cm.syntaxHighlighting(colours(cm)),
        cm.autocompletion({ override: [completePython(cm, profile)], icons: false }),
        EditorState.phrases.of({ Completions: t("completion.list") }),
        cm.placeholder(element.dataset["placeholder"] ?? ""),
        EditorView.contentAttributes.of({
          "aria-label": labelText,
          "aria-description": help,
          spellcheck: "false",
          autocorrect: "off",
          autocapitalize: "off",
          translate: "no",
        }),
        theme(cm),
        errorField,
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          const text = update.state.doc.toString();
          if (element.textContent !== text) element.textContent = text;
          if (update.transactions.every((transaction) => transaction.annotation(cm.Transaction.remote))) return;
          view.setTabFocusMode(false);
          onEdit(text);
        }),
        EditorView.domEventHandlers({
          pointerdown: () => view.setTabFocusMode(false),
          // Who merely passes through by keyboard passes on: Tab indents only where somebody is editing.
          blur: () => view.setTabFocusMode(true),
          // In place of lines that are selected, or lines themselves: the browser would move elements for it, and give them inline
          // styles, which no policy of ours allows.
          beforeinput(event) {
            const { data } = event;
            if (event.inputType !== "insertText" || data === null || event.isComposing || view.state.readOnly)
              return false;
            if (view.state.selection.main.empty && !data.includes("\n")) return false;
            // Whole lines come as they are: only what is typed is indented anew.
            const userEvent = data.includes("\n") ? "input.paste" : "input.type";
            view.dispatch(view.state.replaceSelection(data), { userEvent, scrollIntoView: true });
            return true;
          },
        }),
      ],
    }),
  });
  view.setTabFocusMode(true);

  function keys() {
    return [
      cm.Prec.highest(
        cm.keymap.of([
          { key: "Mod-Enter", run: runProgram, preventDefault: true },
          // Beside Control also on a Mac, as the page says.
          { key: "Ctrl-Enter", run: runProgram, preventDefault: true },
        ]),
      ),
      cm.keymap.of([
        { key: "Tab", run: cm.acceptCompletion },
        { key: "Tab", run: indent, shift: cm.indentLess },
        {
          key: "Escape",
          run() {
            if (cm.completionStatus(view.state) === null) view.setTabFocusMode(true);
            return false;
          },
        },
        ...cm.completionKeymap,
        ...cm.historyKeymap,
        ...cm.defaultKeymap,
      ]),
    ];
  }

  function runProgram() {
    onRun();
    return true;
  }

  /** @param {EditorView} view */
  function indent(view) {
    const { state } = view;
    const isBlock = state.selection.ranges.some(
      ({ from, to }) => state.doc.lineAt(from).number !== state.doc.lineAt(to).number,
    );
    if (isBlock) return cm.indentMore(view);
    const { from } = state.selection.main;
    const column = from - state.doc.lineAt(from).from;
    view.dispatch(state.replaceSelection(" ".repeat(INDENT - (column % INDENT))), {
      userEvent: "input",
      scrollIntoView: true,
    });
    return true;
  }

  /** @param {boolean} readOnly */
  function mode(readOnly) {
    return [EditorState.readOnly.of(readOnly), EditorView.editable.of(!readOnly)];
  }

  /**
   * Takes over what the text has become by another hand than the editor's.
   * @param {string} program
   * @param {boolean} isHistory whether "undo" leads back behind it
   */
  function follow(program, isHistory) {
    const change = changedSpan(view.state.doc.toString(), program);
    if (!change) return;
    view.dispatch({
      changes: change,
      annotations: [
        cm.Transaction.remote.of(true),
        cm.Transaction.addToHistory.of(isHistory),
        ...(isHistory ? [cm.isolateHistory.of("full")] : []),
      ],
    });
  }

  // An edit of the text itself: a script's, or a browser's that knows nothing of shadow roots.
  element.addEventListener("input", () => {
    const text = element.textContent ?? "";
    if (text === view.state.doc.toString()) return;
    follow(text, true);
    onEdit(text);
  });
  for (const type of ["input", "beforeinput"]) skin.addEventListener(type, (event) => event.stopPropagation());

  /** Whoever turns to the element means the editor, and what is selected of the one is selected in the other. */
  function takeFocus() {
    if (root.activeElement || view.state.readOnly) return;
    const chosen = getSelection();
    const isInText = chosen !== null && !chosen.isCollapsed && element.contains(chosen.anchorNode);
    if (isInText) view.dispatch({ selection: { anchor: 0, head: view.state.doc.length } });
    view.focus();
  }
  element.addEventListener("focus", takeFocus);
  // From the editor to its own element the focus goes without a word to the element.
  skin.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget === element) queueMicrotask(takeFocus);
  });
  element.addEventListener("beforeinput", (event) => {
    if (event.data === null) return;
    event.preventDefault();
    takeFocus();
    view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.paste", scrollIntoView: true });
  });
  // The way back leads over the element, which would lead here again.
  skin.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || !event.shiftKey || event.defaultPrevented) return;
    element.contentEditable = "false";
    setTimeout(() => {
      element.contentEditable = view.state.readOnly ? "false" : PLAIN;
    });
  });

  return {
    /** @param {string} program @param {HowShown} how */
    render(program, how) {
      if (view.state.readOnly !== how.readOnly) {
        element.contentEditable = how.readOnly ? "false" : PLAIN;
        // What cannot be edited at the moment can still be reached and scrolled by keyboard.
        if (how.readOnly) element.tabIndex = 0;
        else element.removeAttribute("tabindex");
        view.dispatch({ effects: writing.reconfigure(mode(how.readOnly)) });
      }
      const differs = view.state.doc.toString() !== program;
      follow(program, !how.readOnly);
      // A program being written is followed to its last line.
      if (differs && how.readOnly) view.dispatch({ effects: EditorView.scrollIntoView(view.state.doc.length) });
      if (failure !== how.failure) {
        failure = how.failure;
        showFailure();
      }
    },
    focus() {
      view.focus();
      view.setTabFocusMode(false);
    },
    /** Where what is selected begins and ends. */
    selection() {
      const { from, to } = view.state.selection.main;
      return { start: from, end: to };
    },
    /** @param {number} anchor @param {number} head */
    select(anchor, head) {
      const { length } = view.state.doc;
      view.dispatch({ selection: { anchor: Math.min(anchor, length), head: Math.min(head, length) } });
    },
  };

  /** Marks the line that the traceback names, and brings it into sight. */
  function showFailure() {
    const number = failure?.line ?? null;
    if (failure === null || number === null || number > view.state.doc.lines) {
      view.dispatch(cm.setDiagnostics(view.state, []), { effects: markError.of(null) });
      return;
    }
    const line = view.state.doc.line(number);
    const from = line.from + (line.text.length - line.text.trimStart().length);
    view.dispatch(
      cm.setDiagnostics(view.state, [
        { from, to: line.to, severity: "error", message: [failure.title, failure.sentence].filter(Boolean).join("\n") },
      ]),
      { effects: [markError.of(line.from), EditorView.scrollIntoView(line.from, { y: "nearest", yMargin: 40 })] },
    );
  }
}

/** The ground of the line that stopped the program; it moves with the line. @param {CodeMirror} cm */
function errorLine({ Decoration, EditorView, StateEffect, StateField }) {
  /** @type {import("@codemirror/state").StateEffectType<number | null>} */
  const effect = StateEffect.define();
  const decoration = Decoration.line({ class: "cm-failed" });
  const field = StateField.define({
    create: () => Decoration.none,
    update(marked, transaction) {
      let next = marked.map(transaction.changes);
      for (const found of transaction.effects) {
        if (!found.is(effect)) continue;
        next = found.value === null ? Decoration.none : Decoration.set([decoration.range(found.value)]);
      }
      return next;
    },
    provide: (field) => EditorView.decorations.from(field),
  });
  return { field, effect };
}

/** The colours of the plain panel. @param {CodeMirror} cm */
function colours({ HighlightStyle, tags }) {
  return HighlightStyle.define([
    { tag: tags.comment, color: "var(--soft)" },
    { tag: [tags.string, tags.special(tags.string)], color: "var(--sand-text)" },
    { tag: [tags.keyword, tags.operatorKeyword, tags.bool, tags.null, tags.self], color: "var(--word-keyword)" },
    { tag: tags.number, color: "var(--word-number)" },
    { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], color: "var(--word-call)" },
    { tag: tags.function(tags.definition(tags.variableName)), color: "var(--word-call)", fontWeight: "600" },
  ]);
}

/** @param {CodeMirror} cm */
function theme({ EditorView }) {
  return EditorView.theme({
    "&": { backgroundColor: "transparent", color: "var(--ink)", maxBlockSize: "36rem", minBlockSize: "6rem" },
    "&.cm-focused": {
      outline: "2px solid light-dark(var(--ink), var(--sand))",
      outlineOffset: "-1px",
      borderRadius: "8px",
    },
    ".cm-scroller": { fontFamily: "var(--mono)", fontSize: "var(--small)", lineHeight: "1.55", overflow: "auto" },
    ".cm-content": { padding: "0.75rem 0", caretColor: "var(--ink)" },
    ".cm-line": { padding: "0 1rem 0 0.5rem" },
    ".cm-gutters": { backgroundColor: "transparent", color: "var(--soft)", border: "0" },
    ".cm-lineNumbers .cm-gutterElement": { minInlineSize: "2.25rem", paddingInline: "0.25rem 0.5rem" },
    ".cm-gutter-lint": { inlineSize: "1rem" },
    ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "transparent" },
    "&.cm-focused .cm-activeLine": { backgroundColor: "color-mix(in oklab, var(--ink) 5%, transparent)" },
    "&.cm-focused .cm-activeLineGutter": { color: "var(--ink)", backgroundColor: "transparent" },
    ".cm-cursor": { borderInlineStartColor: "var(--ink)", borderInlineStartWidth: "2px" },
    "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
      background: "color-mix(in oklab, var(--sand) 35%, transparent)",
    },
    "&.cm-focused .cm-matchingBracket": {
      backgroundColor: "color-mix(in oklab, var(--sand) 30%, transparent)",
      outline: "0",
    },
    ".cm-line.cm-failed, &.cm-focused .cm-line.cm-failed": { backgroundColor: "var(--alarm-tint)" },
    ".cm-lintRange-error": {
      backgroundImage: "none",
      textDecoration: "underline wavy var(--alarm)",
      textUnderlineOffset: "3px",
    },
    ".cm-lint-marker-error": {
      content: "''",
      inlineSize: "0.625rem",
      blockSize: "0.625rem",
      margin: "0.375rem auto 0",
      borderRadius: "50%",
      backgroundColor: "var(--alarm)",
    },
    ".cm-placeholder": { color: "var(--soft)", whiteSpace: "pre-wrap" },
    ".cm-tooltip": {
      border: "1px solid var(--edge)",
      borderRadius: "6px",
      backgroundColor: "var(--sheet)",
      color: "var(--ink)",
      boxShadow: "0 6px 24px rgb(10 20 30 / 18%)",
      overflow: "hidden",
    },
    ".cm-diagnostic": { font: "var(--small) / 1.4 var(--text)", whiteSpace: "pre-wrap", maxInlineSize: "32rem" },
    ".cm-diagnostic-error": { borderInlineStart: "4px solid var(--alarm)" },
    ".cm-tooltip.cm-tooltip-autocomplete > ul": {
      fontFamily: "var(--mono)",
      fontSize: "var(--small)",
      maxBlockSize: "16rem",
      maxInlineSize: "min(32rem, 90vw)",
    },
    ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.25rem 0.75rem", lineHeight: "1.5" },
    ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
      backgroundColor: "var(--sand)",
      color: "#16212b",
    },
    ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
    ".cm-completionDetail": { font: "italic 0.75rem var(--text)", marginInlineStart: "1rem", opacity: "0.8" },
  });
}
