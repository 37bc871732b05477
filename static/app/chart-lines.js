// @ts-check
/**
 * The lines that a setting of a chart is, in each library's own words. Where they go, and how they are read back, is chart-settings.js's.
 * Pure.
 *
 * @import {Control, Settings} from "./chart-settings.js"
 * @import {Place} from "./chart-place.js"
 * @import {Palette} from "./palettes.js"
 *
 * @typedef {keyof typeof SIZES} Size
 * @typedef {"largest" | "smallest"} Order
 * @typedef {keyof typeof GROUNDS.plotly} Ground
 */

import { PALETTES } from "./palettes.js";

/** Inches, and pixels of the libraries that count so. */
export const SIZES = Object.freeze({
  wide: { inches: [12, 4.5], pixels: [900, 340] },
  standard: { inches: [8, 5], pixels: [720, 450] },
  square: { inches: [7, 7], pixels: [560, 560] },
  tall: { inches: [6, 9], pixels: [480, 720] },
});

/** Looks as a whole, by each library's own name for them. */
export const GROUNDS = Object.freeze({
  matplotlib: {
    light: 'plt.style.use("default")',
    dark: 'plt.style.use("dark_background")',
    grid: 'plt.style.use("seaborn-v0_8-whitegrid")',
    minimal: 'plt.rcParams.update({"axes.grid": False, "axes.spines.left": True})',
  },
  plotly: { light: "plotly_white", dark: "plotly_dark", grid: "ggplot2", minimal: "simple_white" },
  altair: { light: "default", dark: "dark", grid: "ggplot2", minimal: "quartz" },
});

/**
 * `block` stands before the line that shows the figure, `top` and `colours` before anything is drawn.
 * @typedef {(settings: Settings, place: Place, bare: string, control: Control) => {block: string[], top: string[], colours: string[]}} Writer
 */

