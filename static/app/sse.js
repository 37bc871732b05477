// @ts-check
/**
 * Server-sent events out of a fetch body. EventSource cannot POST, so the decoding is done here; it knows the format and
 * nothing else. What an event means is for api.js.
 */

/** @typedef {{name: string, data: string}} ServerEvent */

/**
 * A decoder that may be given the bytes in pieces cut anywhere, even inside a character or between CR and LF.
 * An event is complete only at its blank line; what is left when the stream ends is dropped, as the standard says.
 */
export function createEventDecoder() {
  const text = new TextDecoder();
  let rest = "";
  let endedInReturn = false;
  let name = "";
  /** @type {string[]} */
  let data = [];

  /** @param {string} line @param {ServerEvent[]} events */
  function take(line, events) {
    if (line === "") {
      if (data.length > 0) events.push({ name: name || "message", data: data.join("\n") });
      name = "";
      data = [];
      return;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") name = value;
    else if (field === "data") data.push(value);
  }

  return {
    /** @param {Uint8Array} bytes @returns {ServerEvent[]} the events that these bytes completed */
    push(bytes) {
      let piece = text.decode(bytes, { stream: true });
      if (piece === "") return [];
      if (endedInReturn && piece.startsWith("\n")) piece = piece.slice(1);
      if (piece !== "") endedInReturn = piece.endsWith("\r");
      else endedInReturn = false;
      const lines = (rest + piece).split(/\r\n|\r|\n/);
      rest = lines.pop() ?? "";
      /** @type {ServerEvent[]} */
      const events = [];
      for (const line of lines) take(line, events);
      return events;
    },
  };
}

/**
 * @param {ReadableStream<Uint8Array>} body
 * @returns {AsyncGenerator<ServerEvent | "alive">} events in order; "alive" for a piece that completed none, so that a
 * reader can tell a slow stream from a dead one
 */
export async function* readEvents(body) {
  const decoder = createEventDecoder();
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const events = decoder.push(value);
      if (events.length === 0) yield "alive";
      yield* events;
    }
  } finally {
    // Leaving the loop early must also close the connection, so that the server can cancel the model's call.
    await reader.cancel().catch(() => undefined);
  }
}
