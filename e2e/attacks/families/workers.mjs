// Workers within the worker: another global scope, which might have another policy.
import { attempt, tries } from "../vector.mjs";

const PYTHON = /** @type {const} */ ({ python: true });
const SOURCE = "fetch('@URL@', {mode: 'no-cors'})";
const BLOB = `url = js.URL.createObjectURL(js.Blob.new(to_js(["${SOURCE}"]), opts(type="text/javascript")))`;

/** @type {import("../vector.mjs").Vector[]} */
export const workers = [
  { id: "workers/blob", program: attempt("js.Worker.new(url)", BLOB), control: PYTHON },
  { id: "workers/blob-module", program: attempt('js.Worker.new(url, opts(type="module"))', BLOB), control: PYTHON },
  { id: "workers/data", program: attempt(`js.Worker.new("data:text/javascript,${SOURCE}")`), control: PYTHON },
  { id: "workers/address", program: attempt('js.Worker.new("@APP@/plain/echo.js?@TOKEN@")'), control: PYTHON },
  {
    id: "workers/address-module",
    program: attempt('js.Worker.new("@APP@/plain/echo.js?@TOKEN@", opts(type="module"))'),
    control: PYTHON,
  },
  {
    id: "workers/found-again",
    // The constructor by every other way that leads to it.
    program: tries(
      `${BLOB}\nfor name in ("Worker", "SharedWorker"):\n    for holder in (js.self, js.globalThis, js.Object.getPrototypeOf(js.self), js.Object.getPrototypeOf(js.Object.getPrototypeOf(js.self))):\n        made = await attempt(lambda: js.Reflect.construct(js.Reflect.get(holder, name), to_js([url])))\nawait asyncio.sleep(0.4)`,
    ),
    control: { worker: `new Worker(URL.createObjectURL(new Blob(["${SOURCE}"])))` },
  },
  {
    id: "workers/shared",
    program: attempt("js.SharedWorker.new(url)", BLOB),
    control: { page: `new SharedWorker(URL.createObjectURL(new Blob(["${SOURCE}"], {type: "text/javascript"})))` },
  },
  {
    id: "workers/audio-worklet",
    program: attempt('js.OfflineAudioContext.new(1, 9, 44100).audioWorklet.addModule("@URL@?type=text/javascript")'),
    control: {
      page: 'await new OfflineAudioContext(1, 9, 44100).audioWorklet.addModule("@URL@?type=text/javascript").catch(() => {})',
    },
    absent: { webkit: "is built without worklets" },
  },
  {
    id: "workers/paint-worklet",
    program: attempt('js.CSS.paintWorklet.addModule("@URL@?type=text/javascript")'),
    control: { page: 'await CSS.paintWorklet.addModule("@URL@?type=text/javascript").catch(() => {})' },
    absent: { firefox: "has no paint worklets", webkit: "has no paint worklets" },
  },
  {
    id: "workers/service-worker-from-worker",
    program: attempt('js.navigator.serviceWorker.register("@APP@/plain/service.js?@TOKEN@")'),
    control: { page: 'await navigator.serviceWorker.register("/plain/service.js?@TOKEN@")' },
    absent: { webkit: "registers none over http" },
  },
  {
    id: "workers/import-in-blob",
    program: attempt("js.Worker.new(url)", BLOB.replace(SOURCE, "importScripts('@URL@?type=text/javascript')")),
    control: PYTHON,
  },
  {
    id: "workers/message-port-to-frame",
    // The frame around listens to its worker's errors only; a port sent to it must lead nowhere.
    program: tries(
      'channel = js.MessageChannel.new()\nheard = []\nchannel.port1.onmessage = create_proxy(lambda e: heard.append(str(e.data)))\nawait attempt(lambda: js.self.postMessage(opts(scripts=["fetch(\'@URL@\')"]), [channel.port2]))\nawait attempt(lambda: js.self.postMessage(opts(keep=[]), [channel.port2]))\nawait asyncio.sleep(0.5)\nif heard: print("GOT @TOKEN@")',
    ),
    control: { none: "the frame has no listener to reach" },
  },
];
