// What is changed by hand below a chart: each change is drawn at once, stands in the program, is one version and can be undone.
import { readFile } from "node:fs/promises";
import { expect, expectState, test } from "../fixtures.mjs";
import { storeProgram } from "../server.mjs";

const BARS = `import matplotlib.pyplot as plt

plt.bar(["a", "b", "c"], [2, 5, 3])
plt.title("Old title")
plt.show()
`;

/** @param {import("@playwright/test").Page} page */
const controls = (page) => page.getByRole("form", { name: "Adjust the chart" });
/** @param {import("@playwright/test").Page} page */
const cards = (page) => page.getByTestId("versions").getByRole("list").getByRole("link");
/** @param {import("@playwright/test").Page} page */
const program = (page) => page.getByTestId("program");

/** @param {import("@playwright/test").Page} page @param {string} url @param {string} text */
async function draw(page, url, text) {
  const chart = await storeProgram(url, text);
  await page.goto(url + chart.url);
  await expectState(page, "shown");
  await expect(controls(page)).toBeVisible();
}

/** @param {import("@playwright/test").Page} page @param {import("@playwright/test").Locator} figure */
async function saveSvg(page, figure) {
  await figure.getByRole("button", { name: /^Save as …: / }).click();
  const dialog = page.getByRole("dialog", { name: "Save the figure" });
  await dialog.getByLabel("As").selectOption("svg");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    dialog.getByRole("button", { name: "Save" }).click(),
  ]);
  return readFile(await download.path(), "utf8");
}

test("matplotlib: title, size, scale, theme and order, each a version that can be undone", async ({ page, server }) => {
  await draw(page, server.url, BARS);
  const title = controls(page).getByLabel("Title");
  await expect(title).toHaveValue("Old title");
  await expect(controls(page).getByLabel("Logarithmic x")).toBeHidden();
  await expect(controls(page)).toMatchAriaSnapshot(`
    - form "Adjust the chart":
      - textbox "Title": Old title
      - combobox "Size":
        - option "As written" [selected]
        - option "Wide"
        - option "Standard"
        - option "Square"
        - option "Tall"
      - combobox "Theme":
        - option "As written" [selected]
        - option "Light"
        - option "Dark"
        - option "Grid"
        - option "Minimal"
      - combobox "Order":
        - option "As written" [selected]
        - option "Largest first"
        - option "Smallest first"
      - group "Palette, safe for colour-blind readers":
        - radio "As written" [checked]
        - text: As written
        - radio "Okabe–Ito"
        - text: Okabe–Ito
        - radio "Bright"
        - text: Bright
        - radio "Muted"
        - text: Muted
        - radio "IBM"
        - text: IBM
      - checkbox "Logarithmic y"
  `);
  await title.fill("New title");
  await title.press("Enter");
  await expect(program(page)).toContainText('axes.set_title("New title")');
  await expect(page.getByTestId("figure").getByRole("img")).toHaveAccessibleName(/New title/);
  await expectState(page, "shown");
  await expect(title).toBeFocused();
  await expect(cards(page)).toHaveCount(2);
  await expect(cards(page).nth(1)).toContainText("2. Changed: title");

  // A burst is one version. In one task of the page, since a busy machine is slower than anybody's fingers.
  await controls(page).evaluate((form) => {
    for (const [name, value] of [
      ["Size", "Wide"],
      ["Order", "Largest first"],
    ]) {
      const labels = [...form.querySelectorAll("label")];
      const choice = labels.find(({ textContent }) => textContent?.startsWith(name))?.querySelector("select");
      const option = [...(choice?.options ?? [])].find(({ text }) => text === value);
      if (!choice || !option) throw new Error(`no ${value} in ${name}`);
      choice.value = option.value;
      choice.dispatchEvent(new Event("input", { bubbles: true }));
      choice.dispatchEvent(new Event("change", { bubbles: true }));
    }
    [...form.querySelectorAll("label")].find(({ textContent }) => textContent?.includes("Logarithmic y"))?.click();
  });
  await expect(program(page)).toContainText('axes.set_yscale("log")');
  await expect(program(page)).toContainText("set_size_inches(12, 4.5)");
  await expectState(page, "shown");
  await expect(cards(page)).toHaveCount(3);
  await expect(controls(page).getByLabel("Logarithmic y")).toBeChecked();
  await page.getByText("Show as table").click();
  await expect(page.getByTestId("figure").getByRole("table").getByRole("row")).toContainText([/./, "b", "c", "a"]);

  await controls(page).getByLabel("Theme").selectOption("Dark");
  await expect(program(page)).toContainText('plt.style.use("dark_background")');
  await expectState(page, "shown");
  await expect(cards(page)).toHaveCount(4);

  await page.getByTestId("undo").click();
  await expect(program(page)).not.toContainText("dark_background");
  await expectState(page, "shown");
  await expect(controls(page).getByLabel("Theme")).toHaveValue("");
  await expect(controls(page).getByLabel("Size")).toHaveValue("wide");
  await controls(page).getByRole("button", { name: "Reset" }).click();
  await expect(page.getByTestId("figure").getByRole("img")).toHaveAccessibleName(/Old title/);
  await expectState(page, "shown");
  expect(await program(page).textContent()).toBe(BARS.replace("\nplt.show", "\n\nplt.show"));
  await expect(controls(page).getByRole("button", { name: "Reset" })).toBeHidden();
});