/** @type {Record<Control["library"], Writer>} */
export const WRITERS = {
  matplotlib({ title, size, ground, palette, xScale, yScale, order }, { suptitle }, bare, { sortable }) {
    const loc = /title\([^\n]*\bloc\s*=\s*["'](left|right|center)["']/.exec(bare)?.[1];
    const panel = [
      ...(title !== undefined && !suptitle ? [`axes.set_title(${literal(title)}${loc ? `, loc="${loc}"` : ""})`] : []),
      ...(xScale ? [`axes.set_xscale("${xScale}")`] : []),
      ...(yScale ? [`axes.set_yscale("${yScale}")`] : []),
      ...(order ? sortedBars(order, sortable) : []),
    ];
    const whole = [
      ...(title !== undefined && suptitle ? [`plt.suptitle(${literal(title)})`] : []),
      ...(size ? [`plt.gcf().set_size_inches(${SIZES[size].inches.join(", ")})`] : []),
    ];
    const body = [...whole, ...(panel.length > 0 ? ["axes = plt.gcf().axes[0]", ...panel] : [])];
    const imports = /^import matplotlib\.pyplot as plt\b/m.test(bare) ? [] : ["import matplotlib.pyplot as plt"];
    return {
      block: body.length > 0 ? [...imports, ...body] : [],
      top: ground ? [...imports, GROUNDS.matplotlib[ground]] : [],
      colours: palette
        ? [
            ...(ground ? [] : imports),
            coloursOf(palette),
            'plt.rcParams["axes.prop_cycle"] = plt.cycler(color=palette)',
            `plt.rcParams["image.cmap"] = "${PALETTES[palette].amounts}"`,
          ]
        : [],
    };
  },

  plotly({ title, size, ground, palette, xScale, yScale, order }, { name }, bare, { sortable }) {
    const [width, height] = size ? SIZES[size].pixels : [];
    // Plotly Express gives each trace its colour when it makes it, and others take theirs from the layout when they are drawn.
    const express = /^import plotly\.express as (\w+)/m.exec(bare)?.[1];
    const amounts = palette && PALETTES[palette].amounts;
    return {
      block: [
        ...(title !== undefined ? [`${name}.update_layout(title_text=${literal(title)})`] : []),
        ...(size ? [`${name}.update_layout(width=${width}, height=${height})`] : []),
        ...(ground ? [`${name}.update_layout(template="${GROUNDS.plotly[ground]}")`] : []),
        ...(palette ? [`${name}.update_layout(colorway=palette)`] : []),
        ...(amounts && /\bgo\.Heatmap\(/.test(bare)
          ? [`${name}.update_traces(colorscale="${amounts}", selector={"type": "heatmap"})`]
          : []),
        ...(xScale ? [`${name}.update_xaxes(type="${xScale}")`] : []),
        ...(yScale ? [`${name}.update_yaxes(type="${yScale}")`] : []),
        ...(order ? [plotlyOrder(name, order, sortable)] : []),
      ],
      top: [],
      colours: palette
        ? [
            coloursOf(palette),
            ...(express
              ? [
                  `${express}.defaults.color_discrete_sequence = palette`,
                  `${express}.defaults.color_continuous_scale = "${amounts}"`,
                ]
              : []),
          ]
        : [],
    };
  },

  altair({ title, size, ground, palette, xScale, yScale, order }, { name }, bare, { sortable }) {
    const [width, height] = size ? SIZES[size].pixels : [];
    const alias = /^import altair as (\w+)/m.exec(bare)?.[1];
    const alt = alias ?? "alt";
    const body = [
      ...(title !== undefined ? [`${name} = ${name}.properties(title=${literal(title)})`] : []),
      ...(size ? [`${name} = ${name}.properties(width=${width}, height=${height})`] : []),
      ...(ground ? [`${alt}.theme.enable("${GROUNDS.altair[ground]}")`] : []),
      ...(palette
        ? [
            `amounts = {"scheme": "${PALETTES[palette].amounts}"}`,
            `${name} = ${name}.configure_range(category=palette, ramp=amounts, heatmap=amounts)`,
            `${name} = ${name}.configure_mark(color=palette[0])`,
          ]
        : []),
      ...(xScale ? [`${name}.encoding.x.scale = ${alt}.Scale(type="${xScale}")`] : []),
      ...(yScale ? [`${name}.encoding.y.scale = ${alt}.Scale(type="${yScale}")`] : []),
      ...(order ? [altairOrder(name, order, sortable)] : []),
    ];
    const imports = alias === undefined && (ground || xScale || yScale) ? ["import altair as alt"] : [];
    return {
      block: body.length > 0 ? [...imports, ...body] : [],
      top: [],
      colours: palette ? [coloursOf(palette)] : [],
    };
  },
};

/** @param {Order} order @param {string} sortable */
function sortedBars(order, sortable) {
  const [place, extent, axis] = sortable === "right" ? ["x", "width", "height"] : ["y", "height", "width"];
  // The first bar of those that go up is the lowest, and one reads from the top.
  const isReversed = (order === "largest") !== (sortable === "up");
  return [
    `names = dict(zip(axes.containers[0], [label.get_text() for label in axes.get_${place}ticklabels()]))`,
    `bars = sorted(names, key=lambda bar: bar.get_${axis}()${isReversed ? ", reverse=True" : ""})  # ${order} first`,
    "for place, bar in enumerate(bars):",
    `    bar.set_${place}(place - bar.get_${extent}() / 2)`,
    `axes.set_${place}ticks(range(len(bars)), [names[bar] for bar in bars])`,
  ];
}

/** @param {string} name @param {Order} order @param {string} sortable */
function plotlyOrder(name, order, sortable) {
  const axis = sortable === "right" ? "x" : "y";
  const falls = (order === "largest") !== (sortable === "up");
  return `${name}.update_${axis}axes(categoryorder="total ${falls ? "descending" : "ascending"}")  # ${order} first`;
}

/** @param {string} name @param {Order} order @param {string} sortable */
function altairOrder(name, order, sortable) {
  const [kinds, values] = sortable === "right" ? ["x", "y"] : ["y", "x"];
  return `${name}.encoding.${kinds}.sort = "${order === "largest" ? "-" : ""}${values}"  # ${order} first`;
}

/** JSON's texts are Python's too. @param {string} text */
const literal = (text) => JSON.stringify(text.replace(/\s+/g, " ").trim());

/** @param {Palette} palette */
const coloursOf = (palette) => `palette = [${PALETTES[palette].colours.map((colour) => `"${colour}"`).join(", ")}]`;
