// @ts-check
/**
 * The server's HTTP interface as the page uses it. Every failure becomes an ApiError with a code and a sentence; what is done
 * about it is session.js's. Bodies are given as text, so that what was shown to the person is what is sent, byte for byte.
 *
 * @import {Chart} from "./page-data.js"
 * @import {Activity, Doing, Explain, Explanation, Phrase, Profile, Usage, Version} from "./wire.js"
 *
 * @typedef {{what: string, body: string, at: Date}} Sent one request that left the tab
 * @typedef {object} Streaming
 * @property {AbortSignal} signal
 * @property {(text: string) => void} onDelta
 * @property {(doing: Doing) => void} [onDoing]
 */
/**
 * How a stream ends well.
 * @template T
 * @typedef {{event: string, parse: (data: unknown) => T}} End
 */

import { hasWords, say, t } from "./language.js";
import { readEvents } from "./sse.js";

/** Longer than three of the server's keep-alive comments: after that nobody is there. */
const SILENCE_SECONDS = 50;

export class ApiError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {{requestId?: string | null, retryAfter?: number | null, cause?: unknown}} [more]
   */
  constructor(code, message, { requestId = null, retryAfter = null, cause } = {}) {
    super(message, { cause });
    this.name = "ApiError";
    this.code = code;
    this.requestId = requestId;
    this.retryAfter = retryAfter;
  }
}

/** @param {(sent: Sent) => void} onSent told of every body that is about to leave the tab */
export function createApi(onSent) {
  /**
   * @template T
   * @param {string} what
   * @param {string} path
   * @param {string} body
   * @param {Streaming} streaming
   * @param {End<T>} end
   * @returns {Promise<T>}
   */
  async function stream(what, path, body, streaming, end) {
    const { signal } = streaming;
    onSent({ what, body, at: new Date() });
    const response = await request(path, {
      method: "POST",
      body,
      signal,
      headers: { "content-type": "application/json", accept: "text/event-stream" },
    });
    const requestId = response.headers.get("x-request-id");
    if (!response.headers.get("content-type")?.startsWith("text/event-stream")) return end.parse(await response.json());
    if (!response.body) throw broken(requestId);
    return readReply(response.body, requestId, streaming, end);
  }

  return {
    /** @param {string} body @param {Streaming} streaming @returns {Promise<Chart>} */
    ask: (body, streaming) => stream(t("sent.question"), "/api/v1/charts", body, streaming, CHART),

    /**
     * @param {string} id
     * @param {string} traceback
     * @param {string | null} model null leaves it to the one that wrote the program
     * @param {Streaming} streaming
     * @returns {Promise<Chart>}
     */
    repair: (id, traceback, model, streaming) =>
      stream(
        t("sent.traceback"),
        `/api/v1/charts/${encodeURIComponent(id)}/repair`,
        JSON.stringify({ traceback, ...(model !== null && { model }) }, null, 2),
        streaming,
        CHART,
      ),

    /**
     * @param {string} id
     * @param {Explain} body
     * @param {Streaming} streaming
     * @returns {Promise<Explanation>}
     */
    explain: (id, body, streaming) =>
      stream(
        t(body.facts ? "sent.explain_figure" : "sent.explain_program"),
        `/api/v1/charts/${encodeURIComponent(id)}/explain`,
        JSON.stringify(body, null, 2),
        streaming,
        EXPLANATION,
      ),

    /** @param {string} body @param {AbortSignal} signal @returns {Promise<Chart>} */
    async store(body, signal) {
      onSent({ what: t("sent.program"), body, at: new Date() });
      const headers = { "content-type": "application/json", accept: "application/json" };
      const response = await request("/api/v1/charts", { method: "POST", body, signal, headers });
      return parseChart(await response.json());
    },

    /** @param {string} id @param {AbortSignal} signal @returns {Promise<Chart>} */
    async chart(id, signal) {
      const headers = { accept: "application/json" };
      const response = await request(`/api/v1/charts/${encodeURIComponent(id)}`, { headers, signal });
      return parseChart(await response.json());
    },

    /** Its short address, a path. @param {string} id */
    async shorten(id) {
      const headers = { "content-type": "application/json", accept: "application/json" };
      const response = await request(`/api/v1/charts/${encodeURIComponent(id)}/link`, {
        method: "POST",
        body: "{}",
        headers,
      });
      const path = text(record(await response.json())["url"]);
      if (!/^\/c\/[a-z2-7]+$/.test(path)) throw new TypeError("that is no short address");
      return path;
    },

    /** What another site puts into its page to show a chart. @param {string} address of the chart's page */
    async frame(address) {
      const query = new URLSearchParams({ url: address, format: "json" });
      const response = await request(`/oembed?${query}`, { headers: { accept: "application/json" } });
      return text(record(await response.json())["html"]);
    },

    /** The chart and those it came from, the first of them first. @param {string} id @returns {Promise<Version[]>} */
    async versions(id) {
      const headers = { accept: "application/json" };
      const response = await request(`/api/v1/charts/${encodeURIComponent(id)}/versions`, { headers });
      const { versions } = record(await response.json());
      return Array.isArray(versions) ? versions.map(parseChart) : [];
    },
  };
}

