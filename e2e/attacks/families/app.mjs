// The app's own server, asked in the person's name: everything here carries the address of a chart that holds a secret.
import { attempt, tries } from "../vector.mjs";

const PYTHON = /** @type {const} */ ({ python: true });
const F = 'own("fetch").call(js.self, ';
const read = (/** @type {string} */ call) =>
  tries(`answer = await attempt(lambda: ${call})\nawait attempt(lambda: answer.text())\nawait asyncio.sleep(0.3)`);

/** @type {[name: string, program: string][]} */
const TRIED = [
  ["chart-api", read(`${F}"@APP@/api/v1/charts/@CHART@?@TOKEN@", opts(credentials="include"))`)],
  ["chart-page", read(`${F}"@APP@/charts/@CHART@?@TOKEN@", opts(credentials="include"))`)],
  [
    "chart-api-no-cors",
    read(`${F}"@APP@/api/v1/charts/@CHART@?@TOKEN@", opts(credentials="include", mode="no-cors"))`),
  ],
  ["metrics", read(`${F}"@APP@/metrics?@TOKEN@")`)],
  ["home", read(`${F}"@APP@/?@TOKEN@", opts(credentials="include"))`)],
  [
    "store",
    read(
      `${F}"@APP@/api/v1/charts?@TOKEN@", opts(method="POST", body='{"program": "print(1)"}', headers=opts(**{"Content-Type": "application/json"})))`,
    ),
  ],
  [
    "store-as-text",
    read(`${F}"@APP@/api/v1/charts?@TOKEN@", opts(method="POST", mode="no-cors", body='{"program": "print(1)"}'))`),
  ],
  [
    "ask-the-model",
    read(`${F}"@APP@/api/v1/charts?@TOKEN@", opts(method="POST", body='{"question": "x"}', keepalive=True))`),
  ],
  ["repair", read(`${F}"@APP@/api/v1/charts/@CHART@/repair?@TOKEN@", opts(method="POST", body='{"traceback": "x"}'))`)],
  [
    "xhr-synchronous",
    tries(
      'request = js.XMLHttpRequest.new()\nrequest.open("GET", "@APP@/api/v1/charts/@CHART@?@TOKEN@", False)\nawait attempt(lambda: request.send())\nawait attempt(lambda: request.responseText)',
    ),
  ],
  [
    "pyfetch",
    tries(
      'from pyodide.http import pyfetch\nanswer = await attempt(lambda: pyfetch("@APP@/api/v1/charts/@CHART@?@TOKEN@", credentials="include"))\nawait attempt(lambda: answer.text())',
    ),
  ],
  ["open-url", attempt('open_url("@APP@/api/v1/charts/@CHART@?@TOKEN@").read()', "from pyodide.http import open_url")],
  ["websocket", attempt('js.WebSocket.new("@APP@/api?@TOKEN@".replace("http", "ws"))')],
  ["eventsource", attempt('js.EventSource.new("@APP@/api/v1/charts/@CHART@?@TOKEN@")')],
  ["runtime-file", read(`${F}"@APP@/runtime/x/numpy.pack?@TOKEN@")`)],
  ["sandbox-page", read(`${F}"@APP@/sandbox/figure?@TOKEN@")`)],
];

/** @type {import("../vector.mjs").Vector[]} */
export const app = [
  ...TRIED.map(([name, program]) => ({ id: `app/${name}`, program, control: PYTHON })),
  {
    id: "app/relative",
    program: read(`${F}"/api/v1/charts/@CHART@?@TOKEN@")`),
    control: { page: 'return (await fetch("/api/v1/charts/@CHART@?@TOKEN@")).text()' },
  },
  {
    id: "app/import-scripts",
    program: attempt('own("importScripts").call(js.self, "@APP@/assets/x/app/main.js?@TOKEN@")'),
    control: { worker: 'importScripts("@APP@/plain/echo.js?@TOKEN@")' },
  },
  {
    id: "app/nested-worker",
    program: attempt('js.Worker.new("@APP@/plain/echo.js?@TOKEN@")'),
    control: { worker: 'new Worker("@APP@/plain/echo.js?@TOKEN@")' },
  },
];