test("bars that lie, drawn by pandas and by seaborn, are put in order", async ({ page, server }) => {
  await draw(page, server.url, 'import pandas as pd\npd.Series({"a": 2, "b": 5, "c": 3}).plot.barh(title="Lying")\n');
  await controls(page).getByLabel("Order").selectOption("Largest first");
  await expect(program(page)).toContainText("# largest first");
  await expectState(page, "shown");
  await page.getByText("Show as table").click();
  // The lowest comes first in a table of bars that lie.
  await expect(page.getByTestId("figure").getByRole("table").getByRole("row")).toContainText([/./, "a", "c", "b"]);
  await draw(page, server.url, 'import seaborn as sns\nsns.set_theme()\nsns.barplot(x=["a", "b", "c"], y=[2, 5, 3])\n');
  await controls(page).getByLabel("Order").selectOption("Smallest first");
  await expect(program(page)).toContainText("# smallest first");
  await controls(page).getByLabel("Theme").selectOption("Dark");
  await expectState(page, "shown");
  await page.getByText("Show as table").click();
  await expect(page.getByTestId("figure").getByRole("table").getByRole("row")).toContainText([/./, "a", "c", "b"]);
});

test("plotly: title, scale and order by its own words", async ({ page, server }) => {
  await draw(
    page,
    server.url,
    'import plotly.express as px\n\nfig = px.bar(x=["a", "b", "c"], y=[2, 5, 3], title="Old title")\nfig.show()\n',
  );
  await controls(page).getByLabel("Title").fill("New title");
  await controls(page).getByLabel("Order").selectOption("Largest first");
  await controls(page).getByLabel("Logarithmic y").check();
  await controls(page).getByLabel("Theme").selectOption("Dark");
  await expect(program(page)).toContainText('fig.update_layout(title_text="New title")');
  await expect(program(page)).toContainText('fig.update_xaxes(categoryorder="total descending")');
  await expectState(page, "shown");
  await expect(controls(page).getByLabel("Title")).toHaveValue("New title");
  await expect(controls(page).getByLabel("Logarithmic y")).toBeChecked();
  await expect(page.getByTestId("figure")).toHaveCount(1);
});

test("altair: a chart that only stands there gets a name", async ({ page, server }) => {
  await draw(
    page,
    server.url,
    'import altair as alt\nimport pandas as pd\n\nd = pd.DataFrame({"a": [1, 10, 100], "b": [1, 20, 300]})\nalt.Chart(d).mark_point().encode(x="a", y="b")\n',
  );
  await controls(page).getByLabel("Title").fill("New title");
  await controls(page).getByLabel("Logarithmic x").check();
  await controls(page).getByLabel("Theme").selectOption("Dark");
  await controls(page).getByLabel("Size").selectOption("Square");
  await expect(program(page)).toContainText('chart.encoding.x.scale = alt.Scale(type="log")');
  await expectState(page, "shown");
  await expect(controls(page).getByLabel("Title")).toHaveValue("New title");
  await expect(controls(page).getByLabel("Logarithmic x")).toBeChecked();
  await expect(controls(page).getByLabel("Logarithmic y")).not.toBeChecked();
  await expect(page.getByTestId("figure")).toHaveCount(1);
});

