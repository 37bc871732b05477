// @ts-check
/**
 * The tables at hand: which files are open in the sandbox, what it says of them, and which ones a chart still waits for. Files
 * stay Blobs of this tab; only their profile is ever given to session.js to be sent.
 *
 * @import {Preview, Profile} from "../shared/protocol.js"
 * @import {PageData} from "./page-data.js"
 * @import {Sample} from "./wire.js"
 * @import {TableFile} from "./sandbox.js"
 *
 * @typedef {TableFile & {sample: Sample | null}} Table
 *
 * @typedef {object} TablesState
 * @property {Table[]} open
 * @property {Profile | null} profile
 * @property {Preview[]} previews
 * @property {string | null} busy what is being opened
 * @property {string | null} problem why the last opening failed
 * @property {string | null} note what was done that the person may not expect
 * @property {string[]} wanted file names that a chart needs and that are not open
 */

import { keepTables } from "./drafts.js";
import { listed, size } from "./words.js";

/**
 * @param {PageData} pageData
 * @param {{open(files: TableFile[]): Promise<{profile: Profile, previews: Preview[]}>}} sandbox
 * @param {(state: TablesState) => void} onChange
 */
export function createTables(pageData, sandbox, onChange) {
  /** @type {TablesState} */
  let state = { open: [], profile: null, previews: [], busy: null, problem: null, note: null, wanted: [] };
  /** Openings follow one another: each starts from what the one before has left. */
  let last = Promise.resolve();

  /** @param {Partial<TablesState>} change */
  function set(change) {
    state = { ...state, ...change };
    onChange(state);
  }

  /**
   * @param {string} what
   * @param {() => Promise<Table[]>} choose gives all tables that shall be open
   */
  function reopen(what, choose) {
    set({ busy: what, problem: null, note: null });
    last = last.then(async () => {
      try {
        const open = await choose();
        checkSize(open, pageData.limits.dataBytes);
        const { profile, previews } = await sandbox.open(open.map(({ name, blob }) => ({ name, blob })));
        const names = new Set(open.map(({ name }) => name));
        keepTables(open.map(({ name, sample }) => ({ name, sample: sample !== null })));
        const wanted = state.wanted.filter((name) => !names.has(name));
        set({ open, profile: open.length > 0 ? profile : null, previews, busy: null, wanted });
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        set({ busy: null, problem: message.includes(what) ? message : `${what} could not be opened: ${message}` });
      }
    });
    return last;
  }

  return {
    get state() {
      return state;
    },

    /** Resolves when nothing is being opened any more, well or not. */
    async settled() {
      /** @type {Promise<void>} */
      let seen;
      do {
        seen = last;
        await seen;
      } while (seen !== last);
    },

    /** @param {File[]} files */
    add(files) {
      if (files.length === 0) return last;
      const given = files.map((file) => ({ name: file.name, blob: file, sample: null }));
      return reopen(
        listed(
          given.map(({ name }) => name),
          3,
        ),
        async () => {
          const { tables, note } = matchWanted(given, state.wanted);
          if (note) set({ note });
          return merge(state.open, tables);
        },
      );
    },

    /** @param {Sample} sample */
    addSample(sample) {
      return reopen(sample.name, async () => merge(state.open, [await fetchSample(sample)]));
    },

    /** @param {string} name */
    remove(name) {
      return reopen(name, async () => state.open.filter((table) => table.name !== name));
    },

    /**
     * Says which files a chart needs. Samples among them open by themselves.
     * @param {string[]} names
     */
    async expect(names) {
      const have = new Set(state.open.map(({ name }) => name));
      const missing = names.filter((name) => !have.has(name));
      const samples = pageData.samples.filter(({ name }) => missing.includes(name));
      set({ wanted: missing.filter((name) => !samples.some((sample) => sample.name === name)) });
      if (samples.length === 0) return;
      await reopen(listed(samples.map(({ name }) => name)), async () =>
        merge(state.open, await Promise.all(samples.map(fetchSample))),
      );
    },
  };
}

/** @typedef {ReturnType<typeof createTables>} Tables */

/** @param {Sample} sample @returns {Promise<Table>} */
async function fetchSample(sample) {
  const response = await fetch(sample.url).catch(() => null);
  if (!response?.ok) throw new Error(`The sample ${sample.name} could not be fetched from the server. Try again.`);
  return { name: sample.name, blob: await response.blob(), sample };
}

/** A table of the same name takes the place of the earlier one. @param {Table[]} open @param {Table[]} added */
function merge(open, added) {
  const names = new Set(added.map(({ name }) => name));
  const kept = open.filter(({ name }) => !names.has(name));
  return [...kept, ...added];
}

/**
 * A file of another name is taken for the one that is asked for: it has been renamed more often than mistaken.
 * @param {Table[]} given
 * @param {string[]} wanted
 */
function matchWanted(given, wanted) {
  const named = new Set(given.map(({ name }) => name));
  const missing = wanted.filter((name) => !named.has(name));
  const spare = given.filter(({ name }) => !wanted.includes(name));
  if (missing.length === 0 || missing.length !== spare.length) return { tables: given, note: null };
  /** @type {string[]} */
  const renamed = [];
  const tables = given.map((table) => {
    const position = spare.indexOf(table);
    const name = missing[position];
    if (name === undefined) return table;
    renamed.push(`${table.name} as ${name}`);
    return { ...table, name };
  });
  return { tables, note: `Opened ${listed(renamed)}.` };
}

/** @param {Table[]} tables @param {number} most */
function checkSize(tables, most) {
  const bytes = tables.reduce((sum, { blob }) => sum + blob.size, 0);
  if (!(bytes > most)) return;
  throw new Error(
    `${listed(tables.map(({ name }) => name))}: ${size(bytes)} together, and a tab can hold ${size(most)} here. ` +
      "Keep only the columns and rows the chart needs, or remove another table.",
  );
}
