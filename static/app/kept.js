// @ts-check
/**
 * The files that are open in this tab, kept by the browser so that a reload does not lose them. They never go to the server. What no
 * tab has opened for a day is removed, and "Forget" removes at once; what a page did not get to, because it was left, the next one
 * of the tab does first.
 *
 * Files are stored apart from what the person says of their columns: a note is written without a hundred megabytes beside it.
 *
 * @import {Edits} from "./edits.js"
 *
 * @typedef {{name: string, blob: Blob}} KeptFile
 * @typedef {{tab: string, used: number, names: string[], edits: Edits}} KeptTab
 * @typedef {{files: KeptFile[], edits: Edits}} Kept
 */

import { createShelf, quietly } from "./shelf.js";

/** Tabs: names of the files, and edits. Files: by tab and name. */
const { within } = createShelf("sandplot", 2, { tabs: { keyPath: "tab" }, files: {} });
const TAB = "sandplot:tab";
/** The tab whose files are to be removed: said before they are, which takes the browser a moment. */
const FORGOTTEN = "sandplot:forgotten";
const DAY = 24 * 60 * 60 * 1000;

/** What of the files is stored already: nobody else writes for this tab. @type {Map<string, Blob>} */
let stored = new Map();

/** @returns {Promise<Kept | null>} what this tab had open */
export async function readKept() {
  const tab = sessionStorage.getItem(TAB);
  return quietly(async () => {
    await finishForgetting();
    const tabs = /** @type {KeptTab[]} */ (await within("readwrite", (tabs) => tabs.getAll()));
    for (const { used, tab: other } of tabs) if (other !== tab && Date.now() - used > DAY) await remove(other);
    const kept = tabs.find((kept) => kept.tab === tab);
    if (tab === null || !kept) return null;
    /** @type {KeptFile[]} */
    const files = [];
    for (const name of kept.names) {
      const blob = /** @type {Blob | undefined} */ (await within("readonly", (_, files) => files.get([tab, name])));
      // Copied, piece by piece: Firefox lets no frame of another origin, as the sandbox is, read a file that this one's storage holds.
      if (blob) files.push({ name, blob: await new Response(blob.stream()).blob() });
    }
    stored = new Map(files.map(({ name, blob }) => [name, blob]));
    return { files, edits: kept.edits };
  });
}

/**
 * @param {KeptFile[]} files all that shall be kept; none removes what was
 * @param {Edits} edits
 * @returns {Promise<boolean>} whether a reload will find them
 */
export async function keep(files, edits) {
  if (files.length === 0) {
    await forget();
    return false;
  }
  const tab = ownTab();
  const changed = files.filter(({ name, blob }) => stored.get(name) !== blob);
  const names = files.map(({ name }) => name);
  const gone = [...stored.keys()].filter((name) => !names.includes(name));
  const done = await quietly(async () => {
    await finishForgetting();
    await within("readwrite", (tabs, store) => {
      for (const name of gone) store.delete([tab, name]);
      // A copy: of a file on disk the browser would keep the way to it only, and that may be gone.
      for (const { name, blob } of changed) store.put(blob.slice(), [tab, name]);
      return tabs.put({ tab, used: Date.now(), names, edits });
    });
    stored = new Map(files.map(({ name, blob }) => [name, blob]));
    return true;
  });
  return done === true;
}

export async function forget() {
  stored = new Map();
  const tab = sessionStorage.getItem(TAB);
  if (tab === null) return;
  sessionStorage.setItem(FORGOTTEN, tab);
  await quietly(finishForgetting);
}

async function finishForgetting() {
  const tab = sessionStorage.getItem(FORGOTTEN);
  if (tab === null) return;
  await remove(tab);
  sessionStorage.removeItem(FORGOTTEN);
}

/** @param {string} tab */
function remove(tab) {
  return within("readwrite", (tabs, files) => {
    files.delete(IDBKeyRange.bound([tab], [tab, []]));
    return tabs.delete(tab);
  });
}

function ownTab() {
  const known = sessionStorage.getItem(TAB);
  if (known !== null) return known;
  const made = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
  sessionStorage.setItem(TAB, made);
  return made;
}
