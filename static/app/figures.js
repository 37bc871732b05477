// @ts-check
/**
 * Puts the figures of a run on the screen and says when they are there. A picture goes into an `<img>` of its own bytes, a table
 * is rebuilt from its cells, an interactive figure is drawn by figure-frame.js in a sealed frame: what a program made is
 * never inserted as markup.
 *
 * @import {makeFigureFile} from "./html-file.js"
 * @import {SandboxConfig} from "./sandbox.js"
 * @import {TakeAway} from "./take-away.js"
 * @import {DrawnTable, Figure, InteractiveFigure, Measured, SvgFigure, PngFigure} from "../shared/protocol.js"
 */

import { describeFigure, nameFigure } from "./describe.js";
import { make, makeButton, reachByKey, unreachable } from "./dom.js";
import { drawInteractive } from "./figure-frame.js";
import { SandboxError } from "./interpreter.js";
import { t } from "./language.js";
import { isPlainPng, isPlainSvg } from "./picture.js";
import { askHowToSave } from "./save-dialog.js";
import { copyPicture, saveFile } from "./save-file.js";
import { takeLive, takePicture, usualWish } from "./take-away.js";
import { fileStem } from "./words.js";

/** Rows of a table that are put on the page; the download holds all that came. */
const SHOWN_ROWS = 200;
/** Cells of all tables of a run that are put on the page: millions would stop it. */
const SHOWN_CELLS = 60_000;

/** Pixels across: on a phone the letters of a wider picture would shrink to half their size, so it keeps a width and scrolls. */
const WIDE = 720;
/** Of the PNG that is made unasked; who wants a larger one says so. */
const MOST_PNG_PIXELS = 24_000_000;
/** Milliseconds for which a button says what it did. */
const SAID = 2500;
/** Pixels of a picture that is kept of a version. */
const SMALL_WIDTH = 720;

/**
 * @param {HTMLElement} container
 * @param {SandboxConfig} config
 * @param {object} [more]
 * @param {typeof makeFigureFile} [more.makeFile] what makes files of interactive figures, where those are offered
 * @param {boolean} [more.offers] whether any file is
 * @param {(figure: Figure, position: number, name: string) => {button: HTMLElement, panel: HTMLElement}} [more.explain] where words about
 *   a figure can be asked for
 */
