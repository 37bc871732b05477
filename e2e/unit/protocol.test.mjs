// The guards between the page and the sandbox: what they let through, what they refuse, and that they never pass a reference on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BOUNDS, ProtocolError, parseFromFigure, parseFromWorker } from "../../static/shared/protocol.js";

const result = (value, parts = []) =>
  parseFromWorker({
    type: "result",
    id: 1,
    json: JSON.stringify({ ok: true, figures: [], value: null, error: null, warnings: [], ...value }),
    parts,
  });

test("each message of the worker passes in its right shape", () => {
  assert.deepEqual(parseFromWorker({ type: "phase", phase: "import" }), { type: "phase", phase: "import" });
  assert.deepEqual(parseFromWorker({ type: "ready" }), { type: "ready" });
  assert.deepEqual(parseFromWorker({ type: "output", id: 3, text: "hi" }), { type: "output", id: 3, text: "hi" });
  const profile = {
    tables: [
      {
        name: "a",
        file: "a.csv",
        fingerprint: "0a1b2c3d4e",
        rows: 2,
        columns: [
          { name: "x", type: "integer", missing: 0, distinct: 2, min: 1, max: 2, quantiles: [1, 1, 2], unit: "%" },
          { name: "y", type: "text", missing: 0, distinct: 1, top: ["k"], samples: ["k"], role: "category" },
        ],
      },
    ],
  };
  const sheet = {
    name: "a",
    columns: ["x", "y"],
    rows: [["1", "k"]],
    sources: ["x", "z"],
    leftOut: ["w"],
    bars: [[1, 1], []],
  };
  const json = JSON.stringify({ ok: true, profile, previews: [{ ...sheet, lost: { z: 3 } }], letters: "東ア" });
  const previews = [{ ...sheet, lost: [{ source: "z", values: 3 }] }];
  const frames = new Blob([new Uint8Array(3)]);
  assert.deepEqual(parseFromWorker({ type: "opened", id: 1, json, frames }), {
    type: "opened",
    id: 1,
    opened: { profile, previews, letters: "東ア" },
    frames,
    missed: false,
  });
  assert.deepEqual(parseFromWorker({ type: "needs", id: 1, what: "parquet" }), {
    type: "needs",
    id: 1,
    what: "parquet",
  });
});

test("figures take their parts by index, and bytes are copied", () => {
  const png = new Uint8Array([1, 2, 3]);
  const figures = [
    { kind: "svg", svg: 0, png: 1, width: 10, height: 20, facts: { kind: "line", blank: false, points: 3 } },
    { kind: "plotly", spec: 2, facts: {} },
    { kind: "table", columns: ["a"], rows: [["1"]], totalRows: 1, facts: {} },
  ];
  const message = result({ figures }, ["<svg/>", png, "{}"]);
  assert.equal(message.type, "result");
  const [svg, plotly, table] = message.result.figures;
  assert.equal(svg.svg, "<svg/>");
  assert.deepEqual(svg.png, png);
  assert.notEqual(svg.png.buffer, png.buffer);
  assert.deepEqual(svg.facts, { kind: "line", blank: false, points: 3 });
  assert.equal(plotly.spec, "{}");
  assert.deepEqual(table.rows, [["1"]]);
});

test("what is not of the protocol is refused", () => {
  const refused = [
    null,
    undefined,
    7,
    "ready",
    [],
    {},
    { type: "eval" },
    { type: "phase", phase: "anything" },
    { type: "output", id: -1, text: "x" },
    { type: "output", id: 1.5, text: "x" },
    { type: "output", id: 1, text: { toString: () => "x" } },
    { type: "output", id: 1, text: "x".repeat(BOUNDS.outputChunk + 1) },
    { type: "result", id: 1, json: "{", parts: [] },
    { type: "result", id: 1, json: "[]", parts: [] },
    { type: "result", id: 1, json: '{"figures":{}}', parts: [] },
    { type: "opened", id: 1, json: '{"profile":{}}' },
    { type: "opened", id: 1, json: '{"profile":{"tables":[]},"previews":[],"letters":""}', frames: new ArrayBuffer(1) },
    {
      type: "opened",
      id: 1,
      json: '{"profile":{"tables":[]},"previews":[]}',
      frames: new ArrayBuffer(1, { maxByteLength: 2 }),
    },
    { type: "needs", id: 1, what: "https://example.org/package.js" },
  ];
  for (const message of refused) {
    assert.throws(() => parseFromWorker(message), ProtocolError, JSON.stringify(message));
  }
});

