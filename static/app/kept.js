// @ts-check
/**
 * The files that are open in this tab, kept by the browser so that a reload does not lose them. They never go to the server. What no
 * tab has opened for a day is removed, and "Forget" removes at once.
 *
 * @import {Edits} from "./edits.js"
 *
 * @typedef {{name: string, blob: Blob}} KeptFile
 * @typedef {{tab: string, used: number, files: KeptFile[], edits: Edits}} Kept
 */

const DATABASE = "sandplot";
const STORE = "tabs";
const TAB = "sandplot:tab";
const DAY = 24 * 60 * 60 * 1000;

/** @returns {Promise<Kept | null>} what this tab had open */
export async function readKept() {
  const tab = sessionStorage.getItem(TAB);
  return quietly(async () => {
    const all = /** @type {Kept[]} */ (await within("readwrite", (store) => store.getAll()));
    const old = all.filter(({ used, tab: other }) => other !== tab && Date.now() - used > DAY);
    for (const { tab: other } of old) await within("readwrite", (store) => store.delete(other));
    const kept = all.find((kept) => kept.tab === tab);
    if (!kept) return null;
    // Read here: Firefox lets no frame of another origin, as the sandbox is, read a file that this one's storage holds.
    const files = await Promise.all(
      kept.files.map(async ({ name, blob }) => ({ name, blob: new Blob([await blob.arrayBuffer()]) })),
    );
    return { ...kept, files };
  });
}

/**
 * @param {KeptFile[]} files
 * @param {Edits} edits
 * @returns {Promise<boolean>} whether a reload will find them
 */
export async function keep(files, edits) {
  if (files.length === 0) {
    await forget();
    return true;
  }
  // A copy: of a file on disk the browser would keep the way to it only, and that may be gone.
  const copies = files.map(({ name, blob }) => ({ name, blob: blob.slice() }));
  const done = await quietly(async () => {
    await within("readwrite", (store) => store.put({ tab: ownTab(), used: Date.now(), files: copies, edits }));
    return true;
  });
  return done === true;
}

export async function forget() {
  const tab = sessionStorage.getItem(TAB);
  if (tab !== null) await quietly(() => within("readwrite", (store) => store.delete(tab)));
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
 * @param {(store: IDBObjectStore) => IDBRequest<T>} ask
 * @returns {Promise<T>}
 */
async function within(mode, ask) {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = ask(transaction.objectStore(STORE));
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
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "tab" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = request.onblocked = () => reject(request.error);
  });
}