/** @typedef {ReturnType<typeof createApi>} Api */

/** @type {End<Chart>} */
const CHART = { event: "program", parse: (data) => parseChart(data) };
/** @type {End<Explanation>} */
const EXPLANATION = { event: "explanation", parse: (data) => parseExplanation(data) };

/**
 * @template T
 * @param {ReadableStream<Uint8Array>} body
 * @param {string | null} requestId
 * @param {Streaming} streaming
 * @param {End<T>} end
 * @returns {Promise<T>}
 */
async function readReply(body, requestId, { signal, onDelta, onDoing }, end) {
  const events = readEvents(body);
  /** @type {{value: T} | null} */
  let whole = null;
  try {
    for (;;) {
      const next = await beforeSilence(events.next(), requestId);
      if (next.done) break;
      if (next.value === "alive") continue;
      const { name, data } = next.value;
      if (name === "delta") onDelta(text(record(JSON.parse(data))["text"]));
      else if (name === "doing") onDoing?.(parseDoing(JSON.parse(data)));
      else if (name === end.event) whole = { value: end.parse(JSON.parse(data)) };
      else if (name === "error") throw errorOf(JSON.parse(data), requestId, null);
      else if (name === "done") break;
    }
  } catch (error) {
    if (error instanceof ApiError || signal.aborted) throw error;
    throw broken(requestId, error);
  } finally {
    events.return(undefined).catch(() => {});
  }
  if (!whole) throw broken(requestId);
  return whole.value;
}

/** @type {readonly Activity[]} */
const ACTIVITIES = ["planning", "writing", "replacing", "queued", "fetching", "checking", "loading", "reading"];

/** @param {unknown} data @returns {Doing} */
function parseDoing(data) {
  const doing = record(data);
  const { import: name, repair, ahead, done, total } = doing;
  return {
    what: ACTIVITIES.find((known) => known === doing["what"]) ?? "writing",
    ...(typeof name === "string" && { import: name }),
    ...(typeof repair === "number" && { repair }),
    ...(typeof ahead === "number" && { ahead }),
    ...(typeof done === "number" && { done }),
    ...(typeof total === "number" && { total }),
  };
}

/**
 * @template T
 * @param {Promise<T>} next
 * @param {string | null} requestId
 * @returns {Promise<T>}
 */
async function beforeSilence(next, requestId) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let clock;
  const silent = new Promise((_, reject) => {
    const sentence = t("api.silent", { seconds: SILENCE_SECONDS });
    clock = setTimeout(() => reject(new ApiError("stream_silent", sentence, { requestId })), SILENCE_SECONDS * 1000);
  });
  try {
    return /** @type {T} */ (await Promise.race([next, silent]));
  } finally {
    clearTimeout(clock);
  }
}