test("a figure cannot name a part that is not there, or of another kind", () => {
  const figure = (fields) => [{ width: 1, height: 1, facts: {}, ...fields }];
  for (const figures of [
    figure({ kind: "svg", svg: 5, png: null }),
    figure({ kind: "svg", svg: "length", png: null }),
    figure({ kind: "png", png: 0 }),
    figure({ kind: "html", html: 0 }),
    figure({ kind: "png", png: 1, width: "wide" }),
  ]) {
    assert.throws(() => result({ figures }, ["text", new Uint8Array(1)]), ProtocolError);
  }
});

test("keys of prototypes are neither read nor passed on", () => {
  const figures = [
    { kind: "plotly", spec: 0, facts: JSON.parse('{"__proto__":{"kind":"evil"},"constructor":"evil"}') },
  ];
  const [figure] = result({ figures }, ["{}"]).result.figures;
  assert.deepEqual(figure.facts, {});
  assert.equal(Object.getPrototypeOf(figure.facts), Object.prototype);
  assert.equal({}.kind, undefined);
});

test("long texts are cut, sizes are held in bounds", () => {
  const error = {
    type: "E".repeat(1000),
    message: "m",
    line: 3,
    traceback: "t".repeat(BOUNDS.traceback * 2),
    told: "t".repeat(BOUNDS.traceback * 2),
  };
  const parsed = result({ ok: false, error }).result.error;
  assert.equal(parsed.type.length, 200);
  assert.equal(parsed.traceback.length, BOUNDS.traceback);
  assert.equal(parsed.told.length, BOUNDS.traceback);
  assert.deepEqual(parseFromFigure({ type: "resized", height: 1e9 }), { type: "resized", height: 4000 });
  assert.throws(() => parseFromFigure({ type: "resized", height: Number.NaN }), ProtocolError);
  assert.throws(() => parseFromFigure({ type: "image", id: 1, png: "data:image/png" }), ProtocolError);
});

test("views of one buffer do not multiply, nor do tables", () => {
  const bytes = new Uint8Array(60 << 20);
  assert.throws(() => result({ figures: [] }, Array(BOUNDS.parts).fill(bytes)), /too large together/);
  const rows = Array(1000).fill(Array(1000).fill("1"));
  const figure = { kind: "table", columns: [], rows, totalRows: 1000, facts: {} };
  assert.equal(result({ figures: [figure, figure] }).result.figures.length, 2);
  assert.throws(() => result({ figures: [figure, figure, figure] }), /more cells/);
});

test("the tables beside a figure are texts, and bounded", () => {
  const drawn = { title: "t", columns: ["a"], rows: [["1"]], totalRows: 1, extra: 1 };
  const figure = { kind: "png", png: 0, width: 1, height: 1, tables: [drawn] };
  const given = result({ figures: [figure] }, [new Uint8Array(1)]).result.figures[0];
  assert.deepEqual(given.kind === "png" && given.tables, [{ title: "t", columns: ["a"], rows: [["1"]], totalRows: 1 }]);
  for (const tables of [
    "x",
    Array(BOUNDS.drawnTables + 1).fill(drawn),
    [{ ...drawn, rows: [[{}]] }],
    [{ ...drawn, rows: Array(BOUNDS.drawnRows + 1).fill([]) }],
    [{ ...drawn, columns: Array(BOUNDS.drawnColumns + 1).fill("a") }],
    [{ ...drawn, totalRows: -1 }],
  ]) {
    assert.throws(() => result({ figures: [{ ...figure, tables }] }, [new Uint8Array(1)]), ProtocolError);
  }
  const mark = { x: "a", y: 1 };
  const trend = { series: "s", kind: "line", first: mark, last: mark, low: mark, high: mark };
  for (const trends of [[{ ...trend, low: { x: "a", y: "1" } }], [{ ...trend, first: null }], Array(99).fill(trend)]) {
    const facts = { trends };
    assert.throws(() => result({ figures: [{ ...figure, facts }] }, [new Uint8Array(1)]), ProtocolError);
  }
});

