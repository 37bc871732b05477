// Every way of connecting that a worker's global scope has, or that a program may hope to find there.
import { attempt, tries } from "../vector.mjs";

const PYTHON = /** @type {const} */ ({ python: true });

/** Tried through Python's view of JavaScript, here and there. @type {[name: string, expression: string, before?: string, absent?: Record<string, string>][]} */
const CALLS = [
  ["fetch", 'js.fetch("@URL@")'],
  ["fetch-of-the-prototype", 'own("fetch").call(js.self, "@URL@")'],
  ["fetch-after-delete", 'js.fetch("@URL@")', "js.Reflect.deleteProperty(js.self, 'fetch')"],
  ["fetch-no-cors", 'own("fetch").call(js.self, "@URL@", opts(mode="no-cors"))'],
  ["fetch-post", 'own("fetch").call(js.self, "@URL@", opts(method="POST", body="x", mode="no-cors"))'],
  ["fetch-keepalive", 'own("fetch").call(js.self, "@URL@", opts(keepalive=True, mode="no-cors"))'],
  ["fetch-credentials", 'own("fetch").call(js.self, "@URL@", opts(credentials="include"))'],
  ["fetch-request", 'own("fetch").call(js.self, js.Request.new("@URL@"))'],
  ["fetch-request-keepalive", 'own("fetch").call(js.self, js.Request.new("@URL@", opts(keepalive=True)))'],
  ["fetch-head", 'own("fetch").call(js.self, "@URL@", opts(method="HEAD"))'],
  ["fetch-manual-redirect", 'own("fetch").call(js.self, "@URL@", opts(redirect="manual"))'],
  ["fetch-local-network", 'own("fetch").call(js.self, "@URL@", opts(targetAddressSpace="loopback"))'],
  ["fetch-by-name", 'own("fetch").call(js.self, "@NAMED@", opts(mode="no-cors"))'],
  ["fetch-tls", 'own("fetch").call(js.self, "@TLS@", opts(mode="no-cors"))'],
  ["fetch-aborted", 'own("fetch").call(js.self, "@URL@", opts(signal=js.AbortSignal.timeout(800)))'],
  ["fetch-referrer", 'own("fetch").call(js.self, "@URL@", opts(referrerPolicy="unsafe-url"))'],
  ["fetch-reflect-construct", 'js.Reflect.apply(own("fetch"), js.self, to_js(["@URL@"]))'],
  [
    "wasm-compile-streaming",
    'js.WebAssembly.compileStreaming(own("fetch").call(js.self, "@URL@?type=application/wasm"))',
  ],
  [
    "wasm-instantiate-streaming",
    'js.WebAssembly.instantiateStreaming(own("fetch").call(js.self, "@URL@?type=application/wasm"))',
  ],
  ["xhr", "request.send()", 'request = js.XMLHttpRequest.new()\nrequest.open("GET", "@URL@")'],
  ["xhr-synchronous", "request.send()", 'request = js.XMLHttpRequest.new()\nrequest.open("GET", "@URL@", False)'],
  ["xhr-post", 'request.send("x")', 'request = js.XMLHttpRequest.new()\nrequest.open("POST", "@URL@", False)'],
  [
    "xhr-credentials",
    "request.send()",
    'request = js.XMLHttpRequest.new()\nrequest.open("GET", "@URL@")\nrequest.withCredentials = True',
  ],
  ["xhr-by-name", "request.send()", 'request = js.XMLHttpRequest.new()\nrequest.open("GET", "@NAMED@")'],
  ["websocket", 'js.WebSocket.new("@WS@")'],
  ["websocket-protocol", 'js.WebSocket.new("@WS@", "leak")'],
  ["websocket-by-name", 'js.WebSocket.new("ws://@HOST@:@PORT@/")'],
  ["websocket-tls", 'js.WebSocket.new("wss://@HOST@:@RAW@/")'],
  ["websocket-http-scheme", 'js.WebSocket.new("@URL@")'],
  ["eventsource", 'js.EventSource.new("@URL@?type=text/event-stream")'],
  ["eventsource-credentials", 'js.EventSource.new("@URL@?type=text/event-stream", opts(withCredentials=True))'],
  ["font-face", 'js.FontFace.new("x", "url(@URL@)").load()', "", { webkit: "fetches no font in a worker" }],
  [
    "font-face-in-canvas",
    'canvas.getContext("2d").fillText("x", 1, 9)',
    'face = js.FontFace.new("leak", "url(@URL@)")\njs.fonts.add(face)\nface.load()\ncanvas = js.OffscreenCanvas.new(9, 9)\ncanvas.getContext("2d").font = "9px leak"',
    { webkit: "fetches no font in a worker" },
  ],
  [
    "cache-add",
    'cache.add("@URL@")',
    'try:\n    cache = await js.caches.open("x")\nexcept BaseException as e:\n    print("tried @TOKEN@", type(e).__name__)\n    cache = js.caches',
  ],
];