export function createGallery(container, config, { makeFile, offers = true, explain } = {}) {
  /** @type {(() => void)[]} */
  let undo = [];
  /** Of the cells that may still be shown. */
  let room = SHOWN_CELLS;
  /** Makes a picture of the first figure that is one. @type {((width: number) => Promise<Blob>) | null} */
  let remember = null;

  function clear() {
    for (const step of undo) step();
    undo = [];
    room = SHOWN_CELLS;
    remember = null;
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
    const name = t("figure.download", { file });
    return make("a", { class: "button", href: blobUrl(blob), download: file, "aria-label": name }, label);
  }

  /**
   * @param {HTMLElement} body
   * @param {SvgFigure | PngFigure} figure
   * @param {string} name
   * @param {string} stem
   * @param {string} title
   */
  async function drawPicture(body, figure, name, stem, title) {
    const isPlain = figure.kind === "svg" && isPlainSvg(figure.svg);
    const svg = isPlain ? new Blob([figure.svg], { type: "image/svg+xml" }) : null;
    const png = figure.png && isPlainPng(figure.png) ? new Blob([figure.png], { type: "image/png" }) : null;
    if (!svg && !png) {
      throw new SandboxError("crashed", t("figure.unshown"));
    }
    const image = make("img", { width: Math.round(figure.width), height: Math.round(figure.height) });
    image.alt = describeFigure(figure);
    const picture = svg ?? png;
    if (picture) image.src = blobUrl(picture);
    body.append(image);
    await image.decode();
    if (figure.width > WIDE && figure.width >= figure.height) {
      body.classList.add("broad");
      undo.push(reachByKey(body, t("figure.scrolls", { name })));
    }
    const forms = takePicture(figure, { svg: figure.kind === "svg" && isPlain ? figure.svg : null, png, stem, title });
    remember ??= (width) => forms.make("png", { ...usualWish(forms.width), width });
    if (!offers) return [];
    const links = [png ? download(png, `${stem}.png`, "PNG") : pixels(image, forms)];
    if (svg) links.push(download(svg, `${stem}.svg`, "SVG"));
    return [...links, ...moreOf(forms)];
  }

  /**
   * A link to the picture as PNG. Made of what is shown, when the browser has time: most people only look.
   * @param {HTMLImageElement} image of an SVG
   * @param {TakeAway} forms
   */
  function pixels(image, forms) {
    const file = `${forms.stem}.png`;
    const link = make("a", { class: "button", download: file, "aria-label": t("figure.download", { file }) }, "PNG");
    const idle = window.requestIdleCallback ?? ((step) => setTimeout(step, 200));
    idle(async () => {
      const usual = usualWish(forms.width);
      const most = Math.sqrt((MOST_PNG_PIXELS * forms.width) / (forms.height ?? forms.width));
      const width = Math.min(usual.width, Math.floor(most));
      const blob = await forms.make("png", { ...usual, width }).catch(() => null);
      if (blob && image.isConnected) link.href = blobUrl(blob);
      else link.remove();
    });
    return link;
  }

  /** What every picture offers beside its files. @param {TakeAway} forms */
  function moreOf(forms) {
    const copy = saying(t("figure.copy"), t("figure.copy_name", { name: forms.stem }), async () => {
      await copyPicture(forms.make("png", usualWish(forms.width)));
      return t("figure.copied");
    });
    return [
      copy,
      makeButton(t("figure.save_as"), () => askHowToSave(forms), {
        "aria-label": t("figure.save_name", { name: forms.stem }),
        "aria-haspopup": "dialog",
      }),
    ];
  }

  /**
   * @param {HTMLElement} body
   * @param {InteractiveFigure} figure
   * @param {string} stem
   * @param {string} title
   */
  async function drawLive(body, figure, stem, title) {
    const drawn = await drawInteractive(body, figure, config);
    undo.push(() => drawn.remove());
    const forms = takeLive(figure, drawn, {
      stem,
      title,
      file:
        makeFile &&
        (() => makeFile(figure, { title, description: describeFigure(figure), faces: drawn.faces, config })),
    });
    remember ??= (width) => forms.make("png", { ...usualWish(forms.width), width });
    const take = (/** @type {"png" | "html"} */ form) =>
      saying(form.toUpperCase(), t("figure.download", { file: `${stem}.${form}` }), async () => {
        saveFile(await forms.make(form, usualWish(forms.width)), `${stem}.${form}`);
        return t("figure.saved");
      });
    const json = download(new Blob([figure.spec], { type: "application/json" }), `${stem}.json`, "JSON");
    const links = [take("png"), ...(makeFile ? [take("html")] : []), json, ...moreOf(forms)];
    return { links, measured: drawn.measured };
  }

  /**
   * @param {Figure} figure
   * @param {number} position
   * @param {number} total
   * @param {string} title
   * @returns {Promise<Measured | null>} of an interactive figure
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
    let measured = null;
    switch (figure.kind) {
      case "svg":
      case "png":
        actions.append(...(await drawPicture(body, figure, name, stem, figure.facts.title || title)));
        break;
      case "plotly":
      case "vega": {
        const live = await drawLive(body, figure, stem, figure.facts.title || title);
        actions.append(...live.links);
        ({ measured } = live);
        break;
      }
      case "table":
        body.append(drawTable({ ...figure, title: figure.facts.title ?? "" }, name, room));
        room -= Math.min(room, cellsOf(figure));
        actions.append(download(new Blob([asCsv(figure)], { type: "text/csv" }), `${stem}.csv`, "CSV"));
        break;
      default:
        unreachable(figure);
    }
    if (offers) caption.append(actions);
    if (explain && figure.kind !== "table") {
      const { button, panel } = explain(figure, position, name);
      actions.prepend(button);
      element.append(panel);
    }
    if (figure.kind !== "table" && figure.tables.length > 0) element.append(asTables(figure.tables, name, stem));
    return measured;
  }

  /**
   * What stands on a figure, to be read. Laid out when somebody wants it.
   * @param {DrawnTable[]} tables @param {string} name of the figure @param {string} stem
   */
  function asTables(tables, name, stem) {
    const place = make("div", { class: "drawn" });
    const details = make("details", { class: "as-table" }, make("summary", {}, t("figure.as_table")), place);
    const show = () => {
      if (!details.open || place.hasChildNodes()) return;
      for (const [at, table] of tables.entries()) {
        const number = tables.length > 1 ? at + 1 : null;
        const file = number === null ? `${stem}-data.csv` : `${stem}-data-${number}.csv`;
        const isCut = table.rows.length < table.totalRows;
        const part = t("figure.first_rows", { n: table.rows.length, total: table.totalRows });
        const title = table.title || (number === null ? t("figure.data") : t("figure.data_number", { number }));
        const itsName = number === null ? t("figure.data_of", { name }) : t("figure.data_of_number", { name, number });
        place.append(
          drawTable({ ...table, title }, itsName, room),
          ...(offers
            ? [
                download(
                  new Blob([asCsv(table)], { type: "text/csv" }),
                  file,
                  isCut ? t("figure.csv_part", { part }) : "CSV",
                ),
              ]
            : []),
        );
        room -= Math.min(room, cellsOf(table));
      }
    };
    details.addEventListener("toggle", show);
    return details;
  }

  return {
    clear,
    /**
     * @param {Figure[]} figures
     * @param {string} title of the chart, for the names of downloads
     * @returns {Promise<(Measured | null)[]>} of each figure that is interactive
     */
    async show(figures, title) {
      clear();
      const measured = [];
      for (const [index, figure] of figures.entries()) {
        measured.push(await add(figure, index + 1, figures.length, title));
      }
      return measured;
    },
    /** The first figure as a picture, a small one unless it is said; null if it is a table, or there is none. */
    picture: async (width = SMALL_WIDTH) => (await remember?.(width).catch(() => null)) ?? null,
    /** Of the figures that are shown. */
    kinds: () => [...container.querySelectorAll("figure")].map((figure) => figure.dataset["kind"] ?? ""),
    /** What the first figure shows, in words. */
    describe: () => container.querySelector("figcaption")?.firstElementChild?.textContent ?? "",
    /** The reader's place moves to what they have waited for. */
    focus() {
      const first = container.querySelector("figure");
      if (first instanceof HTMLElement) first.focus({ preventScroll: false });
    },
  };
}

