// @ts-check
/**
 * What can be done with the chart as a whole: its link copied, its frame for another site, itself saved as a file that draws it. How
 * the file is made is chart-file.js's.
 *
 * @import {Api} from "./api.js"
 * @import {createGallery} from "./figures.js"
 * @import {PageData} from "./page-data.js"
 * @import {SessionState} from "./session.js"
 * @import {createSandbox} from "./sandbox.js"
 */

import { find, make, makeButton, setText } from "./dom.js";
import { askForFile } from "./file-dialog.js";
import { t } from "./language.js";
import { copyText } from "./save-file.js";

/** Milliseconds for which it says what it did. */
const SAID = 4000;
/** Pixels of the picture in a file: sharp on most screens. */
const PICTURE_WIDTH = 1440;

/**
 * @param {object} parts
 * @param {PageData} parts.pageData
 * @param {Api} parts.api
 * @param {ReturnType<typeof createSandbox>} parts.sandbox
 * @param {ReturnType<typeof createGallery>} parts.gallery
 * @param {() => SessionState} parts.state
 */
export function createSharing({ pageData, api, sandbox, gallery, state }) {
  const row = find("share", HTMLElement);
  const said = find("share-status", HTMLElement);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let clock;

  /** @param {string} words */
  function say(words) {
    clearTimeout(clock);
    setText(said, words);
    clock = setTimeout(() => setText(said, ""), SAID);
  }

  /** @param {string} hook @param {() => Promise<void>} work */
  function onClick(hook, work) {
    const button = find(hook, HTMLButtonElement);
    button.addEventListener("click", async () => {
      button.disabled = true;
      await work().catch((error) => say(error instanceof Error ? error.message : String(error)));
      button.disabled = false;
    });
  }

  /** @returns {string} where the chart is kept */
  function chartPath() {
    const { chart } = state();
    if (!chart) throw new Error(t("share.not_kept"));
    return chart.url;
  }

  /** Short, where it may be made; whoever only reads the chart passes on what they came by. */
  async function link() {
    const { chart } = state();
    const path = pageData.isReader || !chart ? chartPath() : await api.shorten(chart.id);
    return new URL(path, location.origin).href;
  }

  onClick("copy-link", async () => {
    const address = link();
    try {
      await copyText(address);
      say(t("share.copied"));
    } catch {
      // Browsers copy only from https pages and from this machine’s own.
      showText(t("share.link_title"), t("share.link_note"), await address);
    }
  });

  onClick("embed", async () => {
    if (!pageData.embeds) {
      showText(t("share.site_title"), t("share.site_off"), null);
      return;
    }
    const html = await api.frame(new URL(chartPath(), location.origin).href);
    const { tables } = state().chart?.profile ?? { tables: [] };
    const own = tables.some(({ file }) => !pageData.samples.some(({ name }) => name === file));
    showText(t("share.site_title"), t(own ? "share.site_own" : "share.site_note"), html);
  });

  onClick("save-page", async () => {
    const { chart, program, asked, tables } = state();
    const description = gallery.describe();
    const kinds = gallery.kinds();
    const picture = await gallery.picture(PICTURE_WIDTH);
    askForFile(
      {
        chart,
        program,
        title: asked || t("share.chart"),
        tables,
        picture,
        description,
        kinds,
        readers: sandbox.readers,
        fonts: sandbox.fontFiles(program),
      },
      pageData,
    );
  });

  return {
    /** @param {SessionState} now */
    render({ phase, chart, program, result }) {
      const isDrawn = phase === "shown" && result !== null && result.figures.length > 0;
      row.hidden = !isDrawn || chart === null || program !== chart.program;
    },
  };
}

/**
 * A text to be taken, and what it is for.
 * @param {string} title @param {string} words @param {string | null} text
 */
function showText(title, words, text) {
  const area = make("textarea", { rows: 5, readonly: true, "aria-label": title, "data-testid": "to-copy" }, text ?? "");
  const status = make("span", { role: "status" });
  const copy = makeButton(
    t("share.copy"),
    async () => {
      area.select();
      const isCopied = await copyText(Promise.resolve(area.value)).then(
        () => true,
        () => false,
      );
      setText(status, t(isCopied ? "share.taken" : "share.by_hand"));
    },
    { class: "primary" },
  );
  const close = makeButton(t("share.close"), () => dialog.close());
  const dialog = make(
    "dialog",
    { class: "column-dialog", "aria-labelledby": "share-dialog-title" },
    make(
      "form",
      { method: "dialog" },
      make("h2", { id: "share-dialog-title" }, title),
      make("p", {}, words),
      ...(text === null ? [] : [area]),
      make("p", { class: "row" }, ...(text === null ? [] : [copy]), close, status),
    ),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  area.select();
}
