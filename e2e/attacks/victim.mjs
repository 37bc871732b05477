// A person's browser: everything an origin can keep holds a secret, in a tab that stays open. And what can be seen of it later.
import { randomBytes } from "node:crypto";

export function makeSecrets() {
  const tail = randomBytes(6).toString("hex");
  const of = (/** @type {string} */ place) => `secret-${place}-${tail}`;
  return {
    tail,
    cookie: of("cookie"),
    local: of("local"),
    database: of("database"),
    cache: of("cache"),
    file: of("file"),
    broadcast: of("broadcast"),
    lock: of("lock"),
    chart: of("chart"),
  };
}

/** @typedef {ReturnType<typeof makeSecrets>} Secrets */

/** Run in the victim's tab. @param {Secrets} secrets */
export const plant = (secrets) => `(async () => {
  const s = ${JSON.stringify(secrets)};
  document.cookie = "session=" + s.cookie + "; path=/; max-age=86400";
  localStorage.setItem("secret", s.local);
  for (const name of ["sandplot-secret", "sandplot-victim"]) {
    await new Promise((resolve, reject) => {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore("kept").put(s.database, 1);
      request.onsuccess = () => { request.result.close(); resolve(); };
      request.onerror = reject;
    });
  }
  await caches.open("sandplot-secret").then((cache) => cache.put("/secret-cache", new Response(s.cache)));
  await caches.open("sandplot-victim").then((cache) => cache.put("/", new Response("victim")));
  try {
    const root = await navigator.storage.getDirectory();
    const handle = await root.getFileHandle("secret.txt", { create: true });
    const out = await handle.createWritable();
    await out.write(s.file);
    await out.close();
  } catch (error) { globalThis.noFiles = String(error); }
  if (!globalThis.heard) {
    globalThis.heard = [];
    globalThis.channel = new BroadcastChannel("sandplot-secret");
    channel.onmessage = ({ data }) => heard.push(String(data));
    setInterval(() => channel.postMessage(s.broadcast), 100);
    navigator.locks.request(s.lock, () => new Promise(() => {}));
  }
  const held = (await navigator.locks.query()).held.some(({ name }) => name === "sandplot-lock");
  if (!held || globalThis.stolen) {
    globalThis.stolen = false;
    navigator.locks.request("sandplot-lock", () => new Promise(() => {})).catch(() => { globalThis.stolen = true; });
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
})()`;

/**
 * WebKit's storage sometimes gives no answer to a page that was opened while the machine was busy, and does to the next.
 * @param {import("../drivers/chromium.mjs").Page} victim
 * @param {string} url of a page of the origin whose secrets they are
 * @param {Secrets} secrets
 */
export async function plantSecrets(victim, url, secrets) {
  for (let tries = 1; ; tries += 1) {
    await victim.goto(url);
    try {
      return await victim.evaluate(plant(secrets));
    } catch (error) {
      if (tries === 3) throw error;
    }
  }
}

/** What the origin holds now beside the pinned runtime, which is checked whenever it is read; one text; run in the victim's tab. */
export const READ_STATE = `(async () => {
  const databases = (await indexedDB.databases()).map(({ name }) => name).sort();
  const names = (await caches.keys()).sort();
  const cached = [];
  for (const name of names) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) cached.push([name, request.url, await (await cache.match(request)).text()]);
  }
  const files = [];
  try {
    for await (const [name, handle] of await navigator.storage.getDirectory()) {
      if (name !== "sandplot-runtime") files.push([name, handle.kind === "file" ? await (await handle.getFile()).text() : "folder"]);
    }
  } catch {}
  const workers = navigator.serviceWorker ? (await navigator.serviceWorker.getRegistrations()).map(({ scope }) => scope) : [];
  const locks = (await navigator.locks.query()).held.map(({ name }) => name).sort();
  return JSON.stringify({
    cookie: document.cookie, local: { ...localStorage }, databases, names, cached, files: files.sort(), workers, locks,
    heard: globalThis.heard, stolen: globalThis.stolen, address: location.href,
  });
})()`;

/** Undoes what a control has done. */
export const CLEAN_UP = `(async () => {
  document.cookie = "left=; path=/; max-age=0";
  localStorage.removeItem("left");
  // An interpreter that holds one open delays this until it ends: nobody waits for that.
  for (const { name } of await indexedDB.databases()) if (name.includes("left-")) indexedDB.deleteDatabase(name);
  await new Promise((resolve) => setTimeout(resolve, 300));
  for (const name of await caches.keys()) if (name.startsWith("left-")) await caches.delete(name);
  try {
    const root = await navigator.storage.getDirectory();
    for await (const [name] of root) if (name.startsWith("left-")) await root.removeEntry(name, { recursive: true });
  } catch {}
  for (const registration of await navigator.serviceWorker?.getRegistrations() ?? []) await registration.unregister();
  globalThis.heard.length = 0;
})()`;
