// @ts-check
/**
 * Asks what shall be in the file that draws the chart again (chart-file.js), says how large that is and what it gives away, and
 * saves it.
 *
 * @import {Chart, PageData} from "./page-data.js"
 * @import {TablesState} from "./tables.js"
 *
 * @typedef {object} ChartHere
 * @property {Chart | null} chart
 * @property {string} program
 * @property {string} title
 * @property {TablesState} tables
 * @property {Blob | null} picture
 * @property {string} description
 * @property {string[]} kinds of its figures
 * @property {Set<string>} readers what its tables were opened with
 * @property {string[]} fonts files of those it takes
 */

import { filesFor, makeChartFile, packRuntime } from "./chart-file.js";
import { make, makeButton, setText } from "./dom.js";
import { forSandbox } from "./edits.js";
import { t } from "./language.js";
import { runtimeFiles } from "./runtime.js";
import { saveFile } from "./save-file.js";
import { fileStem, listed, size } from "./words.js";

/** Of the runtime's bytes as they are in a file, compressed and in base64, for each unpacked one; about. */
const PACKED_SHARE = 0.36;
/** Three bytes become four letters. */
const BASE64_SHARE = 4 / 3;

/** @param {ChartHere} here @param {PageData} pageData */
export function askForFile(here, pageData) {
  const { runtime, limits, samples } = pageData;
  const { program, tables, title } = here;
  const isSample = (/** @type {string} */ name) => samples.some((sample) => sample.name === name);
  const own = tables.open.filter(({ name }) => !isSample(name));
  const bytes = own.reduce((sum, { blob }) => sum + blob.size, 0);
  const names = filesFor(runtime, { ...here, program });
  const runtimeBytes = runtime.files.reduce((sum, file) => sum + (names.includes(file.name) ? file.bytes : 0), 0);

  const withData = make("input", { type: "checkbox" });
  const withRuntime = make("input", { type: "checkbox" });
  const note = make("output", { class: "save-note", "aria-live": "polite" });
  const problem = make("p", { class: "problem", role: "alert", hidden: true });
  const bar = make("progress", { "aria-label": t("file.packing"), hidden: true });
  const save = make("button", { type: "submit", class: "primary" }, t("file.save"));
  const dataLabel = t("file.rows", { files: listed(own.map(({ name }) => name)), size: size(bytes * BASE64_SHARE) });
  const runtimeLabel = t("file.runtime", { size: size(runtimeBytes * PACKED_SHARE) });
  const dialog = make(
    "dialog",
    { class: "column-dialog", "aria-labelledby": "file-dialog-title" },
    make(
      "form",
      {},
      make("h2", { id: "file-dialog-title" }, t("file.heading")),
      make("p", {}, t("file.lead")),
      ...(own.length > 0 ? [check(withData, dataLabel)] : []),
      check(withRuntime, runtimeLabel),
      note,
      bar,
      problem,
      make(
        "p",
        { class: "row" },
        save,
        makeButton(t("file.cancel"), () => dialog.close()),
      ),
    ),
  );

  function showOutcome() {
    const without = withRuntime.checked ? [] : [t("file.fetches", { server: location.origin })];
    const lacks = own.length > 0 && !withData.checked ? [t("file.asks")] : [];
    setText(note, [...without, ...lacks].join(" "));
  }

  async function toFile() {
    const files = runtimeFiles(pageData);
    bar.hidden = !withRuntime.checked;
    bar.max = names.length;
    const packed = withRuntime.checked ? await packRuntime(names, files, (done) => (bar.value = done)) : null;
    if (!dialog.open) return;
    const kept = tables.open.filter(({ name }) => withData.checked || isSample(name));
    const blob = await makeChartFile(
      {
        title,
        program,
        source: here.chart?.url ?? null,
        wanted: tables.open.map(({ name }) => name),
        tables: kept.map(({ name, blob }) => ({ name, blob })),
        edits: forSandbox(tables.edits),
        picture: here.picture,
        description: here.description,
      },
      { runtime, limits, packed },
    );
    saveFile(blob, `${fileStem(title)}.html`);
  }

  for (const box of [withData, withRuntime]) box.addEventListener("change", showOutcome);
  save.form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    save.disabled = true;
    try {
      await toFile();
      dialog.close();
    } catch (error) {
      setText(problem, t("save.failed", { message: error instanceof Error ? error.message : String(error) }));
      problem.hidden = false;
    } finally {
      save.disabled = false;
      bar.hidden = true;
    }
  });
  dialog.addEventListener("close", () => dialog.remove());
  showOutcome();
  document.body.append(dialog);
  dialog.showModal();
}

/** @param {HTMLInputElement} box @param {string} label */
function check(box, label) {
  return make("label", { class: "check" }, box, make("span", {}, label));
}