/** Those that are laid out, heads included. @param {Pick<DrawnTable, "columns" | "rows">} table */
function cellsOf({ columns, rows }) {
  return columns.length * (1 + Math.min(rows.length, SHOWN_ROWS));
}

/** @param {DrawnTable} figure @param {string} name @param {number} room for how many cells, heads included */
function drawTable(figure, name, room) {
  const columns = figure.columns.slice(0, room);
  const most = Math.min(SHOWN_ROWS, Math.floor(room / Math.max(1, columns.length)) - 1);
  const head = make("tr", {}, ...makeHeads(columns, figure.rows));
  const rows = figure.rows
    .slice(0, Math.max(0, most))
    .map((row) => make("tr", {}, ...row.slice(0, columns.length).map((cell) => makeCell(cell))));
  const shown =
    rows.length < figure.totalRows
      ? t("figure.first_rows", { n: rows.length, total: figure.totalRows })
      : t("count.rows", { n: rows.length });
  const table = make(
    "table",
    {},
    make("caption", {}, t("figure.caption", { title: figure.title || t("figure.table"), rows: shown })),
    make("thead", {}, head),
    make("tbody", {}, ...rows),
  );
  return make(
    "div",
    { class: "scroller", tabindex: 0, role: "region", "aria-label": t("figure.scrolls", { name }) },
    table,
  );
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

/** @param {Pick<DrawnTable, "columns" | "rows">} table */
function asCsv({ columns, rows }) {
  const quoted = (/** @type {string} */ cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return `${[columns, ...rows].map((row) => row.map(quoted).join(",")).join("\r\n")}\r\n`;
}

/**
 * A button that says what became of it.
 * @param {string} label @param {string} name @param {() => Promise<string>} work
 */
function saying(label, name, work) {
  const status = make("span", { class: "unseen", role: "status" });
  const button = makeButton(
    label,
    async () => {
      button.disabled = true;
      const failed = (/** @type {unknown} */ error) =>
        t("figure.failed", { message: error instanceof Error ? error.message : String(error) });
      const said = await work().catch(failed);
      button.disabled = false;
      status.textContent = button.title = said;
      button.textContent = said.split(":")[0]?.trim() ?? said;
      setTimeout(() => {
        button.textContent = label;
      }, SAID);
    },
    { "aria-label": name },
  );
  return make("span", {}, button, status);
}
