// @ts-check
/**
 * What this browser keeps of the runtime beside its HTTP cache: the unpacked bytes of what every interpreter starts from, as files of
 * this origin's own. Unpacking them anew takes longer than all else that a second visit has to do, and no other storage gives a
 * hundred megabytes back as fast. Nobody's word is taken for what is read here: whether it is the pinned file is runtime-worker.js's
 * to check. Storage may be full, forbidden, in use by another tab, or not there (it takes a secure context): then nothing is found,
 * nothing is kept, and nothing fails. Only workers may read so.
 */

import { quietly } from "./shelf.js";

const FOLDER = "sandplot-runtime";
/** Milliseconds for a file to be opened, after which it comes faster from the server. */
const PATIENCE = 2000;

async function folder() {
  return (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });
}

/** Looked up once for all that is read. @type {ReturnType<typeof folder> | undefined} */
let known;

/** What a file's address is called as a file. @param {string} url */
const nameOf = (url) => encodeURIComponent(url);

/**
 * @param {string} url
 * @param {(size: number, read: (from: number, length: number) => ArrayBuffer) => Promise<boolean>} work
 * @returns {Promise<boolean>} what comes of it; false as well if there is no such file, or it is shorter than what was to be read
 */
export async function readKept(url, work) {
  const done = await quietly(async () => {
    const access = await soon(openToRead(url));
    try {
      return await work(access.getSize(), (from, length) => {
        const bytes = new Uint8Array(length);
        if (access.read(bytes, { at: from }) < length) throw new RangeError("the file ends early");
        return bytes.buffer;
      });
    } finally {
      access.close();
    }
  });
  return done ?? false;
}

/**
 * @param {string} url
 * @returns {Promise<FileSystemSyncAccessHandle>}
 */
async function openToRead(url) {
  known ??= folder();
  const file = /** @type {any} */ (await (await known).getFileHandle(nameOf(url)));
  // Several tabs may do so at once, where the browser knows the option.
  return file.createSyncAccessHandle({ mode: "read-only" });
}

/**
 * A browser whose storage does not answer is one without.
 * @param {Promise<FileSystemSyncAccessHandle>} opening
 * @returns {Promise<FileSystemSyncAccessHandle>}
 */
function soon(opening) {
  return new Promise((resolve, reject) => {
    const clock = setTimeout(() => {
      reject(new Error("storage does not answer"));
      // It would stay locked.
      opening.then((access) => access.close()).catch(() => {});
    }, PATIENCE);
    opening.then(resolve, reject).finally(() => clearTimeout(clock));
  });
}

/** @param {string} url @param {ArrayBuffer} bytes @returns {Promise<boolean>} whether it is kept now */
export async function keep(url, bytes) {
  const isKept = await quietly(async () => {
    const file = await (await folder()).getFileHandle(nameOf(url), { create: true });
    const access = await file.createSyncAccessHandle();
    try {
      access.truncate(0);
      access.write(bytes, { at: 0 });
      access.flush();
      return access.getSize() === bytes.byteLength;
    } finally {
      access.close();
    }
  });
  return isKept ?? false;
}

/** What another version of the server left behind takes its room. @param {Set<string>} wanted addresses */
export async function dropOthers(wanted) {
  await quietly(async () => {
    const files = await folder();
    const names = new Set([...wanted].map(nameOf));
    for await (const name of files.keys()) {
      if (!names.has(name)) await files.removeEntry(name);
    }
  });
}
