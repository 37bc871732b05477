// @ts-check
/**
 * What this browser keeps of the runtime beside its HTTP cache: the unpacked bytes of what every interpreter starts from, by their
 * addresses. Unpacking them anew takes longer than all else that a second visit has to do. Nobody's word is taken for what is read
 * here: whether it is the pinned file is runtime.js's to check. Storage may be full, forbidden, or not there (it takes a secure
 * context): then nothing is found, nothing is kept, and nothing fails.
 */

import { quietly } from "./shelf.js";

const NAME = "sandplot-runtime";

/** @param {string} url @returns {Promise<ArrayBuffer | null>} */
export function readKept(url) {
  return quietly(async () => {
    const response = await (await caches.open(NAME)).match(url);
    return response ? response.arrayBuffer() : null;
  });
}

/** @param {string} url @param {ArrayBuffer} bytes @returns {Promise<boolean>} whether it is kept now */
export async function keep(url, bytes) {
  const isKept = await quietly(async () => {
    await (await caches.open(NAME)).put(url, new Response(bytes));
    return true;
  });
  return isKept ?? false;
}

/** What another version of the server left behind takes its room. @param {Set<string>} wanted paths */
export async function dropOthers(wanted) {
  await quietly(async () => {
    const cache = await caches.open(NAME);
    for (const request of await cache.keys()) {
      if (!wanted.has(new URL(request.url).pathname)) await cache.delete(request);
    }
  });
}
