// What a browser grants to pages that ask: devices, sensors, the clipboard, the screen. Each says GOT when it was given anything.
import { tries } from "../vector.mjs";

const asks = (/** @type {string} */ expression) =>
  tries(
    `value = await attempt(lambda: ${expression})\nif value is not None and str(value) not in ("undefined", "denied", "null", "False", "false"): print("GOT @TOKEN@")\n`,
  );
const NOT_FIREFOX = { firefox: "has it not", webkit: "has it not" };
const NOT_WEBKIT = { webkit: "has it not" };

/** @type {[name: string, expression: string, there: string, absent?: Record<string, string>][]} */
const THINGS = [
  ["clipboard-read", "js.navigator.clipboard.readText()", "!!navigator.clipboard?.readText"],
  ["clipboard-write", 'js.navigator.clipboard.writeText("left @TOKEN@")', "!!navigator.clipboard?.writeText"],
  [
    "permissions-query",
    'js.navigator.permissions.query(opts(name="geolocation")).then(create_proxy(lambda p: p.state if p.state == "granted" else None))',
    "!!navigator.permissions",
  ],
  [
    "notification",
    'js.Notification.new("x") if js.Notification.permission == "granted" else js.Notification.new("x") and None',
    "typeof Notification === 'function'",
    NOT_WEBKIT,
  ],
  ["notification-ask", "js.Notification.requestPermission()", "typeof Notification === 'function'", NOT_WEBKIT],
  ["push", "js.registration.pushManager.subscribe()", "'PushManager' in window", NOT_WEBKIT],
  [
    "geolocation",
    "js.navigator.geolocation.getCurrentPosition(create_proxy(print))",
    "'geolocation' in navigator",
    NOT_WEBKIT,
  ],
  ["camera", "js.navigator.mediaDevices.getUserMedia(opts(video=True))", "!!navigator.mediaDevices", NOT_WEBKIT],
  ["devices", "js.navigator.mediaDevices.enumerateDevices()", "!!navigator.mediaDevices", NOT_WEBKIT],
  ["screen", "js.navigator.mediaDevices.getDisplayMedia()", "!!navigator.mediaDevices", NOT_WEBKIT],
  ["midi", "js.navigator.requestMIDIAccess()", "'requestMIDIAccess' in navigator", NOT_WEBKIT],
  ["webgpu", "js.navigator.gpu.requestAdapter()", "'gpu' in navigator", NOT_FIREFOX],
  ["usb", "js.navigator.usb.getDevices()", "'usb' in navigator", NOT_FIREFOX],
  ["serial", "js.navigator.serial.getPorts()", "'serial' in navigator", NOT_WEBKIT],
  ["hid", "js.navigator.hid.getDevices()", "'hid' in navigator", NOT_FIREFOX],
  [
    "bluetooth",
    "js.navigator.bluetooth.requestDevice()",
    "'bluetooth' in navigator",
    { chromium: "has it not on Linux", ...NOT_FIREFOX },
  ],
  ["wake-lock", 'js.navigator.wakeLock.request("screen")', "'wakeLock' in navigator", NOT_WEBKIT],
  ["idle-detector", "js.IdleDetector.new().start()", "'IdleDetector' in window", NOT_FIREFOX],
  ["local-fonts", "js.queryLocalFonts()", "'queryLocalFonts' in window", NOT_FIREFOX],
  ["sensor", "js.Accelerometer.new().start()", "'Accelerometer' in window", NOT_FIREFOX],
  ["gamepads", "js.navigator.getGamepads()", "'getGamepads' in navigator", NOT_WEBKIT],
  ["credentials", "js.navigator.credentials.get(opts(password=True))", "'credentials' in navigator", NOT_WEBKIT],
  ["payment", "js.PaymentRequest.new(to_js([]), opts())", "'PaymentRequest' in window", NOT_FIREFOX],
  ["xr", 'js.navigator.xr.isSessionSupported("immersive-vr")', "'xr' in navigator", NOT_FIREFOX],
  [
    "speech",
    'js.speechSynthesis.speak(js.SpeechSynthesisUtterance.new("x"))',
    "'speechSynthesis' in window",
    NOT_WEBKIT,
  ],
  ["battery", "js.navigator.getBattery()", "'getBattery' in navigator", NOT_FIREFOX],
  [
    "compute-pressure",
    'js.PressureObserver.new(create_proxy(print)).observe("cpu")',
    "'PressureObserver' in window",
    NOT_FIREFOX,
  ],
  ["storage-access", "js.document.requestStorageAccess()", "'requestStorageAccess' in document"],
  [
    "shared-storage",
    "js.sharedStorage.set('x', '@TOKEN@')",
    "'sharedStorage' in window",
    { chromium: "took it out", ...NOT_FIREFOX },
  ],
  [
    "fullscreen",
    "js.document.documentElement.requestFullscreen()",
    "'requestFullscreen' in document.documentElement || 'webkitRequestFullscreen' in document.documentElement",
  ],
  ["vibrate", "js.navigator.vibrate(100)", "'vibrate' in navigator", NOT_FIREFOX],
  [
    "share",
    "js.navigator.share(opts(url='@URL@'))",
    "'share' in navigator",
    { chromium: "has it not on Linux", ...NOT_FIREFOX },
  ],
];

/** @type {import("../vector.mjs").Vector[]} */
export const permissions = THINGS.map(([name, expression, there, absent]) => ({
  id: `permissions/${name}`,
  program: asks(expression),
  control: { there },
  ...(absent && { absent }),
}));
