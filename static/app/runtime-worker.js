// @ts-check
/**
 * Where the pinned runtime's files are read, checked and held: a worker of the page's own, since reading, hashing and copying a
 * hundred megabytes on the page's thread would hold up everything that a person sees. It hands an interpreter its files without a
 * detour through the page. Which files are wanted is runtime.js's to know, what they are for the interpreter's.
 *
 * @import {FromRuntimeWorker, PinnedFile, ToRuntimeWorker} from "./pinned.js"
 */

import { digestOf } from "./digest.js";
import { Pieces } from "./pieces.js";
import { obtainPinned, PinnedError } from "./pinned.js";
import { dropOthers, keep, readKept } from "./runtime-cache.js";

/** What the browser does not keep, by addresses. @type {Map<string, Promise<ArrayBuffer>>} */
const held = new Map();
/** Addresses of what the browser keeps unpacked. @type {Set<string>} */
const kept = new Set();
/** Milliseconds after which a file is read though the one before it is not there: storage may not answer. */
const TURN = 100;
/** What was read before anybody asked, by addresses. @type {Map<string, Pieces>} */
const ahead = new Map();

/** @param {FromRuntimeWorker} message @param {Transferable[]} [transfer] */
const tell = (message, transfer = []) => postMessage(message, { transfer });

/**
 * @param {PinnedFile} file
 * @returns {(give: (piece: ArrayBuffer) => void) => Promise<void>} hands it out, in pieces that are to be given away
 */
function obtain(file) {
  const reading = ahead.get(file.url) ?? (held.has(file.url) ? null : read(file));
  ahead.delete(file.url);
  return async (give) => {
    let given = 0;
    const isWhole = await reading?.to((piece) => {
      given += piece.byteLength;
      give(piece);
    });
    if (!isWhole) {
      const bytes = await copyOf(file);
      give(given === 0 ? bytes : bytes.slice(given));
    }
    // Said, if it is no news any more, once more: what came early may have been heard by nobody.
    tell({ type: "arrived", name: file.name });
  };
}

/**
 * @param {PinnedFile} file
 * @returns {Promise<ArrayBuffer>} to be given away
 */
async function take(file) {
  /** @type {ArrayBuffer[]} */
  const pieces = [];
  await obtain(file)((piece) => pieces.push(piece));
  const [only, ...more] = pieces;
  return only && more.length === 0 ? only : new Blob(pieces).arrayBuffer();
}

/** @param {PinnedFile} file @returns {Promise<ArrayBuffer>} */
async function copyOf(file) {
  const lasting = await hold(file);
  return lasting.detached ? take(file) : lasting.slice(0);
}

/**
 * One after the other: browsers make digests one at a time, and what is needed first shall not stand behind what is needed last. What
 * the browser does not keep is fetched meanwhile.
 * @param {PinnedFile[]} files
 */
function readAhead(files) {
  /** @type {Promise<unknown>} */
  let turn = Promise.resolve();
  for (const file of files) {
    const reading = read(file, turn);
    turn = Promise.race([reading.ended, turn.then(() => new Promise((resolve) => setTimeout(resolve, TURN)))]);
    ahead.set(file.url, reading);
  }
}

/**
 * From what the browser keeps; where that is not the file, or not all of it, it is fetched.
 * @param {PinnedFile} file
 * @param {Promise<unknown>} [turn]
 */
function read(file, turn = Promise.resolve()) {
  return new Pieces(async (give) => {
    await turn;
    const isWhole = await readChecked(file, give);
    if (isWhole) kept.add(file.url);
    // Met by whoever asks for it.
    else hold(file).catch(() => {});
    return isWhole;
  });
}

/**
 * Each piece is checked before the next is read, and most are given away by then: so memory that one took serves the next.
 * @param {PinnedFile} file
 * @param {(piece: ArrayBuffer) => void} give
 */
async function readChecked({ url, integrity, pieces, blob }, give) {
  if (blob) return false;
  return readKept(url, async (size, read) => {
    const length = pieces?.bytes ?? size;
    for (const [number, digest] of (pieces?.integrity ?? [integrity]).entries()) {
      const from = number * length;
      const piece = read(from, Math.min(length, size - from));
      if ((await digestOf(piece)) !== digest) return false;
      give(piece);
    }
    return true;
  });
}

/**
 * @param {PinnedFile} file
 * @returns {Promise<ArrayBuffer>} not to be given away: it serves whoever asks later too
 */
function hold(file) {
  const { url, name } = file;
  let bytes = held.get(url);
  if (!bytes) {
    bytes = obtainPinned(file).then(
      (bytes) => {
        tell({ type: "arrived", name });
        return bytes;
      },
      (error) => {
        // A later try may go better: a failure is not kept.
        held.delete(url);
        tell({ type: "lost", name });
        throw error;
      },
    );
    held.set(url, bytes);
  }
  return bytes;
}

/** Has the browser keep these unpacked, and nothing else; what it keeps is held no longer. @param {PinnedFile[]} files */
async function keepUnpacked(files) {
  await dropOthers(new Set(files.map(({ url }) => url)));
  for (const file of files) {
    if (kept.has(file.url)) continue;
    const bytes = await hold(file);
    if (!(await keep(file.url, bytes))) continue;
    kept.add(file.url);
    held.delete(file.url);
    // Given back now: nothing else happens here that would have somebody look for what nobody needs any more.
    bytes.transfer?.(0);
  }
}

/** @param {number} id @param {Promise<ArrayBuffer | null>} work */
async function answer(id, work) {
  try {
    const bytes = await work;
    tell({ type: "done", id, bytes }, bytes ? [bytes] : []);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    tell({ type: "failed", id, message, fault: error instanceof PinnedError ? error.fault : null });
  }
}

/**
 * In their order, in which they are needed: a browser takes its time for each that is large, and what is small but needed first shall not
 * stand behind it.
 * @param {[role: string, file: PinnedFile][]} files
 * @param {MessagePort} port
 */
async function hand(files, port) {
  /** @type {Promise<unknown>} */
  let turn = Promise.resolve();
  for (const [role, file] of files) {
    // What may have to be fetched is asked for at once, what can be read is read when it can be given away.
    const asked = kept.has(file.url) && !ahead.has(file.url) ? null : obtain(file);
    turn = turn.then(() =>
      (asked ?? obtain(file))((bytes) => port.postMessage({ type: "file", role, bytes }, [bytes])),
    );
  }
  await turn;
  return null;
}

/** @param {MessageEvent<ToRuntimeWorker>} event */
self.onmessage = ({ data, ports: [port] }) => {
  switch (data.type) {
    case "get":
      return void answer(data.id, take(data.file));
    case "hand":
      if (port) answer(data.id, hand(data.files, port));
      return;
    case "ahead":
      return readAhead(data.files);
    case "fetch":
      // Met by whoever asks for it.
      for (const file of data.files) hold(file).catch(() => {});
      return;
    case "keep":
      // What cannot be kept is fetched again by the next visit.
      return void keepUnpacked(data.files).catch(() => {});
  }
};
