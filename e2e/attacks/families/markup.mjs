// Markup in everything that a program says: each payload through every channel at once, and each channel with one payload.
import { forges, literal, tries } from "../vector.mjs";

/** What would reach the canary if a page took it for markup. @type {[name: string, markup: string, absent?: Record<string, string>][]} */
const PAYLOADS = [
  ["img", '<img src="@URL@">'],
  ["img-error", "<img src=\"x:\" onerror=\"fetch('@URL@', {mode: 'no-cors'})\">"],
  ["img-srcset", '<img srcset="@URL@ 1x">'],
  ["picture", '<picture><source srcset="@URL@"><img></picture>'],
  ["svg-onload", "<svg onload=\"fetch('@URL@', {mode: 'no-cors'})\"></svg>"],
  ["svg-image", '<svg><image href="@URL@" width="9" height="9"/></svg>'],
  [
    "svg-fe-image",
    '<svg><filter id="f"><feImage href="@URL@"/></filter><rect width="9" height="9" filter="url(#f)"/></svg>',
  ],
  ["script", '<script src="@URL@?type=text/javascript"></script>'],
  ["script-inline", "<script>fetch('@URL@', {mode: 'no-cors'})</script>"],
  ["script-module", '<script type="module" src="@URL@?type=text/javascript"></script>'],
  [
    "script-speculation-rules",
    '<script type="speculationrules">{"prefetch":[{"source":"list","urls":["@URL@"],"eagerness":"immediate"}]}</script>',
    { firefox: "has no speculation rules", webkit: "has no speculation rules" },
  ],
  ["link-stylesheet", '<link rel="stylesheet" href="@URL@?type=text/css">'],
  ["link-icon-preload", '<link rel="preload" as="image" href="@URL@">'],
  ["link-modulepreload", '<link rel="modulepreload" href="@URL@?type=text/javascript">'],
  ["link-prefetch", '<link rel="prefetch" href="@URL@">', { webkit: "has no prefetch" }],
  [
    "link-dns-prefetch",
    '<link rel="dns-prefetch" href="http://@HOST@/">',
    { webkit: "looks up no name for a frame without an address" },
  ],
  ["link-preconnect", '<link rel="preconnect" href="http://@HOST@:@RAW@/">'],
  [
    "link-manifest",
    '<link rel="manifest" href="@URL@?type=application/json">',
    {
      firefox: "has no manifests on the desktop",
      webkit: "reads manifests only when asked",
      chromium: "reads manifests of top-level pages only",
    },
  ],
  ["meta-refresh", '<meta http-equiv="refresh" content="0;url=@URL@">'],
  ["base", '<base href="http://127.0.0.1:@PORT@/hit/"><img src="@TOKEN@">'],
  ["iframe", '<iframe src="@URL@"></iframe>'],
  ["iframe-srcdoc", "<iframe srcdoc=\"<img src='@URL@'>\"></iframe>"],
  ["object", '<object data="@URL@"></object>'],
  ["embed", '<embed src="@URL@?type=text/html">'],
  ["style-import", "<style>@import url(@URL@?type=text/css);</style>"],
  ["style-background", "<style>html { background: url(@URL@) }</style>"],
  ["style-attribute", '<p style="background: url(@URL@)">x</p>'],
  [
    "style-font-face",
    "<style>@font-face { font-family: leak; src: url(@URL@) } p { font-family: leak }</style><p>text</p>",
  ],
  ["style-cursor", '<p style="list-style: url(@URL@); display: list-item">x</p>'],
  ["video-poster", '<video poster="@URL@"></video>'],
  ["audio", '<audio src="@URL@" preload="auto"></audio>'],
  ["video-track", '<video src="@URL@" autoplay muted></video>'],
  ["input-image", '<input type="image" src="@URL@">'],
  ["body-background", '<body background="@URL@">'],
  ["form", '<form action="@URL@"></form><img src="x:" onerror="document.forms[0].submit()">'],
  ["details-toggle", "<details open ontoggle=\"fetch('@URL@', {mode: 'no-cors'})\"></details>"],
  [
    "animation-start",
    '<svg><animate attributeName="x" dur="1s" onbegin="fetch(\'@URL@\', {mode: \'no-cors\'})"/></svg>',
  ],
  ["shadow-template", '<div><template shadowrootmode="open"><img src="@URL@"></template></div>'],
  ["javascript-frame", "<iframe src=\"javascript:fetch('@URL@', {mode: 'no-cors'})\"></iframe>"],
  ["noscript-mutation", '<noscript><p title="</noscript><img src=@URL@>"></noscript>'],
  ["comment-mutation", '<!--><img src="@URL@">-->'],
  ["textarea-end", '</textarea></pre></script></title></style><img src="@URL@">'],
];

/** What counts in a top document only, and so for the control cannot stand in a frame. @type {Record<string, string>} */
const TOP_ONLY = {
  "script-speculation-rules":
    'const rules = parent.document.createElement("script"); rules.type = "speculationrules"; rules.textContent = JSON.stringify({prefetch: [{source: "list", urls: ["@URL@"], eagerness: "immediate"}]}); parent.document.head.append(rules)',
  "link-prefetch":
    'const link = parent.document.createElement("link"); Object.assign(link, {rel: "prefetch", href: "@URL@"}); parent.document.head.append(link)',
};

