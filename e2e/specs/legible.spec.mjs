// What is seen to be wrong with interactive figures once they are drawn: figures of usual kinds have nothing, and what nobody could read is
// found. Each program runs in real Python, and its figure is drawn by the real renderers.
import { faultsOf } from "../../static/app/legible.js";
import { expect, test } from "../fixtures.mjs";
import { openMeasuring } from "../measured.mjs";
import { startPyodide } from "../unit/pyodide.mjs";

const START = `import numpy as np, pandas as pd
r = np.random.default_rng(3)
regions = ["North", "South", "East", "West", "Middle"]
frame = pd.DataFrame({
    "region": np.repeat(regions, 48),
    "month": np.tile(pd.date_range("2021-01-01", periods=48, freq="MS"), 5),
    "product": np.tile(["Apples", "Pears", "Plums", "Cherries"], 60),
    "sales": r.gamma(2, 400, 240).round(),
    "cost": r.normal(300, 40, 240).round(1),
})
countries = pd.DataFrame({
    "country": ["United Kingdom", "Bosnia and Herzegovina", "Germany", "France", "Trinidad and Tobago", "Japan", "Brazil",
                "South Africa", "Dominican Republic", "Australia", "Papua New Guinea", "Central African Republic"],
    "people": [67.3, 3.2, 83.2, 67.8, 1.5, 125.7, 214.3, 59.4, 11.1, 25.7, 9.9, 5.5],
})
totals = frame.groupby(["region", "product"], as_index=False)["sales"].sum()
`;
const PLOTLY = `${START}import plotly.express as px\nimport plotly.graph_objects as go\nfrom plotly.subplots import make_subplots\n`;
const ALTAIR = `${START}import altair as alt\n`;

