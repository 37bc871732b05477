// @ts-check
/**
 * Puts the figures of a run on the screen and says when they are there. A picture goes into an `<img>` of its own bytes, a table
 * is rebuilt from its cells, an interactive figure is drawn by figure-frame.js in a sealed frame: what a program made is
 * never inserted as markup.
 *
 * @import {Figure, TableFigure, InteractiveFigure, SvgFigure, PngFigure} from "../shared/protocol.js"
 * @import {PageData} from "./page-data.js"
 */

import { describeFigure, nameFigure } from "./describe.js";
import { make, makeButton, unreachable } from "./dom.js";
import { drawInteractive } from "./figure-frame.js";
import { SandboxError } from "./interpreter.js";
import { isPlainPng, isPlainSvg } from "./picture.js";
import { count, fileStem } from "./words.js";

/** Rows of a table that are put on the page; the download holds all that came. */
const SHOWN_ROWS = 200;
/** Cells of all tables of a run that are put on the page: millions would stop it. */
const SHOWN_CELLS = 60_000;

/** Pixels of the PNG for each of CSS's, unless that makes it larger than browsers draw. */
const PNG_DENSITY = 2;
const MOST_PNG_PIXELS = 24_000_000;
/** Pixels of a picture that is kept of a version. */
const SMALL_WIDTH = 720;

/** @param {HTMLElement} container @param {PageData} pageData */
export function createGallery(container, pageData) {
  /** @type {(() => void)[]} */
  let undo = [];
  /** Of the cells that may still be shown. */
  let room = SHOWN_CELLS;
  /** How the first figure that is a picture is copied. @type {(() => Promise<Blob>) | null} */
  let copy = null;

  function clear() {
    for (const step of undo) step();
    undo = [];
    room = SHOWN_CELLS;
    copy = null;
    container.replaceChildren();
  }

  /** @param {Blob} blob */
  function blobUrl(blob) {
    const url = URL.createObjectURL(blob);
    undo.push(() => URL.revokeObjectURL(url));
    return url;
  }

  /** @param {Blob} blob @param {string} file @param {string} label */
  function download(blob, file, label) {
    return make("a", { class: "button", href: blobUrl(blob), download: file, "aria-label": `Download ${file}` }, label);
  }

  /**
   * @param {HTMLElement} body
   * @param {SvgFigure | PngFigure} figure
   * @param {string} stem
   */
  async function drawPicture(body, figure, stem) {
    const isPlain = figure.kind === "svg" && isPlainSvg(figure.svg);
    const svg = isPlain ? new Blob([figure.svg], { type: "image/svg+xml" }) : null;
    const png = figure.png && isPlainPng(figure.png) ? new Blob([figure.png], { type: "image/png" }) : null;
    if (!svg && !png) {
      throw new SandboxError(
        "crashed",
        "The figure is a picture of a kind that this page does not show, or too large.",
      );
    }
    const image = make("img", { width: Math.round(figure.width), height: Math.round(figure.height) });
    image.alt = describeFigure(figure);
    const picture = svg ?? png;
    if (picture) image.src = blobUrl(picture);
    body.append(image);
    await image.decode();
    copy ??= () => toPng(image, SMALL_WIDTH / figure.width);
    const links = [png ? download(png, `${stem}.png`, "PNG") : pixels(image, `${stem}.png`)];
    if (svg) links.push(download(svg, `${stem}.svg`, "SVG"));
    return links;
  }

  /**
   * A link to the picture as PNG. Made of what is shown, when the browser has time: most people only look.
   * @param {HTMLImageElement} image of an SVG
   * @param {string} file
   */
  function pixels(image, file) {
    const link = make("a", { class: "button", download: file, "aria-label": `Download ${file}` }, "PNG");
    const idle = window.requestIdleCallback ?? ((step) => setTimeout(step, 200));
    idle(async () => {
      const blob = await toPng(image, PNG_DENSITY).catch(() => null);
      if (blob && image.isConnected) link.href = blobUrl(blob);
      else link.remove();
    });
    return link;
  }

  /**
   * @param {HTMLElement} body
   * @param {InteractiveFigure} figure
   * @param {string} stem
   */
  async function drawLive(body, figure, stem) {
    const drawn = await drawInteractive(body, figure, pageData);
    undo.push(() => drawn.remove());
    copy ??= drawn.image;
    const png = makeButton(
      "PNG",
      async () => {
        png.disabled = true;
        try {
          const link = download(await drawn.image(), `${stem}.png`, "PNG");
          link.click();
        } catch {
          png.textContent = "PNG: failed";
        } finally {
          png.disabled = false;
        }
      },
      { "aria-label": `Download ${stem}.png` },
    );
    return [png, download(new Blob([figure.spec], { type: "application/json" }), `${stem}.json`, "JSON")];
  }

  /**
   * @param {Figure} figure
   * @param {number} position
   * @param {number} total
   * @param {string} title
   */
  async function add(figure, position, total, title) {
    const name = nameFigure(figure, position, total);
    const stem = total > 1 ? `${fileStem(title)}-${position}` : fileStem(title);
    const body = make("div", { class: "figure-body" });
    const caption = make("figcaption", {}, make("span", {}, describeFigure(figure)));
    const element = make("figure", {
      class: "figure",
      "data-testid": "figure",
      "data-kind": figure.kind,
      tabindex: -1,
      "aria-label": name,
    });
    element.append(body, caption);
    container.append(element);
    const actions = make("span", { class: "actions" });
    switch (figure.kind) {
      case "svg":
      case "png":
        actions.append(...(await drawPicture(body, figure, stem)));
        break;
      case "plotly":
      case "vega":
        actions.append(...(await drawLive(body, figure, stem)));
        break;
      case "table":
        body.append(drawTable(figure, name, room));
        room -= Math.min(room, figure.columns.length * (1 + Math.min(figure.rows.length, SHOWN_ROWS)));
        actions.append(download(new Blob([asCsv(figure)], { type: "text/csv" }), `${stem}.csv`, "CSV"));
        break;
      default:
        unreachable(figure);
    }
    caption.append(actions);
    return element;
  }

  return {
    clear,
    /**
     * @param {Figure[]} figures
     * @param {string} title of the chart, for the names of downloads
     */
    async show(figures, title) {
      clear();
      for (const [index, figure] of figures.entries()) {
        await add(figure, index + 1, figures.length, title);
      }
    },
    /** The first figure as a small picture; null if it is a table, or there is none. */
    picture: async () => (await copy?.().catch(() => null)) ?? null,
    /** The reader's place moves to what they have waited for. */
    focus() {
      const first = container.querySelector("figure");
      if (first instanceof HTMLElement) first.focus({ preventScroll: false });
    },
  };
}