/** Only where the API exists. @type {[name: string, expression: string, absent: Record<string, string>][]} */
const SOME_BROWSERS = [
  [
    "websocket-stream",
    'js.WebSocketStream.new("@WS@").opened',
    { firefox: "has no WebSocketStream", webkit: "has no WebSocketStream" },
  ],
  ["webtransport", 'js.WebTransport.new("https://127.0.0.1:@UDP@/").ready', { webkit: "has no WebTransport" }],
];

/** Text that a worker might be brought to run as JavaScript; each would fetch. @type {[name: string, program: string][]} */
const EVALS = [
  ["eval", "js.eval(\"fetch('@URL@')\")"],
  ["eval-import", "js.eval(\"import('@URL@?type=text/javascript')\")"],
  ["function-constructor", "js.Function.new(\"fetch('@URL@')\")()"],
  ["function-constructor-import", "js.Function.new(\"return import('@URL@?type=text/javascript')\")()"],
  ["function-of-a-function", "js.Array.prototype.map.constructor(\"fetch('@URL@')\")()"],
  ["set-timeout-text", "js.setTimeout(\"fetch('@URL@')\", 0)"],
  ["set-interval-text", "js.setInterval(\"fetch('@URL@')\", 50)"],
  ["run-js", '__import__("pyodide.code", fromlist=["x"]).run_js("fetch(\'@URL@\')")'],
];

