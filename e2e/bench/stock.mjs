// Pyodide as it comes, and the page that its documentation would have one write: what every start is measured against.
import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createFetcher } from "../../pyodide-bundle/build/fetch.mjs";
import { cacheFolder, nodeModules, readManifest } from "../../pyodide-bundle/build/manifest.mjs";
import { createProgress } from "../../pyodide-bundle/build/progress.mjs";

/** @param {string} program what its worker runs; ends with a figure of matplotlib */
export async function startStockServer(program) {
  const manifest = readManifest();
  const pyodide = dirname(createRequire(import.meta.url).resolve("pyodide/package.json"));
  const progress = createProgress("fetching", { bytes: 0, files: 0 });
  const { inputs, distribution } = manifest;
  const fetcher = createFetcher({ inputs, cache: cacheFolder(), nodeModules, distribution, progress });
  const worker = `
    import { loadPyodide } from "/pyodide/pyodide.mjs";
    onmessage = async () => {
      const python = await loadPyodide({ indexURL: "/pyodide/" });
      await python.loadPackage(["numpy", "pandas", "matplotlib"], { messageCallback() {} });
      const png = python.runPython(${JSON.stringify(`${program}\nimport io\nout = io.BytesIO()\nplt.savefig(out, format='png')\nout.getvalue()`)}).toJs();
      postMessage(png);
    };`;
  const page = `<!doctype html><title></title><script type="module">
    const started = performance.now();
    const worker = new Worker("/worker.js", { type: "module" });
    worker.onmessage = async ({ data }) => {
      const image = new Image();
      image.src = URL.createObjectURL(new Blob([data], { type: "image/png" }));
      await image.decode();
      document.body.append(image);
      requestAnimationFrame(() => { document.title = String(performance.now() - started); });
    };
    worker.postMessage({});
  </script><body></body>`;
  /** @type {Record<string, string>} */
  const types = {
    js: "text/javascript",
    mjs: "text/javascript",
    wasm: "application/wasm",
    json: "application/json",
    html: "text/html",
  };
  const server = createServer(async (request, response) => {
    const name = (request.url ?? "/").split("/").pop() || "index.html";
    const type = types[name.split(".").pop() ?? ""] ?? "application/octet-stream";
    response.setHeader("Content-Type", type);
    if (name === "index.html") return void response.end(page);
    if (name === "worker.js") return void response.end(worker);
    if (name.endsWith(".whl")) return void response.end(await fetcher.obtain(name));
    createReadStream(join(pyodide, name))
      .on("error", () => response.writeHead(404).end())
      .pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}
