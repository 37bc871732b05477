// Programs that want the processor, the memory or the page itself. While one runs the page must answer; after it, the next chart
// is drawn. `busy` ones never end: they are stopped by the button. How stop, clock and cap work is measured in ../stopping.mjs.
import { forges, literal, tries } from "../vector.mjs";

const NOTHING = /** @type {const} */ ({ none: "reaches for nothing; the proof is the run that has to be ended" });
const SVG = (/** @type {string} */ inner) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="400" viewBox="0 0 640 400">${inner}</svg>`;

/** @type {[name: string, program: string][]} */
const ENDLESS = [
  ["loop", "while True:\n    try:\n        while True: pass\n    except BaseException: pass"],
  ["sleep", "import time\ntime.sleep(3600)"],
  ["busy-event-loop", "import asyncio\nwhile True:\n    await asyncio.sleep(0)"],
  [
    "microtasks",
    tries(
      'again = create_proxy(lambda *a: js.Promise.resolve().then(again))\nprint("tried @TOKEN@", flush=True)\njs.Promise.resolve().then(again)\nawait asyncio.sleep(1000)',
    ),
  ],
  [
    "timers",
    tries(
      "def again(*a):\n    for i in range(10): js.setTimeout(proxy, 0)\nproxy = create_proxy(again)\nagain()\nawait asyncio.sleep(1000)",
    ),
  ],
  [
    "tasks",
    "import asyncio\nasync def child():\n    while True:\n        asyncio.create_task(child())\n        await asyncio.sleep(0.01)\nawait child()",
  ],
  [
    "wait-for-ever",
    tries(
      "js.Atomics.wait(js.Int32Array.new(js.WebAssembly.Memory.new(opts(initial=1, maximum=1, shared=True)).buffer), 0, 0)\nwhile True: pass",
    ),
  ],
  ["close-the-worker", tries("own('close') if False else js.self.close()\nwhile True: pass")],
  ["never-settled", tries("await js.Promise.new(create_proxy(lambda *a: None))")],
  ["javascript-heap", tries("kept = js.Array.new()\nwhile True:\n    kept.push(js.Array.new(1000000).fill(1.5))")],
  [
    "array-buffers",
    tries(
      "kept = js.Array.new()\nwhile True:\n    try: kept.push(js.Uint8Array.new(500000000).fill(1))\n    except BaseException: pass",
    ),
  ],
  [
    "wasm-memories",
    tries(
      "kept = js.Array.new()\nwhile True:\n    try: kept.push(js.WebAssembly.Memory.new(opts(initial=16384)))\n    except BaseException: pass",
    ),
  ],
  [
    "workers",
    tries(
      'url = js.URL.createObjectURL(js.Blob.new(to_js(["for(;;);"])))\nwhile True:\n    try: js.Worker.new(url)\n    except BaseException: pass',
    ),
  ],
  [
    "message-channels",
    tries(
      "kept = []\nwhile True:\n    kept.append(js.MessageChannel.new())\n    kept[-1].port1.postMessage(js.Uint8Array.new(1000000))",
    ),
  ],
  [
    "object-urls",
    tries(
      "blob = js.Blob.new(to_js(['x' * 1000000]))\nwhile True:\n    js.URL.createObjectURL(js.Blob.new(to_js([blob, blob, blob, blob])))",
    ),
  ],
  [
    "canvases",
    tries(
      "kept = []\nwhile True:\n    try:\n        kept.append(js.OffscreenCanvas.new(8000, 8000))\n        kept[-1].getContext('2d').fillRect(0, 0, 8000, 8000)\n    except BaseException: pass",
    ),
  ],
];

/** Both draw in a frame whose thread is the page's own, other than in Chromium: SECURITY.md says so. */
const SHARED_THREAD = { firefox: "a figure's frame stops the page", webkit: "a figure's frame stops the page" };

/** End by themselves, as a failure or with something on the page. @type {[name: string, program: string, known?: Record<string, string>][]} */
const ENDING = [
  ["recursion", "def f(): f()\nf()"],
  ["recursion-in-c", "x = []\nfor i in range(10**6): x = [x]\nprint(repr(x)[:10])"],
  ["memory", "kept = []\nwhile True: kept.append(bytearray(50_000_000))"],
  ["numpy-memory", "import numpy as np\nnp.ones((1 << 29,))"],
  ["string", "x = 'x' * 10\nwhile True: x += x"],
  ["integer", "x = 9 ** 9 ** 7"],
  ["file-system", "i = 0\nwhile True:\n    open(f'/tmp/{i}', 'wb').write(b'x' * 50_000_000)\n    i += 1"],
  ["many-files", "for i in range(20000): open(f'/tmp/{i}', 'w').close()\nprint('made')"],
  ["print", "for i in range(2000): print('x' * 100_000)"],
  ["print-lines", "for i in range(3_000_000): print(i)"],
  ["warnings", "import warnings\nwarnings.simplefilter('always')\nfor i in range(20000): warnings.warn(str(i) * 100)"],
  ["threads", "import threading\nfor i in range(1000): threading.Thread(target=print).start()"],
  ["processes", "import os\nwhile True: os.fork()"],
  ["figures", "import matplotlib.pyplot as plt\nfor i in range(300): plt.figure(figsize=(1, 1)); plt.plot([1])"],
  ["wide-figure", "import matplotlib.pyplot as plt\nplt.figure(figsize=(3000, 3000)); plt.plot([1])"],
  ["wide-table", "import pandas as pd, numpy as np\npd.DataFrame(np.zeros((5000, 2000)))"],
  [
    "deep-traceback",
    "def f(n):\n    try: f(n - 1) if n else 1 / 0\n    except Exception as e: raise ValueError('x' * 100000) from e\nf(200)",
  ],
  ["repr", "class A:\n    def __repr__(self): return 'x' * 200_000_000\nA()"],
  [
    "many-tables",
    forges(
      'cells = ["x"] * 2000\nforge(result([figure("table", columns=cells, rows=[cells] * 200, totalRows=200)] * 30))',
    ),
  ],
  [
    "facts",
    forges(
      'long = "x" * 2000\nforge(result([{"kind": "table", "columns": [], "rows": [], "totalRows": 0, "facts": {"title": long, "axes": [{"title": long, "series": [long] * 200, "kinds": [long] * 200}] * 200}}]))',
    ),
  ],
  [
    "svg-elements",
    forges(
      `forge_svg(${literal(SVG("@@"))}.replace("@@", "<circle r='9' cx='9' cy='9' fill='#0a0' opacity='.5'/>" * 200000))`,
    ),
  ],
  [
    "svg-uses",
    forges(
      `forge_svg(${literal(SVG("@@"))}.replace("@@", "<g id='u0'><rect width='9' height='9'/></g>" + "".join(f"<g id='u{i}'>" + f"<use href='#u{i - 1}' x='1'/>" * 10 + "</g>" for i in range(1, 9))))`,
    ),
  ],
  [
    "svg-entities",
    forges(
      `forge_svg('<!DOCTYPE svg [<!ENTITY a0 "xxxxxxxxxx">' + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 9)) + ']>' + ${literal(SVG("<text y='20'>&a8;</text>"))})`,
    ),
  ],
  [
    "svg-filters",
    forges(
      `forge_svg(${literal(SVG('<filter id="f" x="0" y="0" width="1" height="1"><feTurbulence baseFrequency="9" numOctaves="999"/><feMorphology operator="dilate" radius="400"/><feGaussianBlur stdDeviation="300"/></filter><rect width="640" height="400" filter="url(#f)"/>'))})`,
    ),
  ],
  [
    "svg-patterns",
    forges(
      `forge_svg(${literal(SVG("@@<rect width='640' height='400' fill='url(#p8)'/>"))}.replace("@@", "<pattern id='p0' width='1' height='1' patternUnits='userSpaceOnUse'><rect width='.5' height='.5'/></pattern>" + "".join(f"<pattern id='p{i}' width='1' height='1' patternUnits='userSpaceOnUse'><rect width='640' height='400' fill='url(#p{i - 1})'/></pattern>" for i in range(1, 9))))`,
    ),
  ],
  [
    "svg-animation",
    forges(
      `forge_svg(${literal(SVG("@@"))}.replace("@@", "<circle r='9'><animate attributeName='cx' from='0' to='640' dur='.1s' repeatCount='indefinite'/></circle>" * 20000))`,
    ),
  ],
  [
    "svg-size",
    forges(
      "forge(result([figure(\"svg\", svg=part(\"<svg xmlns='http://www.w3.org/2000/svg' width='1e9' height='1e9'/>\"), png=None, width=1e300, height=1e300)]))",
    ),
  ],
  [
    "png-bomb",
    forges(
      "import io\nfrom PIL import Image\nImage.MAX_IMAGE_PIXELS = None\nout = io.BytesIO()\nImage.new('1', (20000, 20000)).save(out, 'PNG')\nforge(result([figure('png', png=part(to_js(out.getvalue())), width=20000, height=20000)] * 3))",
    ),
  ],
  [
    "plotly-points",
    forges(
      'forge_spec("plotly", json.dumps({"data": [{"type": "scatter", "mode": "markers", "y": list(range(300000))}], "layout": {}}))',
    ),
    SHARED_THREAD,
  ],
  [
    "plotly-traces",
    forges('forge_spec("plotly", json.dumps({"data": [{"y": [1, 2, 3]}] * 3000, "layout": {}}))'),
    SHARED_THREAD,
  ],
  [
    "plotly-size",
    forges('forge_spec("plotly", json.dumps({"data": [{"y": [1]}], "layout": {"width": 1e9, "height": 1e9}}))'),
  ],
  [
    "vega-sequence",
    forges(
      'forge_spec("vega", json.dumps({"data": {"sequence": {"start": 0, "stop": 1e9}}, "mark": "point", "encoding": {"x": {"field": "data", "type": "quantitative"}}}))',
    ),
    SHARED_THREAD,
  ],
  [
    "vega-expression",
    forges(
      'forge_spec("vega", json.dumps({"$schema": "https://vega.github.io/schema/vega/v6.json", "width": 9, "height": 9, "signals": [{"name": "x", "update": "length(sequence(0, 1e9))"}]}))',
    ),
    SHARED_THREAD,
  ],
  [
    "vega-timer",
    forges(
      'forge_spec("vega", json.dumps({"$schema": "https://vega.github.io/schema/vega/v6.json", "width": 9, "height": 9, "signals": [{"name": "h", "value": 1, "on": [{"events": "timer{1}", "update": "h + 1"}]}, {"name": "height", "update": "h"}]}))',
    ),
  ],
  [
    "vega-resizes",
    forges(
      'forge_spec("vega", json.dumps({"$schema": "https://vega.github.io/schema/vega/v6.json", "width": 9, "height": 9, "signals": [{"name": "height", "value": 9, "on": [{"events": "timer{1}", "update": "9 + random() * 900"}]}]}))',
    ),
  ],
];

/** @type {import("../vector.mjs").Vector[]} */
export const bombs = [
  ...ENDLESS.map(([name, program]) => ({
    id: `bombs/${name}`,
    program,
    control: NOTHING,
    proof: /** @type {const} */ ("busy"),
    bomb: true,
  })),
  ...ENDING.map(([name, program, known = {}]) => ({
    id: `bombs/${name}`,
    program,
    control: NOTHING,
    proof: /** @type {const} */ ("any"),
    bomb: true,
    known,
  })),
];
