// @ts-check
/**
 * Splits a Python program into the spans that are worth a colour. Light, not a parser: it never fails, and a wrong guess costs a
 * colour only. Pure; program-view.js paints.
 *
 * @typedef {"comment" | "string" | "keyword" | "number" | "call"} WordKind
 * @typedef {{kind: WordKind, start: number, end: number}} Word
 */

const KEYWORDS = new Set(
  (
    "False None True and as assert async await break class continue def del elif else except finally for from global if import " +
    "in is lambda nonlocal not or pass raise return try while with yield match case"
  ).split(" "),
);

const WORD = new RegExp(
  [
    "(?<comment>#[^\\n]*)",
    "(?<string>\\b[rbfuRBFUtT]{0,2}(?:\"\"\"[\\s\\S]*?(?:\"\"\"|$)|'''[\\s\\S]*?(?:'''|$)|\"(?:\\\\.|[^\"\\\\\\n])*\"?|'(?:\\\\.|[^'\\\\\\n])*'?)|" +
      "\"\"\"[\\s\\S]*?(?:\"\"\"|$)|'''[\\s\\S]*?(?:'''|$)|\"(?:\\\\.|[^\"\\\\\\n])*\"?|'(?:\\\\.|[^'\\\\\\n])*'?)",
    "(?<number>\\b(?:0[xob][\\da-f_]+|\\d[\\d_]*(?:\\.[\\d_]*)?(?:e[+-]?\\d+)?j?)\\b)",
    "(?<name>[\\p{L}_][\\p{L}\\p{N}_]*)(?<call>\\s*\\()?",
  ].join("|"),
  "giu",
);

/** @param {string} program @returns {Word[]} */
export function pythonWords(program) {
  /** @type {Word[]} */
  const words = [];
  for (const match of program.matchAll(WORD)) {
    const { comment, string, number, name, call } = match.groups ?? {};
    const start = match.index;
    const text = comment ?? string ?? number ?? name ?? "";
    const end = start + text.length;
    if (comment) words.push({ kind: "comment", start, end });
    else if (string) words.push({ kind: "string", start, end });
    else if (number) words.push({ kind: "number", start, end });
    else if (KEYWORDS.has(text)) words.push({ kind: "keyword", start, end });
    else if (call) words.push({ kind: "call", start, end });
  }
  return words;
}

/**
 * With something else in the place of each comment and of each text that is quoted.
 * @param {string} program
 * @param {(text: string, isComment: boolean) => string} instead
 */
export function replaceTexts(program, instead) {
  let replaced = "";
  let at = 0;
  for (const { kind, start, end } of pythonWords(program)) {
    if (kind !== "comment" && kind !== "string") continue;
    replaced += program.slice(at, start) + instead(program.slice(start, end), kind === "comment");
    at = end;
  }
  return replaced + program.slice(at);
}

/** What stands between quotes. @param {string} program @returns {Set<string>} */
export function quotedTexts(program) {
  return new Set(
    pythonWords(program)
      .filter(({ kind }) => kind === "string")
      .map(({ start, end }) => program.slice(start, end).replace(/^\w*["']+|["']+$/g, "")),
  );
}
