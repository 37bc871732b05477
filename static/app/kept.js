// @ts-check
/**
 * The files that are open in this tab, kept by the browser so that a reload does not lose them. They never go to the server. What no
 * tab has opened for a day is removed, and "Forget" removes at once.
 *
 * Files are stored apart from what the person says of their columns: a note is written without a hundred megabytes beside it.
 *
 * @import {Edits} from "./edits.js"
 *
 * @typedef {{name: string, blob: Blob}} KeptFile
 * @typedef {{tab: string, used: number, names: string[], edits: Edits}} KeptTab
 * @typedef {{files: KeptFile[], edits: Edits}} Kept
 */

const DATABASE = "sandplot";
const VERSION = 2;
/** By tab: names of the files, and edits. */
const TABS = "tabs";
/** By tab and name. */
const FILES = "files";
const TAB = "sandplot:tab";
const DAY = 24 * 60 * 60 * 1000;

/** What of the files is stored already: nobody else writes for this tab. @type {Map<string, Blob>} */
let stored = new Map();

/** @returns {Promise<Kept | null>} what this tab had open */
export async function readKept() {
  const tab = sessionStorage.getItem(TAB);
  return quietly(async () => {
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
  if (tab !== null) await quietly(() => remove(tab));
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

/** Storage may be full, forbidden or switched off: the page works without. @template T @param {() => Promise<T>} work */
async function quietly(work) {
  try {
    return await work();
  } catch {
    return null;
  }
}

/**
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(tabs: IDBObjectStore, files: IDBObjectStore) => IDBRequest<T>} ask
 * @returns {Promise<T>}
 */
async function within(mode, ask) {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction([TABS, FILES], mode);
      const request = ask(transaction.objectStore(TABS), transaction.objectStore(FILES));
      // Only a transaction that is complete has its files on disk.
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error ?? request.error);
    });
  } finally {
    database.close();
  }
}

/** @returns {Promise<IDBDatabase>} */
function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, VERSION);
    request.onupgradeneeded = () => {
      // What another version kept is laid out otherwise, and at most a day old.
      for (const name of [...request.result.objectStoreNames]) request.result.deleteObjectStore(name);
      request.result.createObjectStore(TABS, { keyPath: "tab" });
      request.result.createObjectStore(FILES);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = request.onblocked = () => reject(request.error);
  });
}