/** @param {string} path @param {RequestInit} options */
async function request(path, options) {
  /** @type {Response} */
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...options });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiError("server_unreachable", t("api.unreachable"), { cause: error });
  }
  if (response.ok) return response;
  const retryAfter = Number(response.headers.get("retry-after"));
  const requestId = response.headers.get("x-request-id");
  const body = await response.json().catch(() => null);
  throw errorOf(body?.error, requestId, retryAfter > 0 ? retryAfter : null, response.status);
}

/**
 * @param {unknown} value
 * @param {string | null} requestId
 * @param {number | null} retryAfter
 * @param {number} [status]
 */
function errorOf(value, requestId, retryAfter, status) {
  const fields = typeof value === "object" && value !== null ? record(value) : {};
  const { code, message, words, requestId: ownId, retryAfter: ownRetry } = fields;
  return new ApiError(
    typeof code === "string" ? code : `http_${status ?? "error"}`,
    sentenceOf(words) ?? (typeof message === "string" ? message : t("api.between")),
    {
      requestId: typeof ownId === "string" ? ownId : requestId,
      retryAfter: typeof ownRetry === "number" ? ownRetry : retryAfter,
    },
  );
}

/** What the server says, in the language of the page: its message is English. @param {unknown} words */
function sentenceOf(words) {
  if (!Array.isArray(words) || words.length === 0 || !words.every((phrase) => hasWords(phrase?.key))) return null;
  return /** @type {Phrase[]} */ (words).map(say).join(" ");
}

/** @param {string | null} requestId @param {unknown} [cause] */
function broken(requestId, cause) {
  return new ApiError("stream_broken", t("api.broken"), { requestId, cause });
}

/** @param {unknown} value @returns {Chart} */
function parseChart(value) {
  const chart = record(value);
  const { url, profile, parent, model, settled, repairs, created, usage } = chart;
  const path = text(url);
  // The address goes into the history: one that leads elsewhere would be a server we do not know.
  if (!path.startsWith("/") || path.startsWith("//")) throw new TypeError("the chart's address is not on this server");
  return {
    id: text(chart["id"]),
    url: path,
    question: typeof chart["question"] === "string" ? chart["question"] : "",
    program: text(chart["program"]),
    profile: typeof profile === "object" ? /** @type {Profile | null} */ (profile) : null,
    parent: typeof parent === "string" ? parent : null,
    repairs: typeof repairs === "number" ? repairs : 0,
    created: typeof created === "string" ? created : "",
    model: typeof model === "string" ? model : null,
    settled: settled === true,
    ...(typeof usage === "object" && usage !== null && { usage: parseUsage(record(usage)) }),
  };
}

/** @param {unknown} value @returns {Explanation} */
function parseExplanation(value) {
  const { text: words, model, usage } = record(value);
  return {
    text: text(words),
    model: text(model),
    ...(typeof usage === "object" && usage !== null && { usage: parseUsage(record(usage)) }),
  };
}

/** @param {Record<string, unknown>} usage @returns {Usage} */
function parseUsage({ inputTokens, outputTokens, dollars, isEstimate }) {
  return {
    inputTokens: typeof inputTokens === "number" ? inputTokens : 0,
    outputTokens: typeof outputTokens === "number" ? outputTokens : 0,
    isEstimate: isEstimate === true,
    ...(typeof dollars === "number" && { dollars }),
  };
}

/** @param {unknown} value @returns {Record<string, unknown>} */
function record(value) {
  if (typeof value !== "object" || value === null) throw new TypeError("expected an object");
  return /** @type {Record<string, unknown>} */ (value);
}

/** @param {unknown} value */
function text(value) {
  if (typeof value !== "string") throw new TypeError("expected a text");
  return value;
}
