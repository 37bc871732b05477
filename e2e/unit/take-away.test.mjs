// Files that a person takes away: nothing of a program's gets into them as anything but data.
import assert from "node:assert/strict";
import { test } from "node:test";
import "./english.mjs";
import { escaped } from "../../static/app/html-file.js";
import { makeNotebook } from "../../static/app/notebook.js";
import { isHarmlessSvg } from "../../static/app/picture.js";
import { withDensity, withoutPaper } from "../../static/app/raster.js";

const svg = (/** @type {string} */ inner) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">${inner}</svg>`;

test("an interactive figure's SVG may be words and shapes", () => {
  for (const inner of [
    '<text x="1" style="font-family: &quot;Open Sans&quot;, verdana; fill: rgb(1, 2, 3);">a &lt;b&gt;</text>',
    '<g clip-path="url(&quot;#clip1&quot;)"><path d="M0,0"/></g>',
    '<g clip-path="url(\'#clip1\')"><path d="M0,0"/></g>',
    '<image xlink:href="data:image/png;base64,AAAA"/>',
    '<g class="imagelayer" data-notex="1"/>',
  ]) {
    assert.ok(isHarmlessSvg(svg(inner)), inner);
  }
});

test("an interactive figure's SVG may not act, link or load", () => {
  for (const inner of [
    "<script>alert(1)</script>",
    '<a href="https://example.com"><text>x</text></a>',
    '<text onclick="alert(1)">x</text>',
    '<image href="https://example.com/a.png"/>',
    '<image href="data:image/svg+xml,AAAA"/>',
    '<use href="https://example.com/a.svg#b"/>',
    '<path style="fill: url(https://example.com/a)"/>',
    '<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">x</p></foreignObject>',
    "<style>@import 'https://example.com/a.css'</style>",
    '<animate attributeName="href" to="javascript:alert(1)"/>',
    "<g><path/>",
    '<?xml-stylesheet href="https://example.com/a.css"?>',
    "<![CDATA[x]]>",
    `${"<g>".repeat(200)}${"</g>".repeat(200)}`,
  ]) {
    assert.ok(!isHarmlessSvg(svg(inner)), inner);
  }
});

test("a title is text in a file of HTML", () => {
  assert.equal(escaped(`</title><script>'"&`), "&lt;/title&gt;&lt;script&gt;&#39;&quot;&amp;");
});

test("a PNG says how many pixels an inch has", async () => {
  const png = Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
    "base64",
  );
  const told = Buffer.from(await (await withDensity(new Blob([png]), 300)).arrayBuffer());
  assert.equal(told.length, png.length + 21);
  assert.equal(told.toString("latin1", 37, 41), "pHYs");
  assert.equal(told.readUInt32BE(41), 11_811);
  // As every decoder computes it, over the name and the numbers.
  assert.equal(told.readUInt32BE(50), 0x78a53f76);
});

test("without its paper a figure keeps everything that somebody drew", () => {
  const patch = (/** @type {string} */ id, /** @type {string} */ colour) =>
    `<g id="${id}">\n<g id="patch_1">\n<path d="M 0 0\n z" style="fill: ${colour}"/></g>`;
  assert.equal(withoutPaper(patch("figure_1", "#ffffff")), patch("figure_1", "none"));
  const bar = patch("figure_1", "#ffffff") + patch("axes_1", "#ff0000");
  assert.equal(withoutPaper(bar), patch("figure_1", "none") + patch("axes_1", "#ff0000"));
});

const column = (/** @type {string} */ name) => ({ name, type: "integer", missing: 0, distinct: 1 });
const chart = {
  question: "How many <b>per</b> *year*?\nAnd why",
  address: "http://127.0.0.1:8080/charts/abc",
  program: 'df.plot(title="a")\n',
  packages: ["pandas", "matplotlib"],
  tables: [
    {
      table: { name: "t", file: 'it\'s "a`b".csv', fingerprint: "", rows: 1, columns: [column("a"), column('x"y')] },
      preview: undefined,
      head: new TextEncoder().encode("a;b\n1,5;2\n"),
    },
  ],
};

test("a notebook is of the form that it says it has", () => {
  const notebook = JSON.parse(makeNotebook(chart));
  assert.deepEqual([notebook.nbformat, notebook.nbformat_minor], [4, 5]);
  assert.deepEqual(Object.keys(notebook).sort(), ["cells", "metadata", "nbformat", "nbformat_minor"]);
  const ids = new Set();
  for (const cell of notebook.cells) {
    assert.match(cell.id, /^[\w-]{1,64}$/);
    ids.add(cell.id);
    const isCode = cell.cell_type === "code";
    const keys = ["cell_type", "id", "metadata", "source", ...(isCode ? ["execution_count", "outputs"] : [])];
    assert.deepEqual(Object.keys(cell).sort(), keys.sort());
    assert.equal(typeof cell.source, "string");
  }
  assert.equal(ids.size, notebook.cells.length);
  const [about, data, program] = notebook.cells.map((/** @type {{source: string}} */ cell) => cell.source);
  assert.match(about, /^# How many \\<b\\>per\\<\/b\\> \\\*year\\\*\? And why\n/);
  assert.match(about, /http:\/\/127\.0\.0\.1:8080\/charts\/abc/);
  assert.match(data, /sep=";", decimal=","/);
  assert.equal(program, 'df.plot(title="a")');
});

test("a program without tables is a notebook of its own", () => {
  const { cells } = JSON.parse(makeNotebook({ ...chart, tables: [] }));
  assert.deepEqual(
    cells.map((/** @type {{id: string}} */ { id }) => id),
    ["about", "program"],
  );
});