/** @type {Record<string, string>} */
const soundPlotly = {
  "bars with long names": 'px.bar(countries, x="country", y="people", title="People by country")',
  "bars beside their names": 'px.bar(countries.sort_values("people"), x="people", y="country", orientation="h")',
  "grouped bars": 'px.bar(totals, x="region", y="sales", color="product", barmode="group")',
  "stacked bars with values": 'px.bar(totals, x="region", y="sales", color="product", text_auto=".2s")',
  "bars with values above":
    'px.bar(countries, x="country", y="people", text="people").update_traces(textposition="outside")',
  "a line": 'px.line(frame.groupby("month", as_index=False)["sales"].sum(), x="month", y="sales")',
  "lines with markers": 'px.line(frame, x="month", y="sales", color="region", markers=True)',
  points: 'px.scatter(frame, x="cost", y="sales", color="region", size="sales")',
  "points with a fitted line":
    'fig = px.scatter(frame, x="cost", y="sales")\nfig.add_trace(go.Scatter(x=[200, 400], y=[300, 900], mode="lines", name="Trend"))\nfig',
  "points with names": 'px.scatter(countries, x="people", y="people", text="country")',
  "a histogram": 'px.histogram(frame, x="sales", nbins=30)',
  "a histogram of two kinds":
    'px.histogram(frame[frame["region"] < "N"], x="sales", color="region", barmode="overlay")',
  "box plots": 'px.box(frame, x="region", y="sales", color="product")',
  violins: 'px.violin(frame, x="region", y="sales", box=True)',
  "a heat map": 'px.imshow(frame.pivot_table(index="region", columns="product", values="sales"), text_auto=".0f")',
  "a heat map of correlations": 'px.imshow(frame[["sales", "cost"]].corr(), text_auto=True, aspect="auto")',
  "a pie": 'px.pie(totals, names="product", values="sales")',
  "a ring": 'px.pie(countries, names="country", values="people", hole=0.4)',
  "panels side by side": 'px.scatter(frame, x="cost", y="sales", facet_col="region")',
  "panels in rows": 'px.bar(totals, x="product", y="sales", facet_row="region", height=700)',
  "wrapped panels": 'px.line(frame, x="month", y="sales", facet_col="region", facet_col_wrap=2)',
  "panels of two kinds":
    'fig = make_subplots(rows=1, cols=2, subplot_titles=["Sales of each month", "People of each country"])\nfig.add_trace(go.Scatter(x=frame["month"], y=frame["sales"], name="Sales"), 1, 1)\nfig.add_trace(go.Bar(x=countries["country"], y=countries["people"], name="People"), 1, 2)\nfig',
  "two axes":
    'fig = make_subplots(specs=[[{"secondary_y": True}]])\nfig.add_trace(go.Bar(x=regions, y=[3, 1, 4, 1, 5], name="Count"))\nfig.add_trace(go.Scatter(x=regions, y=[300, 100, 400, 100, 500], name="Sum"), secondary_y=True)\nfig.update_yaxes(title_text="Count")\nfig.update_yaxes(title_text="Sum of all", secondary_y=True)\nfig',
  "a logarithmic axis": 'px.scatter(frame, x="cost", y="sales", log_y=True, log_x=True)',
  "an area":
    'px.area(frame.groupby(["month", "region"], as_index=False)["sales"].sum(), x="month", y="sales", color="region")',
  "a tree map": 'px.treemap(totals, path=["region", "product"], values="sales")',
  "a sun burst": 'px.sunburst(totals, path=["region", "product"], values="sales")',
  "a polar chart": 'px.line_polar(totals[totals["region"] == "East"], r="sales", theta="product", line_close=True)',
  "a funnel": 'px.funnel(countries.head(5), x="people", y="country")',
  "a waterfall":
    'go.Figure(go.Waterfall(x=regions, y=[5, 3, -2, 4, 0], measure=["relative"] * 4 + ["total"], text=["+5", "+3", "-2", "+4", "10"]))',
  candles:
    'go.Figure(go.Candlestick(x=pd.date_range("2024-01-01", periods=60), open=r.normal(9, 1, 60), high=[12] * 60, low=[6] * 60, close=r.normal(9, 1, 60)))',
  "a range slider":
    'px.line(frame[frame["region"] == "East"], x="month", y="sales").update_xaxes(rangeslider_visible=True)',
  "marked lines":
    'fig = px.histogram(frame, x="sales")\nfig.add_vline(x=600, annotation_text="mean")\nfig.add_vline(x=640, annotation_text="median")\nfig',
  "an animation": 'px.bar(totals, x="region", y="sales", animation_frame="product")',
  "many lines":
    'px.line(pd.concat([frame.assign(region=frame["region"] + f" {i}") for i in range(8)]), x="month", y="sales", color="region")',
  "years at an axis": "px.bar(x=list(range(1990, 2024)), y=list(range(34)))",
  "a title of several lines":
    'px.bar(countries, x="country", y="people", title="A title that says all there is to say " * 4)',
  "a title of some length":
    'px.bar(countries, x="country", y="people", title="People of twelve countries of five continents, in millions")',
};