test("what is wrong with a figure is said in words of a closed list", () => {
  const figure = { kind: "png", png: 0, width: 1, height: 1 };
  const told = (/** @type {unknown} */ faults) =>
    result({ figures: [{ ...figure, facts: { faults } }] }, [new Uint8Array(1)]);
  assert.deepEqual(told(["legend", "ticks"]).result.figures[0]?.facts.faults, ["legend", "ticks"]);
  for (const faults of ["legend", null, ["evil"], [{}], Array(50).fill("legend")]) {
    assert.throws(() => told(faults), ProtocolError);
  }
});

test("what was measured of a figure is numbers, in words of a closed list, and bounded", () => {
  const box = { role: "tick", place: "x", x: 1, y: 2, width: 3, height: 4, angle: 0 };
  const measured = { width: 860, height: 450, names: ["North"], texts: [box] };
  const told = (/** @type {object} */ more) =>
    parseFromFigure({ type: "drawn", height: 450, measured: { ...measured, ...more } });
  assert.deepEqual(told({ texts: [{ ...box, evil: 1 }], evil: 1 }), { type: "drawn", height: 450, measured });
  for (const more of [
    { width: "860" },
    { names: [{}] },
    { names: Array(BOUNDS.series + 1).fill("a") },
    { texts: [null] },
    { texts: [{ ...box, role: "evil" }] },
    { texts: [{ ...box, x: Number.NaN }] },
    { texts: [{ ...box, place: "x".repeat(65) }] },
    { texts: Array(BOUNDS.textBoxes + 1).fill(box) },
  ]) {
    assert.throws(() => told(more), ProtocolError, JSON.stringify(more).slice(0, 80));
  }
  assert.throws(() => parseFromFigure({ type: "drawn", height: 450 }), ProtocolError);
});

test("what the page says in its own language comes as a key with texts and numbers, and no more", () => {
  const reason = { code: "text", values: { name: "a.csv", n: 3 } };
  const refused = (/** @type {unknown} */ said) =>
    parseFromWorker({ type: "refused", id: 1, reason: said, memory: false });
  assert.deepEqual(refused({ ...reason, evil: 1 }), { type: "refused", id: 1, reason, memory: false });
  assert.deepEqual(result({ warnings: ["a library's", reason] }).result.warnings, ["a library's", reason]);
  for (const said of [
    "text",
    { code: "text" },
    { code: 1, values: {} },
    { code: "x".repeat(65), values: {} },
    { code: "text", values: { name: { key: "error.internal" } } },
    { code: "text", values: { n: null } },
    { code: "text", values: Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`v${i}`, "x"])) },
  ]) {
    assert.throws(() => refused(said), ProtocolError, JSON.stringify(said));
  }
  assert.throws(() => result({ warnings: [{}] }), ProtocolError);
});

test("what would put names right in a program is bounded", () => {
  const fix = { line: 1, start: 0, end: 3, from: "a", to: "A" };
  const error = { type: "KeyError", message: "", line: 1, traceback: "", told: "" };
  const told = (/** @type {unknown} */ fixes) => result({ error: { ...error, fixes } }, []).result.error?.fixes;
  assert.deepEqual(told([{ ...fix, evil: 1 }]), [fix]);
  assert.equal(told(undefined), undefined);
  for (const fixes of [
    "x",
    null,
    [null],
    [{ ...fix, line: -1 }],
    [{ ...fix, to: 1 }],
    Array(BOUNDS.fixes + 1).fill(fix),
  ]) {
    assert.throws(() => told(fixes), ProtocolError);
  }
});

test("a figure's frame answers with one picture of the form that was asked for", () => {
  assert.deepEqual(parseFromFigure({ type: "image", id: 1, svg: "<svg/>" }), {
    type: "image",
    id: 1,
    png: null,
    svg: "<svg/>",
  });
  assert.throws(() => parseFromFigure({ type: "image", id: 1, svg: {} }), ProtocolError);
  assert.throws(() => parseFromFigure({ type: "image", id: 1, svg: "x".repeat(BOUNDS.svg + 1) }), ProtocolError);
  assert.equal(parseFromFigure({ type: "refused", id: 1, message: "x" }).type, "refused");
});
