// What a person sees before a model in the server begins: its place in the line, the bytes of the download, each step.
import { writeFile } from "node:fs/promises";
import { expect, expectState, test } from "../fixtures.mjs";

const REPLY = "```python\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title('Waited for')\n```";

test("the page says what is waited for, and how much of it is done", async ({ page, serve }) => {
  const script = test.info().outputPath("waiting.json");
  const waits = [{ queued: 2 }, { queued: 1 }, { fetching: [312_000_000, 1_117_320_768] }, "checking", "loading"];
  await writeFile(script, JSON.stringify({ replies: [{ waits, delayMs: 3000, chunks: 1, reply: REPLY }] }));
  const server = await serve({ env: { SANDPLOT_MODEL: `scripted:${script}` } });
  await page.goto(server.url);
  await page.getByTestId("question").fill("a line");
  await page.getByTestId("ask").click();
  const chart = page.getByRole("region", { name: "Chart", exact: true });
  const progress = chart.getByRole("status").filter({ visible: true }).first();
  const bar = page.getByRole("progressbar", { name: "Progress" });
  await expect(progress).toContainText("2 questions before yours");
  await expect(progress).toContainText("one question before yours");
  await expect(progress).toContainText("fetches the model");
  await expect(page.getByText("312 MB of 1.1 GB")).toBeVisible();
  await expect(bar).toHaveAttribute("value", "312000000");
  await expect(progress).toContainText("checks");
  // What was done of the download is no measure of anything after it.
  await expect(bar).not.toHaveAttribute("value");
  await expect(page.getByText("312 MB of 1.1 GB")).toHaveCount(0);
  await expect(progress).toContainText("being loaded");
  await expect(progress).toContainText("reading the question");
  await expectState(page, "shown");
});

test("whoever stops while others are answered leaves the line, and the question stays", async ({ page, serve }) => {
  const script = test.info().outputPath("waiting.json");
  await writeFile(script, JSON.stringify({ replies: [{ waits: [{ queued: 3 }], fault: "silence" }] }));
  const server = await serve({ env: { SANDPLOT_MODEL: `scripted:${script}` } });
  await page.goto(server.url);
  await page.getByTestId("question").fill("a line");
  await page.getByTestId("ask").click();
  await expectState(page, "asking");
  await page.getByTestId("stop").click();
  await expectState(page, "stopped");
  expect(await page.getByTestId("question").inputValue()).toBe("a line");
});
