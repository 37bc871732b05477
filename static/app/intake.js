// @ts-check
/**
 * The ways in which data comes to the page: picked, dropped, pasted, or named in the address (`/?data=/path/on/this/server.csv`). What
 * a file holds is not looked at here; that is done in the sandbox.
 *
 * @import {Tables} from "./tables.js"
 */

/**
 * @param {HTMLInputElement} fileInput
 * @param {Tables} tables
 */
export function takeIn(fileInput, tables) {
  const root = document.documentElement;
  let pasted = 0;

  fileInput.addEventListener("change", () => {
    tables.add([...(fileInput.files ?? [])]);
    // The same file again shall count as a choice again.
    fileInput.value = "";
  });

  document.addEventListener("dragover", (event) => {
    if (!carriesData(event.dataTransfer)) return;
    event.preventDefault();
    root.classList.add("dragging");
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) root.classList.remove("dragging");
  });
  document.addEventListener("drop", (event) => {
    root.classList.remove("dragging");
    const { dataTransfer } = event;
    if (!dataTransfer || !carriesData(dataTransfer)) return;
    event.preventDefault();
    const address = dataTransfer.getData("text/uri-list").split("\n")[0]?.trim();
    if (dataTransfer.files.length > 0) tables.add([...dataTransfer.files]);
    else if (address) tables.addFrom([address]);
  });

  document.addEventListener("paste", (event) => {
    const { clipboardData } = event;
    if (!clipboardData) return;
    // A spreadsheet gives a picture of the cells along with them.
    const files = [...clipboardData.files].filter(({ type }) => !type.startsWith("image/"));
    if (files.length > 0) {
      event.preventDefault();
      return tables.add(files);
    }
    const table = pastedTable(clipboardData, isWritten(event.target));
    if (!table) return;
    event.preventDefault();
    pasted += 1;
    const name = pasted === 1 ? "pasted" : `pasted ${pasted}`;
    tables.add([new File([table.text], `${name}.${table.ending}`)]);
  });
}

/** Opens what the page's own address names. @param {Tables} tables */
export function openAddressed(tables) {
  const addresses = new URLSearchParams(location.search).getAll("data");
  if (addresses.length === 0) return;
  // A reload shall find what was opened, not fetch it again.
  history.replaceState(null, "", location.pathname);
  tables.addFrom(addresses);
}

/** @param {DataTransfer | null} transfer */
function carriesData(transfer) {
  return transfer?.types.some((type) => type === "Files" || type === "text/uri-list") ?? false;
}

/** @param {EventTarget | null} target whether text can be put there */
function isWritten(target) {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}

/**
 * Where text is written only what can be nothing but cells is taken for a table.
 * @param {DataTransfer} clipboard
 * @param {boolean} strict
 */
function pastedTable(clipboard, strict) {
  const html = clipboard.getData("text/html");
  const text = clipboard.getData("text/plain");
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const inCells = lines.length > 1 && lines.every((line) => line.includes("\t"));
  if (/<table[\s>]/i.test(html) && (inCells || !strict)) return { text: html, ending: "html" };
  if (inCells) return { text, ending: "tsv" };
  if (strict || lines.length < 2) return null;
  return { text, ending: /^\s*[[{]/.test(text) ? "json" : "csv" };
}
