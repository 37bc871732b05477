// Leaving the page, opening another, asking the person something, handing out a file.
import { attempt } from "../vector.mjs";

const NO_WINDOWS = { webkit: "opens no window for a script that a driver runs" };

/** In a plain page, each in a frame of its own. @type {[name: string, expression: string, page: string, absent?: Record<string, string>][]} */
const WAYS = [
  ["open", 'js.open("@URL@")', 'open("@URL@")', NO_WINDOWS],
  [
    "open-by-name",
    'js.self.open("@NAMED@", "_blank", "noopener")',
    'open("@NAMED@", "_blank", "noopener")',
    NO_WINDOWS,
  ],
  ["location-href", 'setattr(js.location, "href", "@URL@")', 'location.href = "@URL@"'],
  ["location-assign", 'js.location.assign("@URL@")', 'location.assign("@URL@")'],
  ["location-replace", 'js.self.location.replace("@URL@")', 'location.replace("@URL@")'],
  ["location-set", 'setattr(js.self, "location", "@URL@")', 'location = "@URL@"'],
  [
    "navigation-api",
    'js.navigation.navigate("@URL@")',
    'navigation.navigate("@URL@")',
    { webkit: "has no navigation API" },
  ],
  ["parent", 'setattr(js.parent.location, "href", "@URL@")', 'window.location = "@URL@"'],
  ["top", 'setattr(js.top.location, "href", "@URL@")', 'window.location = "@URL@"'],
  [
    "form",
    'js.document.createElement("form").submit()',
    'const f = document.createElement("form"); f.action = "@URL@"; document.body.append(f); f.submit()',
  ],
  [
    "anchor",
    'js.document.createElement("a").click()',
    'const a = document.createElement("a"); a.href = "@URL@"; document.body.append(a); a.click()',
  ],
  [
    "download",
    'js.document.createElement("a").click()',
    'const a = document.createElement("a"); a.href = "@URL@"; a.download = "x"; document.body.append(a); a.click()',
  ],
  ["clients-open-window", 'js.clients.openWindow("@URL@")', 'open("@URL@")', NO_WINDOWS],
];

/** @type {[name: string, expression: string, there: string, absent?: Record<string, string>][]} */
const OTHERS = [
  ["history", 'js.history.pushState(None, "", "/gone")', 'history.pushState(null, "", location.href), true'],
  ["alert", 'js.alert("GOT @TOKEN@")', "typeof alert === 'function'"],
  ["print", "js.print()", "typeof print === 'function'"],
  [
    "protocol-handler",
    'js.navigator.registerProtocolHandler("web+x", "@URL@?%s")',
    "'registerProtocolHandler' in navigator",
    { webkit: "has no protocol handlers" },
  ],
  [
    "file-picker",
    "js.showSaveFilePicker()",
    "'showSaveFilePicker' in window",
    { firefox: "has no file pickers", webkit: "has no file pickers" },
  ],
  ["document", 'setattr(js.document, "title", "GOT")', "'title' in document"],
];

/** @type {import("../vector.mjs").Vector[]} */
export const navigation = [
  ...WAYS.map(([name, expression, page, absent]) => ({
    id: `navigation/${name}`,
    program: attempt(expression),
    control: { page },
    ...(absent && { absent }),
  })),
  ...OTHERS.map(([name, expression, there, absent]) => ({
    id: `navigation/${name}`,
    program: attempt(expression),
    control: { there },
    ...(absent && { absent }),
  })),
];
