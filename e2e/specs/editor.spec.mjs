// The editor of the program panel: what it offers, marks and formats, and that the element's text is the program whatever is done.
// What stands in the editor's own document is looked at as a screen reader sees it.
import { expect, expectState, test } from "../fixtures.mjs";
import { storeProgram } from "../server.mjs";

const SALES = {
  name: "sales.csv",
  mimeType: "text/csv",
  buffer: Buffer.from("region,net amount\nNorth,3\nSouth,5\n"),
};

/** @param {import("@playwright/test").Page} page */
async function openEditor(page) {
  await page.getByTestId("program").hover();
  await expect(page.getByRole("group", { name: "Program" })).toBeVisible();
}

/**
 * What assistive technology is told of the page, without what is closed to the page's own scripts being closed to it.
 * @param {import("@playwright/test").Page} page
 * @param {string} role
 */
async function told(page, role) {
  const client = await page.context().newCDPSession(page);
  const { nodes } = await client.send("Accessibility.getFullAXTree");
  await client.detach();
  const found = nodes.filter((node) => !node.ignored && node.role?.value === role);
  const property = (/** @type {(typeof nodes)[number]} */ node, /** @type {string} */ name) =>
    node.properties?.find((one) => one.name === name)?.value.value;
  return found.map((node) => ({
    name: node.name?.value ?? "",
    focused: property(node, "focused") === true,
    selected: property(node, "selected") === true,
  }));
}

/** Without spaces. @param {import("@playwright/test").Page} page @param {string} name of a class in the editor */
async function textsOf(page, name) {
  const client = await page.context().newCDPSession(page);
  await client.send("DOM.getDocument", { depth: -1, pierce: true });
  const { nodes } = await client.send("DOM.getFlattenedDocument", { depth: -1, pierce: true });
  const parents = new Set(
    nodes
      .filter(({ attributes = [] }) => attributes[attributes.indexOf("class") + 1]?.split(" ").includes(name))
      .map(({ nodeId }) => nodeId),
  );
  /** @type {Map<number, string>} */
  const texts = new Map([...parents].map((id) => [id, ""]));
  const up = new Map(nodes.map(({ nodeId, parentId }) => [nodeId, parentId]));
  for (const node of nodes) {
    if (node.nodeName !== "#text") continue;
    for (let id = up.get(node.nodeId); id !== undefined; id = up.get(id)) {
      if (parents.has(id)) texts.set(id, (texts.get(id) ?? "") + node.nodeValue);
    }
  }
  await client.detach();
  // The protocol leaves out text that is nothing but space.
  return [...texts.values()].map((text) => text.replaceAll(" ", ""));
}

/** @param {import("@playwright/test").Page} page */
function rendered(page) {
  // biome-ignore lint/performance/useDomNodeTextContent: the text as it is rendered is what is asked for
  return page.getByTestId("program").innerText();
}

test("the element's text is the program, however it is written", async ({ page, server }) => {
  await page.goto(server.url);
  const program = page.getByTestId("program");
  await openEditor(page);
  const text = `def double(x):\n    # two\n\n    return x * 2\n\n\nprint(double(21))\n`;
  await program.fill(text);
  expect(await program.textContent()).toBe(text);
  expect(await rendered(page)).toBe(text);
  await program.fill("print('second')");
  await expect(program).toHaveText("print('second')");
  // A program longer than what is drawn of it.
  const long = Array.from({ length: 600 }, (_, line) => `x${line} = ${line}`).join("\n");
  await program.fill(long);
  expect(await program.textContent()).toBe(long);
  expect(await rendered(page)).toBe(long);
  await program.evaluate((element) => {
    element.textContent = "print('by a script')";
    element.dispatchEvent(new InputEvent("input", { bubbles: true }));
  });
  await page.getByTestId("run").click();
  await expect(page.getByTestId("stdout")).toHaveText("by a script");
  await program.click();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText("print('by hand')");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByTestId("stdout")).toHaveText("by hand");
  await expect(program).toHaveText("print('by hand')");
  await page.keyboard.press("Control+z");
  await expect(program).toHaveText("print('by a script')");
  await page.keyboard.press("Control+y");
  await expect(program).toHaveText("print('by hand')");
});

