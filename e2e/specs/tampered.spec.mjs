// A proxy between server and browser that changes one byte of a file: the page refuses it by name, whichever file it is; and what a
// person can compare the files with.
import { spawn } from "node:child_process";
import { mkdtemp, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, expectState, test } from "../fixtures.mjs";
import { startProxy } from "../proxy.mjs";
import { storeProgram } from "../server.mjs";

test.use({ expectedErrors: [/integrity|Failed to load resource|without its memory snapshot/i] });

/** Which paths' bodies get one wrong byte. @type {RegExp | null} */
let tampered = null;
/** @type {Awaited<ReturnType<typeof startProxy>>} */
let proxy;
test.beforeEach(async ({ server }) => {
  tampered = null;
  proxy = await startProxy(server.url, {
    changes: ({ url = "" }) => (tampered?.test(url) ? withOneWrongByte : null),
  });
});
test.afterEach(() => proxy.close());

/** @param {Buffer} body */
function withOneWrongByte(body) {
  const middle = body.length >> 1;
  if (body.length > 0) body[middle] = (body[middle] ?? 0) ^ 1;
  return body;
}

test("every file of the runtime is refused by name when one of its bytes differs", async ({ page }) => {
  // Before the page is loaded, so that no good copy lies in the browser's cache.
  tampered = /^\/runtime\//;
  await page.goto(proxy.url);
  const names = await page.evaluate(() =>
    JSON.parse(document.getElementById("page-data")?.textContent ?? "{}").runtime.files.map(
      (/** @type {{name: string}} */ { name }) => name,
    ),
  );
  expect(names.length).toBeGreaterThan(30);
  const refusals = await page.evaluate(async () => {
    const data = JSON.parse(document.getElementById("page-data")?.textContent ?? "{}");
    const main = document.querySelector('script[type="module"][src]')?.getAttribute("src") ?? "";
    const { runtimeFiles } = await import(new URL("runtime.js", new URL(main, location.href)).href);
    /** @type {[string, string][]} */
    const results = [];
    const files = runtimeFiles(data);
    for (const { name } of data.runtime.files) {
      const outcome = await files.get(name).then(
        () => "accepted",
        (/** @type {Error} */ error) => `${error.name}: ${error.message}`,
      );
      results.push([name, outcome]);
    }
    return results;
  });
  for (const [name, outcome] of refusals) expect(outcome).toContain(`IntegrityError: ${name} is not the file`);
  expect(refusals.map(([name]) => name)).toEqual(names);
});

for (const [file, pattern, program] of /** @type {const} */ ([
  ["pyodide-core.js", /\/pyodide-core\.js$/, "print('must not run')"],
  // Without the one Python would start with the other.
  ["pyodide.asm.wasm", /\/(start|pyodide\.asm)\.wasm$/, "print('must not run')"],
  ["worker.js", /\/sandbox\/worker\.js$/, "print('must not run')"],
  ["squarify.pack", /\/squarify\.pack$/, "import squarify\nprint('must not run')"],
])) {
  test(`with one wrong byte in ${file} nothing runs, and the file is named`, async ({ page }) => {
    tampered = pattern;
    const chart = await storeProgram(proxy.url, program);
    await page.goto(proxy.url + chart.url);
    await expectState(page, "failed");
    await expect(page.getByTestId("error")).toContainText(file);
    await expect(page.getByText("must not run", { exact: true })).toHaveCount(0);
  });
}

for (const [file, pattern] of /** @type {const} */ ([
  ["memory-3.bin", /\/memory-3\.bin$/],
  ["start.wasm", /\/start\.wasm$/],
  ["uncalled-code.pack", /\/uncalled-code\.pack$/],
])) {
  test(`with one wrong byte in ${file} Python starts without the snapshot, and the page says so`, async ({ page }) => {
    tampered = pattern;
    const chart = await storeProgram(proxy.url, "print('ran all the same')");
    await page.goto(proxy.url + chart.url);
    await expectState(page, "shown");
    await expect(page.getByTestId("stdout")).toHaveText("ran all the same");
    await page.getByTestId("seal").locator("summary").first().click();
    await expect(page.getByTestId("seal-fallback")).toContainText(`${file} is not the file this server pinned`);
  });
}

test("the page's own script is not run when one of its bytes differs", async ({ page }) => {
  tampered = /\/app\/main\.js$/;
  await page.goto(proxy.url);
  await expect(page.locator("iframe")).toHaveCount(0);
  await expect(page.getByTestId("seal")).toHaveAttribute("data-phase", "download");
});

test("the command that the page gives compares the packages with Pyodide's own list", async ({ page, server }) => {
  const folder = dirname(createRequire(import.meta.url).resolve("pyodide/package.json"));
  const lock = await readFile(join(folder, "pyodide-lock.json"), "utf8");
  let published = lock;
  // In place of Pyodide's own site, which a test cannot count on.
  const site = createServer((_request, response) => response.end(published));
  await new Promise((resolve) => site.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (site.address());
  await page.goto(server.url);
  await page.getByTestId("seal").locator("summary").first().click();
  const command = (await page.getByTestId("check-command").textContent()) ?? "";
  expect(command).toContain("https://cdn.jsdelivr.net/pyodide/");
  const here = command.replace(/https:\/\/cdn\.jsdelivr\.net\S*?(?=pyodide-lock)/, `http://127.0.0.1:${port}/`);
  const cwd = await mkdtemp(join(tmpdir(), "sandplot-check-"));
  const check = async () => {
    const child = spawn("sh", ["-c", here], { cwd });
    let text = "";
    child.stdout.on("data", (part) => {
      text += part;
    });
    const status = await new Promise((resolve) => child.on("close", resolve));
    return { status, text };
  };
  const good = await check();
  expect(good.text).toMatch(/^(\d{2}) of \1 packages of Pyodide are as published \[\]/);
  expect(good.status).toBe(0);
  const numpy = /** @type {{file_name: string, sha256: string}} */ (JSON.parse(lock).packages.numpy);
  published = lock.replace(numpy.sha256, "0".repeat(64));
  const bad = await check();
  expect(bad.text).toContain(numpy.file_name);
  expect(bad.status).toBe(1);
  site.close();
});
