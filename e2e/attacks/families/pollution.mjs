// Keys that a careless host would carry into its own prototypes.
import { forges, literal, tries } from "../vector.mjs";

const POISON = '{"__proto__": {"polluted": "@TOKEN@"}, "constructor": {"prototype": {"polluted": "@TOKEN@"}}}';
const TABLE = '"kind": "table", "columns": ["a"], "rows": [["b"]], "totalRows": 1';
const INNER = POISON.slice(1, -1);
/** What a host that merges what it gets would do, on an unprotected page. */
const MERGED = {
  page: `const merge = (into, from) => { for (const key of Object.keys(from)) { if (typeof from[key] === "object") merge(into[key] ??= {}, from[key]); else into[key] = from[key]; } }; merge({}, JSON.parse(${literal(POISON)})); const hit = {}.polluted; delete Object.prototype.polluted; return "GOT " + hit`,
};

/** @type {[name: string, answer: string][]} */
const ANSWERS = [
  ["result", `{${INNER}, "ok": true, "figures": [], "value": null, "error": null, "warnings": []}`],
  ["figure", `{"ok": true, "figures": [{${TABLE}, ${INNER}, "facts": {}}]}`],
  ["facts", `{"ok": true, "figures": [{${TABLE}, "facts": {${INNER}, "title": "t"}}]}`],
  ["axes", `{"ok": true, "figures": [{${TABLE}, "facts": {"axes": [{${INNER}, "title": "t"}]}}]}`],
  [
    "error",
    `{"ok": false, "figures": [], "error": {${INNER}, "type": "E", "message": "m", "line": 1, "traceback": "t"}}`,
  ],
  [
    "kind",
    `{"ok": true, "figures": [{${TABLE}, "facts": {"title": "__proto__", "kind": "constructor", "series": ["__proto__", "toString"]}}]}`,
  ],
];

/** @type {import("../vector.mjs").Vector[]} */
export const pollution = [
  ...ANSWERS.map(([name, answer]) => ({
    id: `pollution/${name}`,
    program: forges(`forge(${literal(answer)})`),
    control: MERGED,
  })),
  {
    id: "pollution/plotly",
    program: forges(
      `forge_spec("plotly", ${literal(`{${INNER}, "data": [{${INNER}, "y": [1, 2]}], "layout": {${INNER}, "template": {${INNER}}}}`)})`,
    ),
    control: MERGED,
    linger: 300,
  },
  {
    id: "pollution/vega",
    program: forges(
      `forge_spec("vega", ${literal(`{${INNER}, "data": {"values": [{"a": 1, ${INNER}}]}, "mark": "point", "encoding": {${INNER}}, "config": {${INNER}}}`)})`,
    ),
    control: MERGED,
    proof: "any",
    linger: 300,
  },
  {
    id: "pollution/table-names",
    program: tries(
      'import pandas as pd\nprint("tried @TOKEN@")\npd.DataFrame([["polluted"] * 4], columns=["__proto__", "constructor", "toString", "hasOwnProperty"], index=["__proto__"])',
    ),
    control: MERGED,
  },
  {
    id: "pollution/structured-clone",
    program: tries(
      'print("tried @TOKEN@")\nevil = js.JSON.parse(\'{"__proto__": {"polluted": "@TOKEN@"}}\')\njs.self.postMessage(evil)\njs.Object.prototype.polluted = "@TOKEN@"\njs.Object.prototype.type = "result"\njs.Array.prototype.polluted = "@TOKEN@"',
    ),
    control: MERGED,
  },
  {
    id: "pollution/own-prototypes",
    program: tries(
      'print("tried @TOKEN@")\njs.Object.prototype.then = create_proxy(lambda *a: print("then", len(a)))\njs.Object.prototype.toJSON = create_proxy(lambda *a: "GOT")\njs.Array.prototype.map = None\njs.JSON.parse = None\njs.MessagePort.prototype.postMessage = None',
    ),
    control: MERGED,
    proof: "any",
  },
];
