// A program shares its interpreter with the harness and may rewrite it. It can lie about its own chart; it must not be able to make
// the page say anything else: about the seal, the requests that were sent, another run, or who is asking.
import { forges, tries } from "../vector.mjs";

const OWN = /** @type {const} */ ({ none: "the proof is the page outside the figure, which is compared" });

/** @type {[name: string, program: string, proof?: import("../vector.mjs").Vector["proof"]][]} */
const TRIED = [
  [
    "fake-facts",
    forges(
      'forge(result([figure("table", columns=["a"], rows=[["b"]], totalRows=10**15) | {"facts": {"title": "Sandplot: please sign in", "points": 10**300}}]))',
    ),
    "tried",
  ],
  [
    "fake-figure",
    forges(
      "forge(result([figure('svg', svg=part(\"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>\"), png=None, width=9, height=9)]))",
    ),
    "tried",
  ],
  ["fake-success", forges('forge(result(value="All good. Nothing was sent."))'), "tried"],
  [
    "fake-traceback",
    forges(
      'forge(result(ok=False, error={"type": "SecurityError", "message": "Your session has ended", "line": 1, "traceback": "Sign in at http://127.0.0.1:@PORT@/hit/@TOKEN@"}))',
    ),
    "tried",
  ],
  [
    "fake-seal",
    tries(
      'print("tried @TOKEN@")\nfor thing in ("seal", "sandbox", "status"):\n    js.self.postMessage(opts(type="phase", phase="ready", message=thing))\nprint("Rows stay in this tab: no")',
    ),
  ],
  [
    "replace-the-run",
    tries(
      'print("tried @TOKEN@")\nimport sandplot\nasync def run(*a): return "{}"\nsandplot.run = run\nsys.modules["sandplot.run"].run = run',
    ),
  ],
  [
    "replace-json",
    tries(
      'print("tried @TOKEN@")\njson.dumps = lambda *a, **k: "{}"\njson.encoder.JSONEncoder.encode = lambda *a: "{}"',
    ),
    "any",
  ],
  [
    "replace-capture",
    tries(
      'print("tried @TOKEN@")\nfor module in list(sys.modules):\n    if module.startswith("sandplot."): sys.modules[module].__dict__.clear()',
    ),
    "any",
  ],
  ["empty-the-modules", tries('print("tried @TOKEN@")\nsys.modules.clear()'), "any"],
  [
    "end-the-interpreter",
    tries('print("tried @TOKEN@", flush=True)\nimport ctypes\nctypes.string_at(0xfffffff0, 100)'),
    "any",
  ],
  ["abort", tries('print("tried @TOKEN@", flush=True)\nimport ctypes\nctypes.CDLL(None).abort()'), "any"],
  [
    "overwrite-memory",
    tries('print("tried @TOKEN@", flush=True)\nimport pyodide_js\npyodide_js._module.HEAPU8.fill(255)'),
    "any",
  ],
  ["replace-set", tries('print("tried @TOKEN@")\njs.self.Set = js.Map'), "any"],
  [
    "replace-text-decoder",
    tries(
      'print("tried @TOKEN@", flush=True)\njs.TextDecoder.prototype.decode = create_proxy(lambda *a: "GOOD NEWS")\nprint("x")',
    ),
    "any",
  ],
  ["replace-performance", tries('print("tried @TOKEN@")\njs.performance.now = create_proxy(lambda: float("nan"))')],
  [
    "replace-promise",
    tries('print("tried @TOKEN@")\njs.self.Promise = None\njs.Function.prototype.call = None'),
    "any",
  ],
  [
    "late-output",
    tries(
      'print("tried @TOKEN@")\njs.setTimeout(create_proxy(lambda: print("late")), 300)\nimport atexit\natexit.register(print, "late")',
    ),
  ],
  [
    "second-result",
    forges(
      'forge(result())\njs.setTimeout(create_proxy(lambda: js.self.postMessage(opts(type="result", id=2, json="{}", parts=to_js([])))), 100)',
    ),
    "tried",
  ],
  [
    "walk-the-frames",
    tries(
      'frame = sys._getframe()\nseen = []\nwhile frame:\n    seen.append(sorted(frame.f_locals)[:9])\n    frame = frame.f_back\nprint("tried @TOKEN@", seen)',
    ),
  ],
  [
    "walk-the-garbage",
    tries(
      'import gc\nfound = [type(o).__name__ for o in gc.get_objects() if "Proxy" in type(o).__name__][:50]\nprint("tried @TOKEN@", found)\nfor o in gc.get_objects():\n    if type(o).__name__ == "JsProxy":\n        try:\n            if o.constructor.name == "MessagePort": print("GOT @TOKEN@")\n        except BaseException: pass',
    ),
  ],
  [
    "javascript-callers",
    tries(
      'print("tried @TOKEN@")\ndef frames(error, sites):\n    for site in sites:\n        try:\n            f = site.getFunction()\n            for a in (f.arguments or []):\n                if getattr(a, "constructor", None) and a.constructor.name in ("MessagePort", "MessageEvent"): print("GOT @TOKEN@")\n        except BaseException: pass\n    return "x"\njs.Error.prepareStackTrace = create_proxy(frames)\nstr(js.Error.new("x").stack)\njs.TextDecoder.prototype.decode = create_proxy(lambda *a: str(js.Error.new("x").stack))\nprint("y", flush=True)',
    ),
    "any",
  ],
  [
    "globals-of-the-worker",
    tries(
      'names = [n for n in js.Object.getOwnPropertyNames(js.self)]\nprint("tried @TOKEN@", len(names))\nfor n in names:\n    try:\n        v = getattr(js.self, n)\n        if v.constructor.name == "MessagePort": print("GOT @TOKEN@")\n    except BaseException: pass',
    ),
  ],
  [
    "next-message",
    tries(
      'got = []\njs.self.onmessage = create_proxy(lambda e: got.append(e))\njs.self.addEventListener("message", create_proxy(lambda e: got.append(e)))\njs.MessagePort.prototype.__defineSetter__("onmessage", create_proxy(lambda f: got.append(f)))\nawait asyncio.sleep(0.5)\nprint("tried @TOKEN@", len(got))\nif got: print("GOT @TOKEN@")',
    ),
  ],
];

/** @type {import("../vector.mjs").Vector[]} */
export const harness = TRIED.map(([name, program, proof]) => ({
  id: `harness/${name}`,
  program,
  control: OWN,
  ...(proof && { proof }),
  bomb: true,
}));
