// What the person's browser keeps for the app's origin: to read it, to change it, to leave something behind, to talk to other tabs.
import { attempt, tries } from "../vector.mjs";

/** Python, here and in a plain worker of the same origin. @type {[name: string, program: string, absent?: Record<string, string>][]} */
const IN_WORKERS = [
  [
    "indexeddb-read",
    tries(`
def opened():
    done = js.Promise.withResolvers()
    request = js.indexedDB.open("sandplot-secret")
    request.onsuccess = create_proxy(lambda e: done.resolve(e.target.result))
    request.onerror = create_proxy(lambda e: done.reject(js.Error.new("refused")))
    return done.promise
db = await attempt(opened)
def read():
    done = js.Promise.withResolvers()
    request = db.transaction("kept").objectStore("kept").get(1)
    request.onsuccess = create_proxy(lambda e: done.resolve(e.target.result))
    request.onerror = create_proxy(lambda e: done.reject(js.Error.new("refused")))
    return done.promise
await attempt(read)
`),
  ],
  [
    "indexeddb-databases",
    tries(
      'found = await attempt(lambda: js.indexedDB.databases())\nawait attempt(lambda: js.JSON.stringify(found))\nif "sandplot-secret" in js.JSON.stringify(found): print("GOT @TOKEN@")',
    ),
  ],
  [
    "indexeddb-write",
    tries(`
def opened():
    done = js.Promise.withResolvers()
    request = js.indexedDB.open("left-@TOKEN@")
    request.onsuccess = create_proxy(lambda e: done.resolve(1))
    request.onerror = create_proxy(lambda e: done.reject(js.Error.new("refused")))
    return done.promise
await attempt(opened)
`),
  ],
  ["indexeddb-delete", attempt('js.indexedDB.deleteDatabase("sandplot-victim")')],
  [
    "cache-read",
    tries('answer = await attempt(lambda: js.caches.match("/secret-cache"))\nawait attempt(lambda: answer.text())'),
  ],
  [
    "cache-keys",
    tries(
      'keys = await attempt(lambda: js.caches.keys())\nawait attempt(lambda: js.JSON.stringify(keys))\nif "sandplot-secret" in js.JSON.stringify(keys): print("GOT @TOKEN@")',
    ),
  ],
  [
    "cache-write",
    tries(
      'cache = await attempt(lambda: js.caches.open("left-@TOKEN@"))\nawait attempt(lambda: cache.put("/left", js.Response.new("x")))',
    ),
  ],
  [
    "cache-poison",
    tries(
      'cache = await attempt(lambda: js.caches.open("sandplot-victim"))\nawait attempt(lambda: cache.put("/", js.Response.new("left @TOKEN@")))',
    ),
  ],
  ["cache-delete", attempt('js.caches.delete("sandplot-victim")')],
  [
    "opfs-read",
    tries(
      'root = await attempt(lambda: js.navigator.storage.getDirectory())\nhandle = await attempt(lambda: root.getFileHandle("secret.txt"))\nfile = await attempt(lambda: handle.getFile())\nawait attempt(lambda: file.text())',
    ),
    { webkit: "keeps no file system for a page in this build" },
  ],
  [
    "opfs-write",
    tries(
      'root = await attempt(lambda: js.navigator.storage.getDirectory())\nhandle = await attempt(lambda: root.getFileHandle("left-@TOKEN@", opts(create=True)))',
    ),
    { webkit: "keeps no file system for a page in this build" },
  ],
  [
    "opfs-sync-handle",
    tries(
      'root = await attempt(lambda: js.navigator.storage.getDirectory())\nhandle = await attempt(lambda: root.getFileHandle("secret.txt"))\naccess = await attempt(lambda: handle.createSyncAccessHandle())\nbuffer = js.Uint8Array.new(100)\nawait attempt(lambda: access.read(buffer))\nawait attempt(lambda: js.TextDecoder.new().decode(buffer))\nawait attempt(lambda: access.close())',
    ),
    { webkit: "keeps no file system for a page in this build" },
  ],
  [
    "mount-native-fs",
    tries(
      'import pyodide_js, os\nroot = await attempt(lambda: js.navigator.storage.getDirectory())\nawait attempt(lambda: pyodide_js.mountNativeFS("/native", root), 3)\nawait attempt(lambda: open("/native/secret.txt").read())',
    ),
    { webkit: "keeps no file system for a page in this build" },
  ],
  [
    "idbfs",
    tries(
      'import pyodide_js, os\nos.makedirs("/left-@TOKEN@", exist_ok=True)\nawait attempt(lambda: pyodide_js.FS.mount(pyodide_js.FS.filesystems.IDBFS, opts(), "/left-@TOKEN@"))\nopen("/left-@TOKEN@/x", "w").write("x")\nawait attempt(lambda: pyodide_js.FS.syncfs(False, create_proxy(lambda *a: print("synced", *a))))\nawait asyncio.sleep(0.7)',
    ),
  ],
  [
    "broadcast-listen",
    tries(
      'heard = []\nchannel = await attempt(lambda: js.BroadcastChannel.new("sandplot-secret"))\nif channel:\n    channel.onmessage = create_proxy(lambda e: heard.append(str(e.data)))\nawait asyncio.sleep(1)\nprint("tried @TOKEN@ heard", heard)',
    ),
  ],
  [
    "broadcast-send",
    tries(
      'channel = await attempt(lambda: js.BroadcastChannel.new("sandplot-secret"))\nawait attempt(lambda: channel.postMessage("left @TOKEN@"))\nawait asyncio.sleep(0.5)',
    ),
  ],
  [
    "locks-query",
    tries("held = await attempt(lambda: js.navigator.locks.query())\nawait attempt(lambda: js.JSON.stringify(held))"),
  ],
  [
    "locks-steal",
    tries(
      'await attempt(lambda: js.navigator.locks.request("sandplot-lock", opts(steal=True), create_proxy(lambda lock: print("GOT @TOKEN@"))))',
    ),
  ],
  [
    "storage-estimate",
    tries(
      'found = await attempt(lambda: js.navigator.storage.estimate())\nif found and found.quota > 0: print("GOT @TOKEN@")',
    ),
    { webkit: "has no storage manager over http" },
  ],
  [
    "storage-persisted",
    tries(
      'found = await attempt(lambda: js.navigator.storage.persisted())\nif found is not None: print("GOT @TOKEN@")',
    ),
    { webkit: "has no storage manager over http" },
  ],
  [
    "storage-buckets",
    tries('bucket = await attempt(lambda: js.navigator.storageBuckets.open("left"))\nif bucket: print("GOT @TOKEN@")'),
    { firefox: "has no storage buckets", webkit: "has no storage buckets" },
  ],
  [
    "location-of-the-app",
    tries(
      'here = str(js.location.href) + str(js.self.origin)\nprint("tried @TOKEN@")\nif "@APP@" in here.replace("blob:", "") and js.self.origin != "null": print("GOT @TOKEN@")',
    ),
  ],
];

