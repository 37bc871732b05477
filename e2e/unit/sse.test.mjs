/** The page's decoder of server-sent events: the same events, wherever the bytes are cut. */
import assert from "node:assert/strict";
import test from "node:test";
import { createEventDecoder, readEvents } from "../../static/app/sse.js";

const TRANSCRIPTS = {
  "line feeds": 'event: delta\ndata: {"text":"plt.plot(x)\\n"}\n\n: keep-alive\n\nevent: done\ndata: {}\n\n',
  "carriage returns": "event: delta\rdata: one\rdata: two\r\revent: done\rdata: {}\r\r",
  both: "event: delta\r\ndata: one\r\ndata: two\r\n\r\ndata:bare\r\n\r\n",
  "more than ASCII": 'event: delta\ndata: {"text":"größte Fläche: 東京 🐧"}\n\nevent: done\ndata: {}\n\n',
  "a byte order mark": "\uFEFFdata: first\n\n",
  "fields without values and unknown fields": "id: 7\nretry: 10\nevent\ndata\ndata:  two spaces\n\n",
  "an event without data": "event: delta\n\nevent: done\ndata: {}\n\n",
  "an unfinished event": "event: done\ndata: {}\n\nevent: program\ndata: {",
};

const EXPECTED = {
  "line feeds": [
    { name: "delta", data: '{"text":"plt.plot(x)\\n"}' },
    { name: "done", data: "{}" },
  ],
  "carriage returns": [
    { name: "delta", data: "one\ntwo" },
    { name: "done", data: "{}" },
  ],
  both: [
    { name: "delta", data: "one\ntwo" },
    { name: "message", data: "bare" },
  ],
  "more than ASCII": [
    { name: "delta", data: '{"text":"größte Fläche: 東京 🐧"}' },
    { name: "done", data: "{}" },
  ],
  "a byte order mark": [{ name: "message", data: "first" }],
  "fields without values and unknown fields": [{ name: "message", data: "\n two spaces" }],
  "an event without data": [{ name: "done", data: "{}" }],
  "an unfinished event": [{ name: "done", data: "{}" }],
};

/** @param {Uint8Array[]} pieces */
function decode(pieces) {
  const decoder = createEventDecoder();
  return pieces.flatMap((piece) => decoder.push(piece));
}

for (const [name, transcript] of Object.entries(TRANSCRIPTS)) {
  const bytes = new TextEncoder().encode(transcript);
  const expected = EXPECTED[name];

  test(`${name}: as a whole`, () => {
    assert.deepEqual(decode([bytes]), expected);
  });

  test(`${name}: cut in two at every byte`, () => {
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      assert.deepEqual(decode([bytes.slice(0, cut), bytes.slice(cut)]), expected, `cut at ${cut}`);
    }
  });

  test(`${name}: cut in three at every pair of bytes`, () => {
    for (let first = 0; first <= bytes.length; first += 1) {
      for (let second = first; second <= bytes.length; second += 1) {
        const pieces = [bytes.slice(0, first), bytes.slice(first, second), bytes.slice(second)];
        assert.deepEqual(decode(pieces), expected, `cut at ${first} and ${second}`);
      }
    }
  });

  test(`${name}: byte by byte`, () => {
    assert.deepEqual(decode(Array.from(bytes, (byte) => Uint8Array.of(byte))), expected);
  });
}

test("a reader that leaves closes the connection", async () => {
  let cancelled = false;
  const body = new ReadableStream({
    pull(controller) {
      controller.enqueue(new TextEncoder().encode("data: again\n\n"));
    },
    cancel() {
      cancelled = true;
    },
  });
  for await (const event of readEvents(body)) {
    assert.deepEqual(event, { name: "message", data: "again" });
    break;
  }
  assert.ok(cancelled);
});

test("a comment shows that the other side is alive", async () => {
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(": keep-alive\n\n"));
      controller.close();
    },
  });
  const seen = [];
  for await (const event of readEvents(body)) seen.push(event);
  assert.deepEqual(seen, ["alive"]);
});
