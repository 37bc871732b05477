// A figure as PDF: a file that its own table describes, with the shapes and the words of the picture it was made of.
import assert from "node:assert/strict";
import { test } from "node:test";
import zlib from "node:zlib";
import { isPlainSvg } from "../../static/app/picture.js";
import { NotDrawable } from "../../static/app/svg-look.js";
import { svgToPdf } from "../../static/app/svg-pdf.js";
import { chooserOf } from "../../static/app/typeface.js";
import { figureFaces } from "../figure-faces.mjs";
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
      '<defs><style>*{stroke-linejoin: round; stroke-linecap: butt}</style></defs><path d="M 0 0 L 10 5 Q 1 2 3 4 C 1 2 3 4 5 6 z" style="fill: #ff0000; stroke: #0000ff; stroke-width: 2; stroke-dasharray: 3,1; stroke-linecap: square"/>',
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
  assert.ok(objects.some(({ body }) => body.includes("/ca 0.5 /CA 1")));
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

test("an interactive figure's shapes: circles, arcs, corners, steps from where one is", async () => {
  const page = pageOf(
    await objectsOf(
      '<g transform="translate(2,3)rotate(-90,10,20)" style="opacity: 0.5"><circle cx="5" cy="6" r="2" style="fill: rgb(255, 0, 0); fill-opacity: 0.5; stroke: rgba(0,0,0,0)"/></g>' +
        '<path d="M7,0A7,7 0 1,1 0,-7" fill="none" stroke="#00f000"/><path d="m1-2h3v4l.5.5z" fill="#000000"/>' +
        '<path d="M0,0C1,1 2,1 3,0S5,-1 6,0Q7,1 8,0T10,0" fill="none" stroke="#000000"/>' +
        '<rect x="1" y="1" width="8" height="4" rx="2" fill="#112233"/><polygon points="0,0 4,0 4,4" fill="#445566"/><line x2="3" y2="4" stroke="#778899"/>',
    ),
  );
  assert.match(page, /0 -1 1 0 -8 33 cm/, "turned about a point");
  assert.match(page, /\/E\d+ gs 1 0 0 rg\n7 6 m\n7 7\.10457 6\.10457 8 5 8 c\n/);
  assert.match(
    page,
    /7 0 m\n7 3\.86599 3\.86599 7 0 7 c\n.*\n-7 -3\.86599 -3\.86599 -7 0 -7 c\n/,
    "three quarters of a circle",
  );
  assert.match(page, /1 -2 m\n4 -2 l\n4 2 l\n4\.5 2\.5 l\nh\n/);
  assert.match(
    page,
    /3 0 c\n4 -1 5 -1 6 0 c\n6\.66667 0\.66667 7\.33333 0\.66667 8 0 c\n8\.66667 -0\.66667 9\.33333 -0\.66667 10 0 c\n/,
  );
  assert.match(page, /3 1 m\n7 1 l\n8\.10457 1 9 1\.89543 9 3 c\n/, "a corner is as round as half the height");
  assert.match(page, /0 0 m\n4 0 l\n4 4 l\nh\nf\n/);
  assert.match(page, /0\.46667 0\.53333 0\.6 RG .*\n0 0 m\n3 4 l\nS\n/);
});

test("how see-through a group is counts for what is in it", async () => {
  const objects = await objectsOf(
    '<g opacity="0.5"><rect width="1" height="1" fill="#000000" fill-opacity="0.5"/></g>',
  );
  assert.ok(objects.some(({ body }) => body.includes("/ca 0.25 ")));
});

test("what is hidden stays so, and a clip may be moved", async () => {
  const page = pageOf(
    await objectsOf(
      '<defs><clipPath id="c"><rect width="4" height="5" transform="translate(6,7)"/></clipPath></defs><g clip-path="url(&quot;#c&quot;)"/>' +
        '<g style="display: none"><rect width="91" height="1"/></g><rect width="92" height="1" visibility="hidden"/>',
    ),
  );
  assert.match(page, /1 0 0 1 6 7 cm\n0 0 4 5 re\nW n\n1 0 0 1 -6 -7 cm\n/);
  assert.doesNotMatch(page, /9[12] 1 re/);
});