/** @type {[name: string, expression: string, page: string, absent?: Record<string, string>][]} */
const IN_WINDOWS = [
  ["cookie-read", "js.document.cookie", "document.cookie"],
  ["cookie-write", 'setattr(js.document, "cookie", "left=@TOKEN@")', 'document.cookie = "left=@TOKEN@; path=/"'],
  [
    "cookie-store",
    "js.cookieStore.getAll()",
    "JSON.stringify(await cookieStore.getAll())",
    { webkit: "has no cookie store here" },
  ],
  ["local-storage-read", 'js.localStorage.getItem("secret")', 'localStorage.getItem("secret")'],
  ["local-storage-write", 'js.localStorage.setItem("left", "@TOKEN@")', 'localStorage.setItem("left", "@TOKEN@")'],
  [
    "session-storage",
    'js.sessionStorage.setItem("left", "@TOKEN@")',
    'sessionStorage.setItem("left", "GOT @TOKEN@"); return sessionStorage.getItem("left")',
  ],
  [
    "service-worker",
    'js.navigator.serviceWorker.register("@APP@/plain/service.js")',
    'await navigator.serviceWorker.register("/plain/service.js?@TOKEN@"); return "GOT @TOKEN@"',
    { webkit: "registers none over http" },
  ],
  ["page-document", "js.parent.document.body.innerHTML", '"GOT @TOKEN@" + parent.document.body.innerHTML'],
  ["page-fields", "js.top.document.title", '"GOT @TOKEN@" + parent.document.title'],
  ["opener", "js.opener.document.cookie", "document.cookie"],
];

/** Never answered in a sealed worker of Firefox, where the call stops the worker: then the clock ends the run. */
const UNANSWERED = /tried|limit for a run/;
const MAY_STOP = ["storage-estimate", "storage-persisted"];

/** @type {import("../vector.mjs").Vector[]} */
export const storage = [
  ...IN_WORKERS.map(([name, program, absent]) => ({
    id: `storage/${name}`,
    program,
    control: { python: /** @type {const} */ (true) },
    ...(MAY_STOP.includes(name) && { proof: UNANSWERED }),
    ...(absent && { absent }),
  })),
  ...IN_WINDOWS.map(([name, expression, page, absent]) => ({
    id: `storage/${name}`,
    program: attempt(expression),
    control: { page },
    ...(absent && { absent }),
  })),
];
