// @ts-check
/**
 * What a failure is called and what can be done about it, in words for the person. Pure; session.js decides, view.js shows.
 *
 * @import {ProgramError} from "../shared/protocol.js"
 *
 * @typedef {object} Failure
 * @property {string} title
 * @property {string} sentence
 * @property {string} advice
 * @property {string | null} code
 * @property {string | null} requestId
 * @property {number | null} retryAt as performance.now() counts
 * @property {string | null} traceback
 * @property {number | null} line of the program
 * @property {string | null} reply what the model had written, where it is not in the program panel
 */

import { ApiError } from "./api.js";
import { SandboxError } from "./interpreter.js";
import { hasWords, t } from "./language.js";

/** @type {Failure} */
const NOTHING = {
  title: "",
  sentence: "",
  advice: "",
  code: null,
  requestId: null,
  retryAt: null,
  traceback: null,
  line: null,
  reply: null,
};

/** @param {ProgramError} error @returns {Failure} */
export function programFailure({ type, message, line, traceback }) {
  return {
    ...NOTHING,
    title: line === null ? t("failure.program", { type }) : t("failure.program_line", { line: String(line), type }),
    sentence: message,
    traceback,
    line,
  };
}

/** @param {unknown} error @param {string} reply @returns {Failure} */
export function failureOf(error, reply) {
  if (error instanceof ApiError) {
    return {
      ...NOTHING,
      ...inWords("api", error.code),
      sentence: error.message,
      requestId: error.requestId,
      retryAt: error.retryAfter === null ? null : performance.now() + error.retryAfter * 1000,
      reply: reply === "" ? null : reply,
    };
  }
  if (error instanceof SandboxError) return { ...NOTHING, ...inWords("sandbox", error.code), sentence: error.message };
  const sentence = error instanceof Error ? error.message : String(error);
  return { ...NOTHING, title: t("failure.page"), sentence, code: "page", advice: t("advice.page") };
}

/** The words for a code, as far as there are any. @param {"api" | "sandbox"} whose @param {string} code */
function inWords(whose, code) {
  const title = `failure.${whose}.${code}`;
  const advice = `advice.${whose}.${code}`;
  return {
    title: t(hasWords(title) ? title : `failure.${whose}.other`),
    advice: hasWords(advice) ? t(advice) : "",
    code,
  };
}
