// Which pictures the page shows: everything that matplotlib draws, and nothing that could stop the page or lead elsewhere.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isPlainPng, isPlainSvg } from "../../static/app/picture.js";
import { DRAWN } from "./drawn.mjs";
import { startPyodide } from "./pyodide.mjs";

const svg = (/** @type {string} */ inner) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">${inner}</svg>`;

test("what matplotlib draws is plain", async () => {
  const { run } = await startPyodide();
  const result = await run(DRAWN);
  assert.equal(result.error, null);
  assert.equal(result.figures.length, 15);
  for (const [index, figure] of result.figures.entries()) {
    assert.equal(figure.kind, "svg");
    assert.ok(isPlainSvg(figure.svg), `figure ${index + 1}`);
  }
});

test("symbols of one shape are plain", () => {
  assert.ok(isPlainSvg(svg('<defs><path id="a" d="M 0 0"/></defs><use xlink:href="#a" x="1" style="fill: #fff"/>')));
  assert.ok(
    isPlainSvg(svg('<clipPath id="c"><rect width="9" height="9"/></clipPath><g clip-path="url(#c)"><path d=""/></g>')),
  );
});

for (const [name, text] of /** @type {[string, string][]} */ ([
  ["nested symbols", svg('<g id="a"><rect/></g><g id="b"><use href="#a"/></g><use href="#b"/>')],
  ["a symbol of symbols", svg('<path id="a"/><g id="b"><use href="#a"/><use href="#a"/></g><use href="#b"/>')],
  ["a reference to nothing", svg('<use href="#a"/>')],
  ["a reference to elsewhere", svg('<use href="x.svg#a"/>')],
  ["a filter", svg('<filter id="f"><feTurbulence/></filter><rect filter="url(#f)"/>')],
  ["a filter in a style", svg('<rect style="filter: url(#f)"/>')],
  ["a filter function", svg('<rect style="filter: blur(99px)"/>')],
  ["a mask", svg('<rect style="mask: url(#m)"/>')],
  ["nested patterns", svg('<pattern id="a"><rect fill="url(#b)"/></pattern>')],
  ["nested clips", svg('<clipPath id="a" clip-path="url(#b)"><rect/></clipPath>')],
  ["a picture from elsewhere", svg('<image href="http://127.0.0.1/"/>')],
  ["a picture that is an SVG", svg('<image href="data:image/svg+xml;base64,AAAA"/>')],
  ["a picture that is none", svg('<image href="data:image/png;base64,AAAA"/>')],
  ["a script", svg("<script>x</script>")],
  ["a handler", svg('<rect onclick="x"/>')],
  ["a link", svg('<a href="#a"><rect/></a>')],
  ["foreign markup", svg("<foreignObject/>")],
  ["an animation", svg('<rect><animate attributeName="x"/></rect>')],
  ["a style of its own", svg("<style>rect { fill: red }</style>")],
  ["an address in an attribute", svg('<rect fill="url(http://127.0.0.1/#a)"/>')],
  ["an escaped address", svg('<rect style="fill: \\75rl(x)"/>')],
  ["an entity", `<!DOCTYPE svg [<!ENTITY a "b">]>${svg("&a;")}`],
  ["a style sheet", `<?xml-stylesheet href="x"?>${svg("")}`],
  ["character data", svg("<![CDATA[<script/>]]>")],
  ["an attribute without quotes", svg("<rect width=9/>")],
  ["an end that is missing", '<svg xmlns="http://www.w3.org/2000/svg"><g>'],
  ["an end of another", svg("<g></defs>")],
  ["no svg", "text"],
  ["too much", svg("<g/>".repeat(2_000_000))],
])) {
  test(`not plain: ${name}`, () => assert.equal(isPlainSvg(text), false));
}

test("a PNG that unpacks to gigabytes is not shown, nor what is no PNG", () => {
  const head = new Uint8Array(24);
  head.set([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]);
  const view = new DataView(head.buffer);
  view.setUint32(16, 1000);
  view.setUint32(20, 1000);
  assert.ok(isPlainPng(head));
  view.setUint32(16, 100_000);
  view.setUint32(20, 100_000);
  assert.equal(isPlainPng(head), false);
  assert.equal(isPlainPng(new TextEncoder().encode("<html><img src=x></html>.....")), false);
});
