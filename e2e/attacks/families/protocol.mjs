// Messages that the page did not ask for in this form: forged, oversized, out of order, too many. The page must answer each by
// showing nothing of it, or by closing the sandbox, and must draw the next chart.
import { forges, tries } from "../vector.mjs";

const OWN_GUARDS = /** @type {const} */ ({ none: "aims at the page's own guards; the proof is what the page says" });
const CLOSED = /sandbox was closed/;
/**
 * Forged and refused: the run ends and the page says that the sandbox was closed, or else what is given.
 * @type {[name: string, program: string, proof?: RegExp][]}
 */
const REFUSED = [
  ["not-json", 'forge("{")'],
  ["not-an-object", 'forge("[]")'],
  ["null", 'forge("null")'],
  ["deep-json", 'forge("[" * 3000000 + "]" * 3000000)'],
  ["figures-no-list", 'forge(result() | {"figures": {"length": 1}})'],
  ["too-many-figures", 'forge(result([figure("table", columns=[], rows=[], totalRows=0)] * 101))'],
  ["unknown-kind", 'forge(result([figure("html", html="<b>")]))'],
  ["kind-of-the-prototype", 'forge(result([figure("__proto__", columns=[])]))'],
  ["part-out-of-range", 'forge(result([figure("svg", svg=99, png=None, width=1, height=1)]))'],
  ["part-negative", 'forge(result([figure("svg", svg=-1, png=None, width=1, height=1)]))'],
  ["part-by-name", 'forge(result([figure("svg", svg="length", png=None, width=1, height=1)]))'],
  ["part-of-the-wrong-type", 'forge(result([figure("svg", svg=part(to_js(b"x")), png=None, width=1, height=1)]))'],
  ["picture-of-the-wrong-type", 'forge(result([figure("png", png=part("x"), width=1, height=1)]))'],
  ["size-no-number", 'forge(result([figure("svg", svg=part("<svg/>"), png=None, width="9", height={})]))'],
  ["cells-no-text", 'forge(result([figure("table", columns=["a"], rows=[[{"x": 1}]], totalRows=1)]))'],
  ["too-many-rows", 'forge(result([figure("table", columns=["a"], rows=[["b"]] * 5001, totalRows=1)]))'],
  ["too-many-columns", 'forge(result([figure("table", columns=["a"] * 2001, rows=[], totalRows=1)]))'],
  ["rows-no-count", 'forge(result([figure("table", columns=["a"], rows=[], totalRows=-1)]))'],
  ["facts-no-object", 'forge(result([figure("table", columns=["a"], rows=[], totalRows=1) | {"facts": "x"}]))'],
  [
    "too-many-series",
    'forge(result([figure("table", columns=["a"], rows=[], totalRows=1) | {"facts": {"series": ["x"] * 201}}]))',
  ],
  ["too-many-warnings", 'forge(result(warnings=["x"] * 51))'],
  ["error-no-object", 'forge(result(ok=False, error="x"))'],
  ["line-no-count", 'forge(result(ok=False, error={"type": "a", "message": "b", "line": -3, "traceback": ""}))'],
  ["too-many-parts", 'for i in range(301): part("x")'],
  ["too-long-a-part", 'part("x" * (64 * 1024 * 1024 + 1))'],
  ["too-long-json", 'forge(result(value="x" * (64 * 1024 * 1024)))'],
  ["parts-that-multiply", "bytes_ = js.Uint8Array.new(60 * 1024 * 1024)\nfor i in range(300): part(bytes_)"],
  [
    "shared-memory",
    "part(js.Uint8Array.new(js.WebAssembly.Memory.new(opts(initial=1, maximum=1, shared=True)).buffer))",
    /sandbox was closed|broke down.*transferable|DataCloneError/,
  ],
];

/** @type {import("../vector.mjs").Vector[]} */
export const protocol = [
  ...REFUSED.map(([name, program, proof = CLOSED]) => ({
    id: `protocol/${name}`,
    program: forges(program),
    control: OWN_GUARDS,
    proof,
    bomb: true,
  })),
  {
    id: "protocol/flood-of-output",
    program: tries(
      "hours = js.Array.new()\njs.performance.now = js.Array.prototype.push.bind(hours, *[0] * 200)\nfor i in range(20000):\n    print(i, flush=True)",
    ),
    control: OWN_GUARDS,
    proof: CLOSED,
    bomb: true,
  },
  {
    id: "protocol/long-output",
    program: tries(
      'class T:\n    pass\njs.TextDecoder.prototype.decode = create_proxy(lambda *a: js.String.prototype.repeat.call("x", 200000000))\nprint("x")\nprint("y")',
    ),
    control: OWN_GUARDS,
    proof: "any",
    bomb: true,
  },
  {
    id: "protocol/output-no-text",
    program: tries(
      'js.TextDecoder.prototype.decode = create_proxy(lambda *a: opts(length=1, toString="x"))\nprint("x")',
    ),
    control: OWN_GUARDS,
    proof: "any",
    bomb: true,
  },
  {
    id: "protocol/crash-with-text",
    program: tries(
      'print("tried @TOKEN@")\njs.self.Set = create_proxy(lambda *a: 1 / 0)\njs.Array.prototype.flatMap = None',
    ),
    control: OWN_GUARDS,
    proof: /broke down|tried/,
    bomb: true,
  },
  {
    id: "protocol/flood-of-faults",
    program: tries(
      'print("tried @TOKEN@", flush=True)\nerror = js.Error.new("forged " * 100000)\nfor i in range(2000):\n    js.reportError(error)\nawait asyncio.sleep(3)',
    ),
    control: OWN_GUARDS,
    proof: /broke down/,
    bomb: true,
  },
  {
    id: "protocol/flood-to-the-frame",
    program: tries('print("tried @TOKEN@", flush=True)\nfor i in range(200000):\n    js.self.postMessage(i)'),
    control: OWN_GUARDS,
    bomb: true,
  },
  {
    id: "protocol/message-that-cannot-be-read",
    program: tries(
      'print("tried @TOKEN@", flush=True)\nfor i in range(50):\n    js.self.postMessage(js.WebAssembly.Memory.new(opts(initial=1, maximum=1, shared=True)).buffer)\nawait asyncio.sleep(0.5)',
    ),
    control: OWN_GUARDS,
    proof: "any",
    bomb: true,
  },
  {
    id: "protocol/parts-of-another-realm",
    program: forges(
      'forge(result())\njs.Array.prototype.flatMap = create_proxy(lambda this, *a: this.push(opts(type="ready")) and js.Array.new(), capture_this=True)',
    ),
    control: OWN_GUARDS,
    proof: CLOSED,
    bomb: true,
  },
  {
    id: "protocol/detached-transfer",
    program: forges(
      'forge(result([figure("png", png=part(js.Uint8Array.new(9)), width=1, height=1)]))\nvalues = js.Set.prototype.values\njs.Array.prototype.flatMap = create_proxy(lambda this, *a: js.Array.of(js.ArrayBuffer.new(8), this[0].buffer, this[0].buffer), capture_this=True)',
    ),
    control: OWN_GUARDS,
    proof: "any",
    bomb: true,
  },
];
