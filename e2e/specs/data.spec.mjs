// Files as people have them: large ones, nasty names and encodings. The rows never leave the tab.
import { writeFile } from "node:fs/promises";
import { expect, expectState, test } from "../fixtures.mjs";

test("a CSV of 50 MB opens, is drawn, and the page stays responsive", async ({ page, server }) => {
  const path = test.info().outputPath("large.csv");
  const kinds = ["alpha", "beta", "gamma", "delta"];
  let text = "id,kind,value,when,note\n";
  let rows = 0;
  while (text.length < 50_000_000) {
    let block = "";
    for (let i = 0; i < 1000; i++, rows++) {
      block += `${rows},${kinds[rows % 4]},${(rows * 7919) % 10007}.5,2024-01-${String((rows % 28) + 1).padStart(2, "0")},note number ${rows}\n`;
    }
    text += block;
  }
  await writeFile(path, text);
  await page.goto(server.url);
  // The longest time the page's own thread gave no sign, from now on.
  await page.evaluate(() => {
    let last = performance.now();
    globalThis.longestGap = 0;
    setInterval(() => {
      const now = performance.now();
      globalThis.longestGap = Math.max(globalThis.longestGap, now - last);
      last = now;
    }, 10);
  });
  await page.getByTestId("file-input").setInputFiles(path);
  await expect(page.getByText("large.csv").first()).toBeVisible();
  await page.getByTestId("question").fill("how many rows");
  await expect(page.getByTestId("ask")).toBeEnabled({ timeout: 150_000 });
  await page.getByTestId("ask").click();
  await expectState(page, "shown");
  await expect(page.getByTestId("stdout")).toHaveText(`rows ${rows}`);
  const gap = await page.evaluate(() => globalThis.longestGap);
  test.info().annotations.push({ type: "longest main-thread gap, ms", description: String(Math.round(gap)) });
  console.log(`    50 MB CSV, ${rows} rows: longest main-thread gap ${Math.round(gap)} ms`);
});

const HEADER = '"näme ""quoted""","line\nbreak",emoji 🦊,dup,dup,</script><b>\n';

for (const [title, name, bytes, cells] of [
  [
    "names with quotes, line breaks, emoji and markup",
    "nasty.csv",
    Buffer.from(`${HEADER}1,2,3,4,5,6\n`),
    ["emoji 🦊", "</script><b>"],
  ],
  ["UTF-16", "utf16.csv", Buffer.from("\ufeffstadt,wert\nKöln,1\nŁódź,2\n", "utf16le"), ["stadt", "Łódź"]],
  [
    "Latin-1 with semicolons and decimal commas",
    "latin1.csv",
    Buffer.from("stra\xdfe;wert\nM\xfcnchen;1,5\nK\xf6ln;2,25\n", "latin1"),
    ["straße", "München", "2.25"],
  ],
  ["a BOM and tabs", "tabs.tsv", Buffer.from("\ufeffname\tn\nø\t1\n"), ["name", "ø"]],
  [
    "a name of Object.prototype",
    "proto.csv",
    Buffer.from("__proto__,constructor\n1,2\n3,4\n"),
    ["__proto__", "constructor"],
  ],
]) {
  test(`${title}: opened and drawn`, async ({ page, server }) => {
    await page.goto(server.url);
    await page.getByTestId("file-input").setInputFiles({ name, mimeType: "text/csv", buffer: bytes });
    for (const cell of cells)
      await expect(page.getByText(cell, { exact: false }).filter({ visible: true }).first()).toBeVisible();
    await page.getByTestId("question").fill("nasty names");
    await page.getByTestId("ask").click();
    await expectState(page, "shown");
    await expect(page.getByTestId("figure")).toHaveCount(1);
    for (const cell of cells) await expect(page.getByTestId("stdout")).toContainText(cell);
  });
}

for (const [title, name, bytes] of [
  ["an empty file", "empty.csv", Buffer.alloc(0)],
  [
    "a picture called .csv",
    "picture.csv",
    Buffer.from("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489", "hex"),
  ],
]) {
  test(`${title} ends in a sentence that helps`, async ({ page, server }) => {
    await page.goto(server.url);
    await page.getByTestId("file-input").setInputFiles({ name, mimeType: "text/csv", buffer: bytes });
    await expect(page.getByRole("alert").filter({ hasText: name })).toBeVisible();
  });
}

test("no request ever holds a cell of free text", async ({ page, server }) => {
  const bodies = [];
  page.on("request", (request) => bodies.push(request.url(), request.postData() ?? ""));
  const rows = Array.from({ length: 200 }, (_, i) => `canary-${i}-${(i * 7919) % 1009},${i}`).join("\n");
  await page.goto(server.url);
  await page
    .getByTestId("file-input")
    .setInputFiles({ name: "secret.csv", mimeType: "text/csv", buffer: Buffer.from(`who,amount\n${rows}\n`) });
  await page.getByTestId("question").fill("nasty names");
  await page.getByTestId("ask").click();
  await expectState(page, "shown");
  expect(bodies.filter((body) => body.includes("canary-"))).toEqual([]);
  expect(bodies.some((body) => body.includes('"who"'))).toBe(true);
});