/** @type {Record<string, string>} */
const soundAltair = {
  "bars with long names": 'alt.Chart(countries).mark_bar().encode(x="country", y="people")',
  "sorted bars beside their names": 'alt.Chart(countries).mark_bar().encode(x="people", y=alt.Y("country", sort="-x"))',
  "stacked bars": 'alt.Chart(totals).mark_bar().encode(x="region", y="sales", color="product")',
  "grouped bars": 'alt.Chart(totals).mark_bar().encode(x="region", y="sales", color="product", xOffset="product")',
  "bars with values":
    'bars = alt.Chart(countries).mark_bar().encode(x="people", y="country")\nbars + bars.mark_text(align="left", dx=3).encode(text="people")',
  "a line": 'alt.Chart(frame).mark_line().encode(x="month:T", y="sum(sales)")',
  lines: 'alt.Chart(frame).mark_line(point=True).encode(x="yearmonth(month):T", y="mean(sales)", color="region")',
  points:
    'alt.Chart(frame).mark_circle().encode(x="cost", y="sales", color="region", size="sales", tooltip=["region:N", "nothing:N"])',
  "a histogram": 'alt.Chart(frame).mark_bar().encode(x=alt.X("sales", bin=alt.Bin(maxbins=40)), y="count()")',
  "box plots": 'alt.Chart(frame).mark_boxplot().encode(x="region", y="sales")',
  "a heat map with values":
    'base = alt.Chart(totals).encode(x="product", y="region")\nbase.mark_rect().encode(color="sales") + base.mark_text().encode(text=alt.Text("sales", format=".0f"))',
  "a pie": 'alt.Chart(countries).mark_arc().encode(theta="people", color="country")',
  "a pie with names":
    'base = alt.Chart(totals[totals["region"] == "East"]).encode(theta=alt.Theta("sales", stack=True), color="product")\nbase.mark_arc(outerRadius=110) + base.mark_text(radius=140).encode(text="product")',
  "panels side by side":
    'alt.Chart(frame).mark_point().encode(x="cost", y="sales", column="region").properties(width=120)',
  "wrapped panels":
    'alt.Chart(frame).mark_line().encode(x="month:T", y="sales", facet=alt.Facet("region", columns=2)).properties(width=250)',
  "two charts beside one another":
    'a = alt.Chart(frame).mark_bar().encode(x="region", y="sum(sales)").properties(title="Sales", width=250)\nb = alt.Chart(countries).mark_bar().encode(x="country", y="people").properties(title="People", width=250)\na | b',
  "two axes":
    'base = alt.Chart(frame).encode(x="month:T")\nalt.layer(base.mark_line().encode(y="mean(sales)"), base.mark_line(color="red").encode(y="mean(cost)")).resolve_scale(y="independent")',
  "one colour":
    'alt.Chart(frame[frame["region"] == "East"]).mark_line().encode(x="month:T", y="sales", color="region")',
  "columns that a transform makes":
    'alt.Chart(countries).transform_calculate(half="datum.people / 2").mark_bar().encode(x="country", y="half:Q")',
  "a logarithmic axis": 'alt.Chart(frame).mark_point().encode(x="cost", y=alt.Y("sales", scale=alt.Scale(type="log")))',
  "a title of several lines":
    'alt.Chart(countries).mark_bar().encode(x="country", y="people").properties(title="A title that says all there is to say " * 4)',
  "a title of some length":
    'alt.Chart(countries).mark_bar().encode(x="country", y="people").properties(title="People of twelve countries of five continents, in millions")',
  "repeated panels":
    'alt.Chart(frame).mark_point().encode(x=alt.X(alt.repeat("column"), type="quantitative"), y="sales").repeat(column=["cost", "sales"])',
};

/** @type {Record<string, [program: string, faults: string[]]>} */
const faultyPlotly = {
  "a legend of traces without names": ["go.Figure([go.Scatter(y=[1, 3, 2]), go.Scatter(y=[2, 1, 3])])", ["legend"]],
  "a legend that says the same of all": [
    'go.Figure([go.Bar(x=[i], y=[i], name="amount") for i in range(5)])',
    ["legend"],
  ],
  "a legend with one entry of nothing": ["go.Figure(go.Scatter(y=[1, 3, 2], showlegend=True))", ["legend"]],
  "level labels of long names": ['px.bar(countries, x="country", y="people").update_xaxes(tickangle=0)', ["ticks"]],
  "a label at every mark": [
    'px.bar(frame.assign(number=range(240)), x="number", y="sales").update_xaxes(tickmode="linear", dtick=1, tickangle=0)',
    ["ticks"],
  ],
  "two axes at one side": [
    'go.Figure([go.Bar(x=regions, y=[3, 1, 4, 1, 5], name="a"), go.Scatter(x=regions, y=[310, 90, 420, 160, 530], name="b", yaxis="y2")], layout={"yaxis2": {"overlaying": "y", "side": "left"}})',
    ["ticks"],
  ],
  "titles of panels in one another": [
    'px.bar(countries.assign(kind=countries["country"]), x="kind", y="people", facet_col="country").update_xaxes(showticklabels=False)',
    ["panels"],
  ],
  "a title with markup beyond the edge": [
    'px.bar(x=[1], y=[1], title="<b>" + "A title that says all there is to say " * 5 + "</b>")',
    ["clipped"],
  ],
  "labels in no margin": [
    'px.bar(countries, x="people", y="country", orientation="h").update_layout(margin_l=20).update_yaxes(automargin=False)',
    ["clipped"],
  ],
  "values in one another": [
    'px.bar(x=list(range(60)), y=[123456.78] * 60).update_traces(text=["123,456.78"] * 60, textposition="outside", textangle=0, cliponaxis=False, constraintext="none")',
    ["values"],
  ],
};

