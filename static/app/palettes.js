// @ts-check
/**
 * Colours that a chart can have by their name: of series, in the order in which they are used, and for amounts from little to much by the
 * name that matplotlib, plotly and Vega all have for them. Each was published as one that people see who lack a kind of cone: the first by
 * Okabe and Ito, the next two by Tol, the last by IBM's design language. Black, and yellows that drown on white, are left out.
 */

export const PALETTES = Object.freeze({
  okabe_ito: { colours: ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00"], amounts: "cividis" },
  bright: {
    colours: ["#4477AA", "#EE6677", "#228833", "#CCBB44", "#66CCEE", "#AA3377", "#BBBBBB"],
    amounts: "viridis",
  },
  muted: {
    colours: ["#332288", "#CC6677", "#44AA99", "#DDCC77", "#117733", "#88CCEE", "#882255", "#999933", "#AA4499"],
    amounts: "magma",
  },
  ibm: { colours: ["#648FFF", "#DC267F", "#FFB000", "#785EF0", "#FE6100"], amounts: "plasma" },
});

/** @typedef {keyof typeof PALETTES} Palette */

/** @param {string} text lines of a program @returns {Palette | null} whose colours stand there, however they are laid out */
export function paletteIn(text) {
  const found = (text.match(/#[0-9a-f]{6}\b/gi) ?? []).join().toUpperCase();
  const known = Object.entries(PALETTES).find(([, { colours }]) => colours.join() === found);
  return /** @type {Palette | undefined} */ (known?.[0]) ?? null;
}

/** What gives a chart its colours as a whole, in any library's words. */
const WHOLE =
  /\b(?:color_discrete_(?:sequence|map)|color_continuous_scale|colorscale|colors|palette|cmap|colormap|scheme)\s*=|\brange\s*=\s*\[\s*["']#/;
/** And what gives it to marks. In Plotly Express `color` is a column. */
const MARKS = {
  matplotlib:
    /\b(?:plot|barh?|scatter|hist|pie|boxplot|stackplot|fill_between|area|line|\w+plot)\([^()]*\b(?:color|c|facecolor)\s*=\s*(?:["']|[[(]\s*["'])/,
  plotly: /\b(?:marker|line)_colors?\s*=|\b(?:marker|line)\s*=\s*(?:dict\(|\{)[^})]*\bcolors?\b/,
  altair: /\bmark_\w+\([^()]*\b(?:color|fill|stroke)\s*=|\b(?:color|fill|stroke)\s*=\s*alt\.value\(/,
};

/**
 * Programs that give a chart its colours keep them: no palette would reach what they set.
 * @param {string} program
 * @param {keyof typeof MARKS} library
 */
export function namesItsColours(program, library) {
  return WHOLE.test(program) || MARKS[library].test(program);
}
