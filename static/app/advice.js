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
    title: line === null ? `The program stopped: ${type}` : `The program stopped in line ${line}: ${type}`,
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
      title: API_TITLES.get(error.code) ?? "The question could not be answered",
      sentence: error.message,
      advice: API_ADVICE.get(error.code) ?? "",
      code: error.code,
      requestId: error.requestId,
      retryAt: error.retryAfter === null ? null : performance.now() + error.retryAfter * 1000,
      reply: reply === "" ? null : reply,
    };
  }
  if (error instanceof SandboxError) {
    return {
      ...NOTHING,
      title: SANDBOX_TITLES.get(error.code) ?? "The sandbox stopped",
      sentence: error.message,
      advice: SANDBOX_ADVICE.get(error.code) ?? "",
      code: error.code,
    };
  }
  const sentence = error instanceof Error ? error.message : String(error);
  return {
    ...NOTHING,
    title: "Something on this page went wrong",
    sentence,
    code: "page",
    advice: "Try again; if it stays, reload.",
  };
}

const API_TITLES = new Map(
  Object.entries({
    server_unreachable: "The server did not answer",
    stream_broken: "The answer broke off",
    stream_silent: "The answer stopped coming",
    no_model: "No model is connected",
    model_key: "The model refused the server’s key",
    model_rate_limited: "The model is busy",
    model_weights: "The model is not here yet",
    model_timeout: "The model took too long",
    model_refused: "The model declined",
    model_empty: "The model said nothing",
    model_no_program: "The model wrote no program",
    package_missing: "The program needs a package that is not here",
    unknown_model: "That model is not here any more",
    request_limit: "Too many requests for now",
    token_limit: "Today’s tokens are used up",
    repair_limit: "Two repairs were tried",
    profile_too_large: "These tables have too many columns to describe",
    not_found: "There is no such chart",
  }),
);

const API_ADVICE = new Map(
  Object.entries({
    unknown_model: "Reload the page to see the models that are here now. Your question is kept.",
    model_no_program: "Say what the chart should show, then ask again.",
    model_refused: "Put the question differently, then ask again.",
    package_missing: "Ask again and name another way, or change the program below and run it.",
    repair_limit: "Change the program below and run it, or put the question differently.",
    profile_too_large: "Remove a table, or keep only the columns the chart needs.",
  }),
);

const SANDBOX_TITLES = new Map(
  Object.entries({
    timeout: "The program took too long",
    memory: "The program ran out of memory",
    crashed: "The sandbox broke down",
    flood: "The program sent too much",
    integrity: "A file of the runtime is not the pinned one",
    boot: "Python did not start",
    data: "The data could not be opened",
  }),
);

const SANDBOX_ADVICE = new Map(
  Object.entries({
    crashed: "The program and your data are still here: run it again.",
    boot: "Your question, program and data are still here.",
  }),
);
