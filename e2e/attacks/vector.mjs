// What a vector is, and how its text becomes the program of an attack or of a control.
//
// Programs are Python with names in capitals between @ signs, which stand for where the canary listens and whose token it is:
//   @URL@ @WS@ @TLS@   of the canary, by address        @NAMED@ @HOST@   the same by a name that only DNS knows
//   @ADDRESS@          an address of this machine that is its own
//   @UDP@              a port for datagrams of its own  @PORT@ @RAW@     the canary's ports for HTTP and for anything else
//   @APP@ @CHART@      the server, and the chart that holds a secret     @TOKEN@
import { DOMAIN } from "./canary.mjs";

/**
 * How the same thing is tried where nothing protects:
 * - `python`: the very same program, in a plain Pyodide in a plain worker
 * - `worker`, `page`: JavaScript in a plain classic worker, or in a plain page; what it gives back is as good as printed
 * - `markup`, `svg`: the text as a document of its own; `plotly`, `vega`: the figure drawn by the plain renderer
 * - `there`: a JavaScript expression that says whether the plain page has the thing at all
 * - `none`: nothing is reached for, or no browser can; the reason is reported and, with `reaches`, the vector not counted as held
 * @typedef {{python: true, packages?: string[]} | {worker: string} | {page: string} | {markup: string, click?: boolean}
 *   | {svg: string, click?: boolean} | {plotly: string, click?: boolean} | {vega: string, click?: boolean} | {there: string}
 *   | {none: string, reaches?: true}} Control
 *
 * @typedef {object} Outcome what was seen of an attack
 * @property {string} state of the page at the end
 * @property {string} stdout
 * @property {string} value
 * @property {string} error
 * @property {string[]} figures their kinds
 * @property {string} text of the whole page
 *
 * @typedef {object} Vector
 * @property {string} id `family/name`
 * @property {string} program
 * @property {Control} control
 * @property {{question?: string, profile?: object}} [more] stored with the program, which its author controls as well
 * @property {"tried" | "shown" | "figure" | "any" | "busy" | RegExp} [proof] what shows that the attempt was made: a line that says
 *   so (the default), the end of the run, a figure, nothing, a run that must be stopped, or a text on the page
 * @property {boolean} [bomb] the page must answer while it runs, and draw the next chart after
 * @property {boolean} [click] on the figure, where a link is
 * @property {Partial<Record<string, string>>} [absent] by browser, why not even an unprotected page can; the vector is not counted as held
 * @property {Partial<Record<string, string>>} [known] by browser, what SECURITY.md says is left: the page may stop answering, and nothing else
 * @property {number} [linger] milliseconds to stay on the page after its program
 *
 * @typedef {{token: string, address: string, app: string, chart: string, udp: number, port: number, rawPort: number, named: boolean}} Places
 */

/** What programs share: how to try something and say how it went, and how to get behind the harness. */
const PRELUDE = `import asyncio, json, sys
import js
from pyodide.ffi import create_proxy, to_js

def opts(**more):
    return to_js(more, dict_converter=js.Object.fromEntries)

def own(name):
    # The browser's own function, whatever was put in its place.
    return getattr(js.WorkerGlobalScope.prototype, name)

async def attempt(make, wait=1.5):
    try:
        value = make()
        if hasattr(value, "then") or hasattr(value, "__await__"):
            value = await asyncio.wait_for(value, wait)
        print("tried @TOKEN@: returned", str(value)[:400])
        return value
    except BaseException as error:
        print("tried @TOKEN@:", type(error).__name__, str(error)[:300])
`;

/** For programs that forge their own result: the parts that leave with it, and the text that describes them. */
const FORGE = `
def find_sink():
    frame = sys._getframe()
    while frame is not None and "sink" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals["sink"]

def figure(kind, **more):
    return {"kind": kind, "facts": {"title": "forged"}, **more}

def result(figures=(), **more):
    return {"ok": True, "figures": list(figures), "value": None, "error": None, "warnings": [], **more}

def forge(answer):
    text = answer if isinstance(answer, str) else json.dumps(answer)
    sys.modules["sandplot.run"]._dumps = lambda *a, **k: text

def part(value, kind="forged"):
    return int(find_sink().add(kind, value))

def forge_svg(text):
    forge(result([figure("svg", svg=part(text), png=None, width=640, height=400)]))

def forge_spec(kind, text):
    forge(result([figure(kind, spec=part(text))]))
`;

/** @param {string} program */
export const tries = (program) => PRELUDE + program;

/** One expression, tried and given some time. @param {string} expression @param {string} [before] statements */
export const attempt = (expression, before = "") =>
  tries(`${before}\nawait attempt(lambda: ${expression})\nawait asyncio.sleep(0.4)\n`);

/** @param {string} program */
export const forges = (program) => `${PRELUDE}${FORGE}${program}\nprint("tried @TOKEN@")\n`;

/** A text as a Python literal: JSON's form is Python's. @param {string} text */
export const literal = (text) => JSON.stringify(text);

/** @param {string} text @param {Places} places */
export function fill(text, { token, address, app, chart, udp, port, rawPort, named }) {
  const host = named ? `${token}.${DOMAIN}` : "127.0.0.1";
  /** @type {Record<string, string>} */
  const values = {
    TOKEN: token,
    URL: `http://127.0.0.1:${port}/hit/${token}`,
    WS: `ws://127.0.0.1:${port}/hit/${token}`,
    NAMED: `http://${host}:${port}/hit/${token}`,
    TLS: `https://${token}.${DOMAIN}:${rawPort}/`,
    HOST: `${token}.${DOMAIN}`,
    ADDRESS: address,
    UDP: String(udp),
    PORT: String(port),
    RAW: String(rawPort),
    APP: app,
    CHART: chart,
  };
  return text.replace(/@([A-Z]+)@/g, (whole, name) => values[name] ?? whole);
}