/** @type {Record<string, [program: string, faults: string[]]>} */
const faultyAltair = {
  "a column that is not there": ['alt.Chart(frame).mark_bar().encode(x="Region:N", y="sum(sales):Q")', ["columns"]],
  "a colour by a column that is not there": [
    'alt.Chart(frame).mark_point().encode(x="cost", y="sales", color="Region:N")',
    ["columns", "legend"],
  ],
  "a legend of gaps": [
    'alt.Chart(frame.assign(kind=None)).mark_point().encode(x="cost", y="sales", color="kind:N")',
    ["legend"],
  ],
  "level labels that may overlap": [
    'alt.Chart(countries).mark_bar().encode(x=alt.X("country", axis=alt.Axis(labelAngle=0, labelOverlap=False)), y="people")',
    ["ticks"],
  ],
  "values in one another": [
    'bars = alt.Chart(frame.assign(number=range(240))).mark_bar().encode(x="number:O", y="sales")\nbars + bars.mark_text(dy=-6).encode(text="cost")',
    ["values"],
  ],
  "names of a pie in one another": [
    'parts = pd.DataFrame({"kind": [f"A kind {i}" for i in range(40)], "n": [1000] + [1] * 39})\nbase = alt.Chart(parts).encode(theta=alt.Theta("n", stack=True), color=alt.Color("kind", legend=None))\nbase.mark_arc(outerRadius=100) + base.mark_text(radius=120).encode(text="kind")',
    ["wedges"],
  ],
  "a line of a title beyond the edge": [
    'alt.Chart(countries).mark_bar().encode(x="country", y="people").properties(title=["Two lines", "A title that says all there is to say " * 5])',
    ["clipped"],
  ],
};

/** @type {Awaited<ReturnType<typeof startPyodide>>} */
let python;
test.beforeAll(async () => {
  python = await startPyodide(["plotly", "altair"]);
});
// As wide as the stage of a page on a laptop.
test.use({ viewport: { width: 860, height: 700 } });

/** @param {string} program @param {(spec: object) => Promise<import("../../static/shared/protocol.js").Measured>} measure */
async function faultsIn(program, measure) {
  const { figures, error } = await python.run(program);
  expect(error, program).toBeNull();
  expect(figures, program).toHaveLength(1);
  const [{ spec, facts }] = figures;
  expect(facts.blank, program).toBe(false);
  return [...(facts.faults ?? []), ...faultsOf(await measure(spec))];
}

for (const [library, kind, start, sound, faulty] of /** @type {const} */ ([
  ["plotly", "plotly", PLOTLY, soundPlotly, faultyPlotly],
  ["altair", "vega", ALTAIR, soundAltair, faultyAltair],
])) {
  test(`${library}: nothing is wrong with figures of usual kinds`, async ({ page }) => {
    const measure = await openMeasuring(page, kind);
    for (const [what, program] of Object.entries(sound)) {
      expect.soft(await faultsIn(start + program, measure), what).toEqual([]);
    }
  });

  test(`${library}: what nobody could read is found`, async ({ page }) => {
    const measure = await openMeasuring(page, kind);
    for (const [what, [program, faults]] of Object.entries(faulty)) {
      expect.soft(await faultsIn(start + program, measure), what).toEqual(faults);
    }
  });
}

test("on a narrow screen it is the screen that leaves no room", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 700 });
  const measure = await openMeasuring(page, "plotly");
  const long = `${PLOTLY}px.bar(countries, x="country", y="people", title="A title of " * 9)`;
  expect(await faultsIn(long, measure)).toEqual([]);
});