/** Everything that a program can say, with one text. */
const EVERYWHERE = (/** @type {string} */ markup) =>
  tries(`
import warnings
import pandas as pd
import matplotlib.pyplot as plt
X = ${literal(markup)}
print("tried @TOKEN@", X)
print(X, file=sys.stderr)
warnings.warn(X)
plt.plot([1, 2], label=X)
plt.title(X); plt.xlabel(X); plt.ylabel(X); plt.legend()
plt.show()
frame = pd.DataFrame({X: [X, "b"], "n": [1, 2]}, index=[X, "i"])
frame.index.name = X
frame.columns.name = X
display(frame)
X
`);

const POLYGLOT = `"'></title></pre><img src="@URL@"><svg onload="fetch('@URL@', {mode: 'no-cors'})"></svg><script>fetch('@URL@', {mode: 'no-cors'})</script>`;
const X = literal(POLYGLOT);

/** @type {[name: string, program: string, proof: import("../vector.mjs").Vector["proof"], more?: object][]} */
const CHANNELS = [
  ["stdout", tries(`print("tried @TOKEN@", ${X})`), "tried"],
  ["stderr", tries(`print("tried @TOKEN@", ${X}, file=sys.stderr)`), "tried"],
  ["value", tries(`print("tried @TOKEN@")\n${X}`), "tried"],
  ["value-repr", tries(`print("tried @TOKEN@")\nclass A:\n    def __repr__(self): return ${X}\nA()`), "tried"],
  [
    "value-repr-html",
    tries(`print("tried @TOKEN@")\nclass A:\n    def _repr_html_(self): return ${X}\ndisplay(A())\nA()`),
    "tried",
  ],
  ["display", tries(`print("tried @TOKEN@")\ndisplay(${X})`), "tried"],
  ["traceback-message", `raise ValueError("tried @TOKEN@" + ${X})`, /tried a/],
  ["traceback-type", `raise type(${X}, (Exception,), {})("tried @TOKEN@")`, /tried a/],
  ["traceback-notes", `e = ValueError("tried @TOKEN@")\ne.add_note(${X})\nraise e`, /tried a/],
  ["traceback-source", `x = 1 / 0 # tried @TOKEN@ ${POLYGLOT.replaceAll("\n", " ")}`, /tried a/],
  ["traceback-group", `raise ExceptionGroup(${X}, [ValueError("tried @TOKEN@" + ${X})])`, /tried a/],
  ["syntax-error", `print("tried @TOKEN@"\n${POLYGLOT}`, "any"],
  ["exit-status", `import sys\nsys.exit("tried @TOKEN@" + ${X})`, /tried a/],
  ["warning", tries(`import warnings\nwarnings.warn("tried @TOKEN@" + ${X})`), /tried a/],
  ["table-cell", tries(`import pandas as pd\nprint("tried @TOKEN@")\npd.DataFrame({"a": [${X}]})`), "tried"],
  ["table-column", tries(`import pandas as pd\nprint("tried @TOKEN@")\npd.DataFrame({${X}: [1]})`), "tried"],
  [
    "table-index",
    tries(`import pandas as pd\nprint("tried @TOKEN@")\npd.DataFrame({"a": [1]}, index=[${X}])`),
    "tried",
  ],
  [
    "table-style",
    tries(`import pandas as pd\nprint("tried @TOKEN@")\npd.DataFrame({"a": [${X}]}).style.set_caption(${X})`),
    "tried",
  ],
  ["series-name", tries(`import pandas as pd\nprint("tried @TOKEN@")\npd.Series([1], name=${X})`), "tried"],
  [
    "facts",
    forges(
      `forge(result([{"kind": "table", "columns": ["a"], "rows": [["b"]], "totalRows": 1, "facts": {"title": ${X}, "kind": ${X}, "library": ${X}, "series": [${X}, "b"], "axes": [{"title": ${X}, "xLabel": ${X}, "yLabel": ${X}, "xScale": "log", "kinds": [${X}]}]}}]))`,
    ),
    "tried",
  ],
  [
    "forged-error",
    forges(`forge(result(ok=False, error={"type": ${X}, "message": ${X}, "line": 1, "traceback": ${X}}))`),
    "tried",
  ],
  ["forged-warnings", forges(`forge(result(warnings=[${X}], value=${X}))`), "tried"],
  [
    "crash-text",
    tries(
      `print("tried @TOKEN@")\nerror = js.Error.new(${X})\njs.Set = None\njs.Array.prototype.flatMap = create_proxy(lambda *a: (_ for _ in ()).throw(ValueError(${X})))`,
    ),
    "any",
  ],
  ["question", tries('print("tried @TOKEN@")'), "tried", { question: POLYGLOT }],
  [
    "profile",
    tries('print("tried @TOKEN@")'),
    "any",
    {
      question: "x",
      profile: {
        tables: [
          {
            name: POLYGLOT,
            file: POLYGLOT,
            rows: 1,
            columns: [{ name: POLYGLOT, type: "text", missing: 0, distinct: 1, top: ["<img src=@URL@>"] }],
          },
        ],
      },
    },
  ],
  [
    "program-text",
    tries(`print("tried @TOKEN@")\n# ${POLYGLOT}\n# </script><script>alert(1)</script> <!-- --> ]]>`),
    "tried",
  ],
];

/** @type {import("../vector.mjs").Vector[]} */
export const markup = [
  ...PAYLOADS.map(([name, text, absent]) => ({
    id: `markup/${name}`,
    program: EVERYWHERE(text),
    control: TOP_ONLY[name] ? { page: TOP_ONLY[name] } : { markup: text },
    ...(absent && { absent }),
  })),
  ...CHANNELS.map(([name, program, proof, more]) => ({
    id: `channel/${name}`,
    program,
    control: { markup: POLYGLOT },
    ...(proof && { proof }),
    ...(more && { more }),
  })),
];