/** @param {TableFigure} figure @param {string} name @param {number} room for how many cells, heads included */
function drawTable(figure, name, room) {
  const columns = figure.columns.slice(0, room);
  const most = Math.min(SHOWN_ROWS, Math.floor(room / Math.max(1, columns.length)) - 1);
  const head = make("tr", {}, ...makeHeads(columns, figure.rows));
  const rows = figure.rows
    .slice(0, Math.max(0, most))
    .map((row) => make("tr", {}, ...row.slice(0, columns.length).map((cell) => makeCell(cell))));
  const shown =
    rows.length < figure.totalRows
      ? `first ${count(rows.length)} of ${count(figure.totalRows)} rows`
      : `${count(rows.length)} rows`;
  const table = make(
    "table",
    {},
    make("caption", {}, `${figure.facts.title || "Table"}: ${shown}`),
    make("thead", {}, head),
    make("tbody", {}, ...rows),
  );
  return make("div", { class: "scroller", tabindex: 0, role: "region", "aria-label": `${name}, scrolls` }, table);
}

const NUMBER = /^[-+−]?[\d.,\s]*\d%?$/;

/** Numbers stand at the right, so that their digits line up. @param {string} text */
export function makeCell(text) {
  return make("td", NUMBER.test(text) ? { class: "number" } : {}, text);
}

/** A column's name stands where its first cell does. @param {string[]} columns @param {string[][]} rows */
export function makeHeads(columns, rows) {
  return columns.map((column, index) => {
    const first = rows.find((row) => row[index])?.[index] ?? "";
    return make("th", NUMBER.test(first) ? { scope: "col", class: "number" } : { scope: "col" }, column);
  });
}

/** @param {TableFigure} figure */
function asCsv({ columns, rows }) {
  const quoted = (/** @type {string} */ cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return `${[columns, ...rows].map((row) => row.map(quoted).join(",")).join("\r\n")}\r\n`;
}

/** @param {HTMLImageElement} image @param {number} wanted pixels for each of CSS's @returns {Promise<Blob>} */
function toPng(image, wanted) {
  const width = Number(image.getAttribute("width"));
  const height = Number(image.getAttribute("height"));
  const density = Math.min(wanted, Math.sqrt(MOST_PNG_PIXELS / (width * height)));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * density);
  canvas.height = Math.round(height * density);
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the browser made no picture"))), "image/png"),
  );
}