/** What only a window has: tried in the worker all the same, and in a plain page for the control. @type {[string, string, string, Record<string, string>?][]} */
const OF_WINDOWS = [
  ["send-beacon", 'js.navigator.sendBeacon("@URL@")', 'navigator.sendBeacon("@URL@")'],
  [
    "fetch-later",
    'js.fetchLater("@URL@", opts(activateAfter=0))',
    'fetchLater("@URL@", {activateAfter: 0})',
    { firefox: "has no fetchLater", webkit: "has no fetchLater" },
  ],
  ["image-element", "setattr(js.Image.new(), 'src', '@URL@')", 'new Image().src = "@URL@"'],
  ["audio-element", 'js.Audio.new("@URL@").load()', 'new Audio("@URL@").load()'],
  [
    "link-preconnect",
    'js.document.createElement("link")',
    'document.head.append(Object.assign(document.createElement("link"), {rel: "preconnect", href: "http://@HOST@:@RAW@/"}))',
  ],
  [
    "link-dns-prefetch",
    'js.document.createElement("link")',
    'document.head.append(Object.assign(document.createElement("link"), {rel: "dns-prefetch", href: "http://@HOST@/"}))',
    { webkit: "looks up no name for an element that a script made" },
  ],
  [
    "stylesheet",
    'js.CSSStyleSheet.new().replaceSync("html { background: url(@URL@) }")',
    'const s = new CSSStyleSheet(); s.replaceSync("html { background: url(@URL@) }"); document.adoptedStyleSheets = [s]',
  ],
  [
    "rtc-stun",
    'js.RTCPeerConnection.new(opts(iceServers=[{"urls": "stun:127.0.0.1:@UDP@"}])).createDataChannel("x")',
    'const c = new RTCPeerConnection({iceServers: [{urls: "stun:127.0.0.1:@UDP@"}, {urls: "stun:203.0.113.5:@UDP@"}]}); c.createDataChannel("x"); await c.setLocalDescription(await c.createOffer()); globalThis.kept = [...(globalThis.kept ?? []), c]; await new Promise(r => setTimeout(r, 1500))',
    { firefox: "asks no STUN server of this machine's own", webkit: "is built without WebRTC" },
  ],
  [
    "rtc-turn-by-name",
    'js.webkitRTCPeerConnection.new(opts(iceServers=[{"urls": "turn:@HOST@:@RAW@?transport=tcp", "username": "u", "credential": "c"}]))',
    'const c = new RTCPeerConnection({iceServers: [{urls: "turn:@HOST@:@RAW@?transport=tcp", username: "u", credential: "c"}]}); c.createDataChannel("x"); await c.setLocalDescription(await c.createOffer()); globalThis.kept = [...(globalThis.kept ?? []), c]; await new Promise(r => setTimeout(r, 1500))',
    { webkit: "is built without WebRTC" },
  ],
  ["shared-worker", 'js.SharedWorker.new("@URL@?type=text/javascript")', 'new SharedWorker("/plain/echo.js?@TOKEN@")'],
];

/** @type {import("../vector.mjs").Vector[]} */
export const network = [
  ...CALLS.map(([name, expression, before, absent]) => ({
    id: `network/${name}`,
    program: attempt(expression, before),
    control: PYTHON,
    ...(absent && { absent }),
  })),
  ...SOME_BROWSERS.map(([name, expression, absent]) => ({
    id: `network/${name}`,
    program: attempt(expression),
    control: PYTHON,
    absent,
  })),
  ...EVALS.map(([name, expression]) => ({ id: `network/${name}`, program: attempt(expression), control: PYTHON })),
  ...OF_WINDOWS.map(([name, expression, page, absent]) => ({
    id: `network/${name}`,
    program: attempt(expression),
    control: { page },
    ...(absent && { absent }),
  })),
  {
    id: "network/import-scripts",
    program: attempt('js.importScripts("@URL@?type=text/javascript")'),
    control: { worker: 'importScripts("@URL@?type=text/javascript")' },
  },
  {
    id: "network/import-scripts-of-the-prototype",
    program: attempt('own("importScripts").call(js.self, "@URL@?type=text/javascript")'),
    control: { worker: 'WorkerGlobalScope.prototype.importScripts.call(self, "@URL@?type=text/javascript")' },
  },
  {
    id: "network/import-scripts-blob",
    program: attempt(
      'own("importScripts").call(js.self, url)',
      'url = js.URL.createObjectURL(js.Blob.new(to_js(["fetch(\'@URL@\')"]), opts(type="text/javascript")))',
    ),
    control: {
      worker: "importScripts(URL.createObjectURL(new Blob([\"fetch('@URL@')\"], {type: 'text/javascript'})))",
    },
  },
  {
    id: "network/import-scripts-data",
    program: attempt('own("importScripts").call(js.self, "data:text/javascript,fetch(%22@URL@%22)")'),
    control: { worker: 'importScripts("data:text/javascript,fetch(%22@URL@%22)")' },
  },
  {
    id: "network/source-map",
    program: tries(
      'js.self.reportError(js.Error.new("x\\n//# sourceMappingURL=@URL@")) if False else None\nawait attempt(lambda: js.Blob.new(to_js(["//# sourceMappingURL=@URL@"])))',
    ),
    control: { none: "browsers ask for source maps only with their developer tools open", reaches: true },
  },
];