test("colours that pass into one another fill a shape from side to side", async () => {
  const objects = await objectsOf(
    '<defs><linearGradient id="g" x1="0" x2="0" y1="1" y2="0"><stop offset="0" stop-color="#000000"/><stop offset="50%" stop-color="rgb(255,0,0)"/><stop offset="1" stop-color="#ffffff"/></linearGradient></defs>' +
      '<rect x="10" y="20" width="30" height="40" fill="url(#g)"/>',
  );
  assert.match(pageOf(objects), /10 20 30 40 re\nW n\n30 0 0 40 10 20 cm\n\/S\d+ sh\nQ\n/);
  const shading = objects.find(({ body }) => body.includes("/ShadingType 2"))?.body ?? "";
  assert.match(shading, /\/Coords \[0 1 0 0\]/);
  assert.match(shading, /\/C0 \[0 0 0\] \/C1 \[1 0 0\].*\/C0 \[1 0 0\] \/C1 \[1 1 1\].*\/Bounds \[0\.5\]/);
});

test("words are written in the figure's faces, where they stand, and can be searched for", async () => {
  const faces = figureFaces();
  const file = await svgToPdf(
    svg(
      '<text x="100" y="50" text-anchor="middle" style="font-size: 20px; font-weight: 600; fill: rgb(0, 0, 255)">To&amp;</text>' +
        '<text transform="translate(9,9)" style="font-size: 10px"><tspan x="1" dy="0em">a</tspan><tspan x="1" dy="1.5em" style="font-style: italic">b\u200b</tspan></text>',
    ),
    { width: null, title: "T", decode, faces },
  );
  const objects = await readPdf(file);
  const page = pageOf(objects);
  const choose = chooserOf(faces);
  const width = [..."To&"].reduce(
    (sum, letter) => sum + 20 * (choose(letter, { weight: 600, isItalic: false })?.font.widthOf(letter) ?? 0),
    0,
  );
  const x = Number(/0 0 1 rg\nBT 0 Tr 1 0 0 -1 ([\d.]+) 50 Tm \/L0 20 Tf <000100020003> Tj ET/.exec(page)?.[1]);
  assert.ok(Math.abs(x - (100 - width / 2)) < 1e-4, `${x}`);
  assert.match(page, /1 0 0 -1 1 0 Tm \/L1 10 Tf <0001> Tj/);
  assert.match(page, /1 0 0 -1 1 15 Tm \/L2 10 Tf <0001> Tj/);
  assert.equal(objects.filter(({ body }) => body.includes("/FontFile2")).length, 3);
  assert.ok(objects.some(({ content }) => content.includes("<0003> <0026>")));
  await assert.rejects(
    svgToPdf(svg("<text>\u{1f600}</text>"), { width: null, title: "T", decode, faces }),
    NotDrawable,
  );
});

test("what nobody draws here is refused, and no symbol fills the memory", async () => {
  for (const inner of [
    '<foreignObject width="5" height="5"/>',
    '<path d="M 0 0 R 1 1" style="stroke: #000000"/>',
    '<path d="M 0 0 L 1 1" style="stroke: color(display-p3 1 0 0)"/>',
    '<defs><radialGradient id="g"/></defs><rect width="5" height="5" fill="url(#g)"/>',
    '<rect width="5" height="5" fill="url(#gone)"/>',
    "<text>no font</text>",
    '<path d="M 0 0 L 1e999 1" style="stroke: #000000"/>',
    '<path d="M 0 0 L 1 1" transform="perspective(1)"/>',
    `<defs><path id="m" d="M 0 0 ${"L 1 1 ".repeat(20_000)}"/></defs>${'<use href="#m"/>'.repeat(2_000)}`,
  ]) {
    await assert.rejects(objectsOf(inner), inner.slice(0, 60));
  }
});