for (const [library, text, colour] of /** @type {const} */ ([
  ["matplotlib", BARS, "fill: #4477aa"],
  [
    "plotly",
    'import plotly.express as px\n\nfig = px.bar(x=["a", "b"], y=[2, 5], color=["a", "b"])\nfig.show()\n',
    "rgb(238, 102, 119)",
  ],
  [
    "plotly without Express",
    'import plotly.graph_objects as go\n\nfig = go.Figure(go.Bar(x=["a", "b"], y=[2, 5]))\nfig.show()\n',
    "rgb(68, 119, 170)",
  ],
  [
    "altair",
    'import altair as alt\nimport pandas as pd\n\nd = pd.DataFrame({"a": ["x", "y"], "b": [1, 20]})\nchart = alt.Chart(d).mark_bar().encode(x="a", y="b", color="a")\nchart\n',
    "#EE6677",
  ],
])) {
  test(`${library}: a palette by its name, drawn at once, and undone`, async ({ page, server }) => {
    await draw(page, server.url, text);
    const group = controls(page).getByRole("group", { name: "Palette, safe for colour-blind readers" });
    await group.getByRole("radio", { name: "Bright" }).check();
    await expect(program(page)).toContainText('palette = ["#4477AA", "#EE6677"');
    await expectState(page, "shown");
    await expect(page.getByTestId("error")).toBeHidden();
    await expect(cards(page).nth(1)).toContainText("2. Changed: colours");
    await expect(group.getByRole("radio", { name: "Bright" })).toBeChecked();
    const figure = page.getByTestId("figure").first();
    expect((await saveSvg(page, figure)).toLowerCase()).toContain(colour.toLowerCase());
    await page.getByTestId("undo").click();
    await expectState(page, "shown");
    await expect(group.getByRole("radio", { name: "As written" })).toBeChecked();
    expect(await program(page).textContent()).toBe(text);
  });
}

/** @type {[library: string, program: string, words: string[]][]} */
const THEMES = [
  ["matplotlib", BARS, ['style.use("default")', "whitegrid", '"axes.grid": False', "dark_background"]],
  [
    "plotly",
    'import plotly.express as px\nfig = px.bar(x=["a", "b"], y=[2, 5])\nfig.show()\n',
    ["plotly_white", "ggplot2", "simple_white", "plotly_dark"],
  ],
  [
    "altair",
    'import altair as alt\nimport pandas as pd\nchart = alt.Chart(pd.DataFrame({"a": [1, 2]})).mark_point().encode(x="a")\nchart\n',
    ['enable("default")', "ggplot2", "quartz", 'enable("dark")'],
  ],
];

for (const [library, text, words] of THEMES) {
  test(`each theme is drawn by ${library}`, async ({ page, server }) => {
    await draw(page, server.url, text);
    for (const [at, theme] of ["Light", "Grid", "Minimal", "Dark"].entries()) {
      await controls(page).getByLabel("Theme").selectOption(theme);
      await expect(program(page)).toContainText(words[at] ?? "");
      await expect(cards(page)).toHaveCount(at + 2);
      await expectState(page, "shown");
      await expect(page.getByTestId("error")).toBeHidden();
      await expect(controls(page).getByLabel("Theme")).toHaveValue(theme.toLowerCase());
    }
  });
}

test("no palette is offered for a chart whose program names its colours", async ({ page, server }) => {
  await draw(page, server.url, BARS.replace("[2, 5, 3]", '[2, 5, 3], color="teal"'));
  await expect(controls(page).getByLabel("Theme")).toBeVisible();
  await expect(controls(page).getByRole("group")).toBeHidden();
});

test("there are no controls for what they cannot change", async ({ page, server }) => {
  const chart = await storeProgram(server.url, "import pandas as pd\npd.DataFrame({'a': [1, 2]})\n");
  await page.goto(server.url + chart.url);
  await expectState(page, "shown");
  await expect(page.getByTestId("controls")).toBeHidden();
});
