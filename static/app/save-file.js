// @ts-check
/** Hands files to the person: as a download, or a picture to the clipboard. What is in them is the callers'. */

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
