// @ts-check
/**
 * The versions of a chart: what it came from, as the server stores it, and what this browser has made of it besides. The server tells
 * only what a chart came from; other branches, and the pictures, are known to the browser that drew them and to nobody else.
 * How they are shown is versions-view.js's.
 *
 * @import {Api} from "./api.js"
 * @import {Version} from "./wire.js"
 *
 * @typedef {Version & {picture: Blob | null, seen: number}} KeptVersion `seen`: when it was last looked at, as Date.now() counts
 * @typedef {{current: string | null, all: KeptVersion[]}} VersionsState all of the current one's tree, as they were made
 */

import { createShelf, quietly } from "./shelf.js";

const DAYS = 30;
const MOST = 300;

/** @param {Pick<Api, "versions">} api @param {(state: VersionsState) => void} onChange */
export function createVersions(api, onChange) {
  const { within } = createShelf("sandplot-versions", 1, { versions: { keyPath: "id" } });
  /** @type {Map<string, KeptVersion>} */
  const known = new Map();
  /** Where one went from a version last: the way of "Redo". @type {Map<string, string>} */
  const next = new Map();
  /** Charts whose line the server has told. @type {Set<string>} */
  const told = new Set();
  /** @type {string | null} */
  let current = null;
  const read = restore();

  async function restore() {
    /** @type {KeptVersion[]} */
    const all = (await quietly(() => within("readonly", (versions) => versions.getAll()))) ?? [];
    const kept = all.sort((a, b) => b.seen - a.seen);
    const oldest = Date.now() - DAYS * 24 * 60 * 60 * 1000;
    for (const [place, version] of kept.entries()) {
      if (place >= MOST || version.seen < oldest) change((versions) => versions.delete(version.id));
      else if (!known.has(version.id)) known.set(version.id, version);
    }
  }

  /** @param {(versions: IDBObjectStore) => IDBRequest} ask */
  function change(ask) {
    return quietly(() => within("readwrite", ask));
  }

  /** @param {KeptVersion} version */
  function store(version) {
    return change((versions) => versions.put(version));
  }

  /** Without its tables, where it has any. @param {Version} version */
  function add({ id, url, question, program, parent, repairs, created, model, settled }) {
    const picture = known.get(id)?.picture ?? null;
    const kept = { id, url, question, program, parent, repairs, created, model, settled, picture, seen: Date.now() };
    known.set(id, kept);
    return kept;
  }

  /** @param {string} id */
  function rootOf(id) {
    let root = id;
    for (let up = known.get(root)?.parent; up && known.has(up); up = known.get(root)?.parent) root = up;
    return root;
  }

  /** @returns {VersionsState} */
  function stateNow() {
    if (current === null) return { current, all: [] };
    const root = rootOf(current);
    const all = [...known.values()].filter(({ id }) => rootOf(id) === root);
    return { current, all: all.sort((a, b) => (a.created < b.created ? -1 : 1)) };
  }

  return {
    /** Says which chart is on the page now. @param {Version | null} chart */
    async follow(chart) {
      if (current === (chart?.id ?? null)) return;
      current = chart?.id ?? null;
      if (!chart) return onChange(stateNow());
      if (chart.parent) next.set(chart.parent, chart.id);
      await read;
      await store(add(chart));
      const isWhole = known.get(rootOf(chart.id))?.parent === null;
      if (!isWhole && !told.has(chart.id)) {
        told.add(chart.id);
        // Without the server the page shows what it knows.
        const line = await api.versions(chart.id).catch(() => []);
        for (const version of line) if (!known.has(version.id)) add(version);
      }
      onChange(stateNow());
    },

    /** Keeps how a version looks. @param {string} id @param {Blob | null} picture */
    async keepPicture(id, picture) {
      await read;
      const version = known.get(id);
      if (!version || !picture) return;
      version.picture = picture;
      await store(version);
      onChange(stateNow());
    },

    /** The version that this one was made from, or where one went from it. @param {"back" | "forth"} way */
    step(way) {
      if (current === null) return null;
      const parent = known.get(current)?.parent ?? null;
      if (way === "back") return parent === null ? null : (known.get(parent) ?? null);
      const children = stateNow().all.filter((version) => version.parent === current);
      return children.find(({ id }) => id === next.get(current ?? "")) ?? children.at(-1) ?? null;
    },

    /** Nothing of any chart stays in this browser; what the server stores stays there. */
    async forget() {
      await change((versions) => versions.clear());
      known.clear();
      told.clear();
      next.clear();
      onChange({ current, all: [] });
    },
  };
}
