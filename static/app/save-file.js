// @ts-check
/** Hands things to the person: files as downloads, a picture or a text to the clipboard. What is in them is the callers'. */

import { t } from "./language.js";

/** Milliseconds after which nobody reads from the address of a download any more. */
const KEPT = 60_000;

/** @param {Blob} blob @param {string} name */
export function saveFile(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT);
}

/** @param {Promise<Blob>} png a promise, since browsers want to be asked at the click and not when the picture is made */
export async function copyPicture(png) {
  if (!globalThis.ClipboardItem || !navigator.clipboard?.write) {
    png.catch(() => {});
    throw new Error(t("figure.no_clipboard"));
  }
  await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
}

/** @param {Promise<string>} text a promise, for the same reason */
export async function copyText(text) {
  if (!globalThis.ClipboardItem || !navigator.clipboard?.write) {
    text.catch(() => {});
    throw new Error(t("share.no_clipboard"));
  }
  const blob = text.then((words) => new Blob([words], { type: "text/plain" }));
  await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
}
