// A figure as PDF: a file that its own table describes, with the shapes and the words of the picture it was made of.
import assert from "node:assert/strict";
import { test } from "node:test";
import zlib from "node:zlib";
import { isPlainSvg } from "../../static/app/picture.js";
import { svgToPdf } from "../../static/app/svg-pdf.js";
import { DRAWN } from "./drawn.mjs";
import { startPyodide } from "./pyodide.mjs";

const svg = (/** @type {string} */ inner) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="144pt" height="72pt" viewBox="0 0 144 72">${inner}</svg>`;

const decode = async () => ({ width: 1, height: 1, rgb: new Uint8Array([1, 2, 3]), alpha: new Uint8Array([128]) });

/**
 * Reads a file as a viewer does: by the table at its end.
 * @param {Blob} blob
 */
async function readPdf(blob) {
  const bytes = Buffer.from(await blob.arrayBuffer());
  const text = bytes.toString("latin1");
  assert.match(text, /^%PDF-1\.7\n/);
  const table = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(text)?.[1]);
  const rows = /^xref\n0 (\d+)\n([\s\S]*?)trailer/.exec(text.slice(table));
  assert.ok(rows, "the table is where the end says it is");
  const places = (rows[2] ?? "").match(/.{10} .{5} . \n/g) ?? [];
  assert.equal(places.length, Number(rows[1]));
  return places.slice(1).map((row, at) => {
    const start = Number(row.slice(0, 10));
    assert.ok(text.startsWith(`${at + 1} 0 obj\n`, start), `object ${at + 1} is where the table says`);
    const body = text.slice(start, text.indexOf("\nendobj", start));
    const length = /\/Length (\d+)/.exec(body)?.[1];
    if (length === undefined) return { body, content: "" };
    const from = start + body.indexOf("stream\n") + 7;
    const end = from + Number(length);
    assert.equal(text.slice(end, end + 10), "\nendstream");
    return { body, content: zlib.inflateSync(bytes.subarray(from, end)).toString("latin1") };
  });
}

/** @param {string} inner @param {number | null} [width] */
const objectsOf = async (inner, width = null) =>
  readPdf(await svgToPdf(svg(inner), { width, title: "Ä ) title", decode }));

/** What is drawn on the page. @param {{body: string, content: string}[]} objects */
const pageOf = (objects) => objects.find(({ content }) => content.startsWith("q "))?.content ?? "";

test("everything that matplotlib draws becomes a PDF", async () => {
  const { run } = await startPyodide();
  const { figures } = await run(DRAWN);
  for (const [at, figure] of figures.entries()) {
    assert.ok(isPlainSvg(figure.svg));
    const objects = await readPdf(await svgToPdf(figure.svg, { width: null, title: "T", decode }));
    assert.match(pageOf(objects), / l\n/, `figure ${at + 1} has lines`);
  }
  const words = await readPdf(await svgToPdf(figures[0].svg, { width: null, title: "T", decode }));
  const map = words.find(({ content }) => content.includes("beginbfchar"))?.content ?? "";
  assert.match(map, /<0026>/, "the sign & of the legend can be searched for");
});

test("shapes keep their places, their colours and their pens", async () => {
  const page = pageOf(
    await objectsOf(
      '<path d="M 0 0 L 10 5 Q 1 2 3 4 C 1 2 3 4 5 6 z" style="fill: #ff0000; stroke: #0000ff; stroke-width: 2; stroke-dasharray: 3,1; stroke-linecap: square"/>',
    ),
  );
  assert.match(page, /^q 1 0 0 -1 0 72 cm\n/);
  assert.match(
    page,
    /1 0 0 rg 0 0 1 RG 2 w 2 J 1 j 4 M \[3 1\] 0 d\n0 0 m\n10 5 l\n4 3 1\.66667 2\.66667 3 4 c\n1 2 3 4 5 6 c\nh\nB\n/,
  );
});

test("a chosen width is the width of the page", async () => {
  const objects = await objectsOf('<path d="M 0 0 L 1 1" style="stroke: #000000"/>', 4);
  assert.ok(objects.some(({ body }) => body.includes("/MediaBox [0 0 288 144]")));
  assert.match(pageOf(objects), /^q 2 0 0 -2 0 144 cm\n/);
});

test("clips, symbols, hatches, see-through colours and pixels", async () => {
  const objects = await objectsOf(
    '<defs><path id="m" d="M 0 0 L 1 1" style="stroke: #00ff00"/><clipPath id="c"><rect x="1" y="2" width="3" height="4"/></clipPath>' +
      '<pattern id="h" patternUnits="userSpaceOnUse" x="0" y="0" width="72" height="72"><rect x="0" y="0" width="73" height="73" fill="#ffffff"/></pattern></defs>' +
      '<g clip-path="url(#c)"><use href="#m" x="5" y="6" style="stroke: #ff0000"/></g>' +
      '<path d="M 0 0 L 9 9 z" style="fill: url(#h); opacity: 0.5"/>' +
      '<image xlink:href="data:image/png;base64,AAAA" x="1" y="1" width="8" height="8"/>',
  );
  const page = pageOf(objects);
  assert.match(page, /1 2 3 4 re\nW n\n/);
  assert.match(page, /1 0 0 1 5 6 cm\nq\n0 0 0 rg 0 1 0 RG/, "a symbol's own colour wins");
  assert.match(page, /\/E\d+ gs \/Pattern cs \/P\d+ scn\n/);
  assert.match(page, /8 0 0 -8 1 9 cm \/X\d+ Do/);
  assert.ok(objects.some(({ body }) => body.includes("/ca 0.5 /CA 0.5")));
  assert.ok(objects.some(({ body }) => body.includes("/SMask")));
});

test("words cannot leave their place in the file", async () => {
  const objects = await objectsOf(
    '<g id="text_1"><!-- ) Tj ET /JavaScript (app.alert(1)) 日本 --><g style="fill: #000000" transform="translate(1 2) scale(0.1 -0.1)"><path d="M 0 0 L 1 1 z"/></g></g>',
  );
  const page = pageOf(objects);
  assert.match(page, /BT \/W0 100 Tf <[0-9A-F]+> Tj ET/);
  assert.ok(objects.every(({ body, content }) => !body.includes("JavaScript") && !content.includes("JavaScript")));
  assert.ok(
    objects.some(({ content }) => content.includes("<65E5>")),
    "日 can be searched for",
  );
  assert.ok(objects.some(({ body }) => body.includes("/Title <FEFF00C40020002900200074")));
});

test("what matplotlib never draws is refused, and no symbol fills the memory", async () => {
  for (const inner of [
    '<circle r="5"/>',
    '<path d="M 0 0 a 1 1 0 0 0 1 1" style="stroke: #000000"/>',
    '<path d="M 0 0 L 1 1" style="stroke: rgb(1,2,3)"/>',
    '<path d="M 0 0 L 1e999 1" style="stroke: #000000"/>',
    '<path d="M 0 0 L 1 1" transform="perspective(1)"/>',
    `<defs><path id="m" d="M 0 0 ${"L 1 1 ".repeat(20_000)}"/></defs>${'<use href="#m"/>'.repeat(2_000)}`,
  ]) {
    await assert.rejects(objectsOf(inner), inner.slice(0, 60));
  }
});