test("what is typed before the editor has come is not lost, nor is the caret", async ({ page, server }) => {
  /** @type {() => void} */
  let release = () => {};
  const held = new Promise((resolve) => (release = () => resolve(undefined)));
  await page.route("**/vendor/codemirror.js", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(server.url);
  const program = page.getByTestId("program");
  await program.click();
  await page.keyboard.type("print(12)");
  await page.keyboard.press("ArrowLeft");
  release();
  await expect(page.getByRole("group", { name: "Program" })).toBeVisible();
  await page.keyboard.type(" + 30");
  await expect(program).toHaveText("print(12 + 30)");
  await page.reload();
  await expect(program).toHaveText("print(12 + 30)");
});

test("columns are offered where one is named, and taken by keyboard", async ({ page, server }) => {
  await page.goto(server.url);
  await page.getByTestId("file-input").setInputFiles(SALES);
  await expect(page.getByTestId("prompt-preview")).toContainText("net amount");
  await openEditor(page);
  const program = page.getByTestId("program");
  // What the page's own lists hold is no offer of the editor's.
  const listed = await page.locator("select option").allTextContents();
  const offered = async () => (await told(page, "option")).filter(({ name }) => !listed.includes(name));
  await program.click();
  await page.keyboard.type('df["ne');
  await expect.poll(offered).toHaveLength(1);
  expect(await offered()).toMatchObject([{ name: expect.stringContaining("net amount"), selected: true }]);
  await page.waitForTimeout(150);
  await page.keyboard.press("Enter");
  await expect(program).toHaveText('df["net amount');
  await page.keyboard.type('"].su');
  await expect.poll(offered).not.toHaveLength(0);
  await page.keyboard.press("Escape");
  await expect.poll(offered).toHaveLength(0);
  await page.keyboard.type("m()");
  await page.keyboard.press("Control+Enter");
  await expectState(page, "shown");
  await expect(page.getByTestId("value")).toContainText("8");
});

test("who passes through by keyboard passes on; who edits indents, and Escape lets go", async ({ page, server }) => {
  const chart = await storeProgram(server.url, "if True:\npass\n");
  await page.goto(server.url + chart.url);
  await expectState(page, "failed");
  await openEditor(page);
  const program = page.getByTestId("program");
  await page.getByTestId("run").focus();
  await page.keyboard.press("Tab");
  await expect(program).toBeFocused();
  expect((await told(page, "textbox")).filter(({ focused }) => focused)).toMatchObject([{ name: "Program" }]);
  await page.keyboard.press("Tab");
  await expect(program).not.toBeFocused();
  await page.keyboard.press("Shift+Tab");
  await expect(program).toBeFocused();
  await page.keyboard.press("Shift+Tab");
  await expect(page.getByTestId("run")).toBeFocused();
  await expect(program).toHaveText("if True:\npass\n", { useInnerText: false });
  await program.click();
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Tab");
  expect(await program.textContent()).toBe("if True:\n    pass\n");
  await page.keyboard.press("Shift+Tab");
  expect(await program.textContent()).toBe("if True:\npass\n");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  await expect(program).not.toBeFocused();
  expect(await program.textContent()).toBe("if True:\n    pass\n");
});

test("the line that stopped the program is marked and comes into sight", async ({ page, server }) => {
  await page.goto(server.url);
  await openEditor(page);
  const lines = Array.from({ length: 120 }, (_, line) => `x${line} = ${line}`);
  lines[90] = 'raise ValueError("not this one")';
  const program = page.getByTestId("program");
  await program.fill(lines.join("\n"));
  await page.keyboard.press("Control+Home");
  await page.getByTestId("run").click();
  await expectState(page, "failed");
  await expect.poll(() => textsOf(page, "cm-failed")).toEqual([lines[90]?.replaceAll(" ", "")]);
  await expect(page.getByRole("region", { name: "Program", exact: true })).toMatchAriaSnapshot(`
    - region "Program":
      - heading "Program" [level=2]
      - text: yours
      - link "Download the program, .py"
      - button /^Explain/
      - button "Download a notebook, .ipynb"
      - button "Format"
      - button "Run"
      - group "Program"
      - paragraph: Ctrl-Enter runs it. Tab indents while you edit; Escape, then Tab, leaves.
  `);
  await program.fill(lines.join("\n").replace("raise ValueError", "print"));
  await page.getByTestId("run").click();
  await expectState(page, "shown");
  expect(await textsOf(page, "cm-failed")).toEqual([]);
});

test("a program is formatted on request; what is no Python stays as it is, and its line is said", async ({
  page,
  server,
}) => {
  await page.goto(server.url);
  const program = page.getByTestId("program");
  await program.fill("x = {  'a':1 }\nfor i in range(2) : print( i )");
  await page.getByRole("button", { name: "Format" }).click();
  await expect(program).toHaveText('x = {"a": 1}\nfor i in range(2):\n    print(i)\n', { useInnerText: false });
  expect(await program.textContent()).toBe('x = {"a": 1}\nfor i in range(2):\n    print(i)\n');
  await program.fill("x = 1\ny = = 2\n");
  await page.getByRole("button", { name: "Format" }).click();
  const note = page.getByRole("status").filter({ hasText: "Line 2 is no Python yet" });
  await expect(note).toBeVisible();
  expect(await program.textContent()).toBe("x = 1\ny = = 2\n");
  await program.fill("x = 1\n");
  await expect(note).toBeHidden();
});

test("without JavaScript the program can be read", async ({ browser, server }) => {
  const program = "import pandas as pd\n\nprint('plain')\n";
  const chart = await storeProgram(server.url, program);
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(server.url + chart.url);
  await expect(page.getByTestId("program")).toBeVisible();
  await expect(page.getByTestId("program")).toContainText("import pandas as pd print('plain')");
  await context.close();
});
