// Pyodide in a plain worker: the same programs, with nothing around them.
import { loadPyodide } from "/modules/pyodide/pyodide.mjs";

const SITE = "/lib/python3.14/site-packages";
const mounted = new Set();
let lines = [];
const starting = loadPyodide({
  stdout: (line) => lines.push(line),
  stderr: (line) => lines.push(line),
  env: { HOME: "/home/pyodide", MPLBACKEND: "agg" },
});

async function mount(py, names) {
  const wanted = names.filter((name) => !mounted.has(name));
  if (wanted.length === 0) return;
  for (const name of wanted) mounted.add(name);
  const pack = await (await fetch(`/packs/?names=${wanted}`)).arrayBuffer();
  const size = new DataView(pack).getUint32(0, true);
  let at = 4 + size;
  for (const [name, length] of JSON.parse(new TextDecoder().decode(new Uint8Array(pack, 4, size)))) {
    const path = `${SITE}/${name}`;
    py.FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
    py.FS.writeFile(path, new Uint8Array(pack.slice(at, at + length)));
    at += length;
  }
  py.runPython("import importlib; importlib.invalidate_caches()");
}

let turn = starting.then(
  () => self.postMessage({ id: null }),
  (error) => self.postMessage({ id: null, text: String(error) }),
);
self.addEventListener("message", ({ data }) => {
  turn = turn.then(() => run(data));
});

async function run({ id, program, packages }) {
  lines = [];
  try {
    const py = await starting;
    await mount(py, packages ?? []);
    await py.runPythonAsync(program, { globals: py.toPy({ __name__: "__main__" }) });
  } catch (error) {
    lines.push(String(error));
  }
  self.postMessage({ id, text: lines.join("\n") });
}
