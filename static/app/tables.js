// @ts-check
/**
 * The tables at hand: which files are open in the sandbox, what it says of them, what the person says of them, and which ones a chart
 * still waits for. Files stay Blobs of this tab and of this browser; only what disclosure.js lets pass is ever sent.
 *
 * @import {Opened, Preview, Profile} from "../shared/protocol.js"
 * @import {ColumnEdit, Edits} from "./edits.js"
 * @import {PageData} from "./page-data.js"
 * @import {Privacy, Profile as SentProfile, Sample} from "./wire.js"
 * @import {OpenProgress} from "./interpreter.js"
 * @import {TableFile} from "./sandbox.js"
 *
 * @typedef {TableFile & {sample: Sample | null}} Table
 * @typedef {{name: string, fingerprint: string | null, remembered?: true}} WantedFile `remembered`: it was open before, and no chart waits
 *   for it
 *
 * @typedef {object} TablesState
 * @property {Table[]} open
 * @property {Profile | null} profile
 * @property {Preview[]} previews
 * @property {Edits} edits
 * @property {Privacy} privacy
 * @property {string | null} busy what is being opened
 * @property {OpenProgress | null} progress how far that is
 * @property {string | null} problem why the last opening failed
 * @property {{name: string, rows: () => Promise<void>} | null} smaller what can be done about a file that was too large
 * @property {string | null} note what was done that the person may not expect
 * @property {boolean} kept whether a reload will find the files
 * @property {WantedFile[]} wanted files that a chart needs and that are not open
 */

import { disclose } from "./disclosure.js";
import { keepPrivacy, keepTables, readPrivacy, readTables } from "./drafts.js";
import { forSandbox, withEdit } from "./edits.js";
import { SandboxError } from "./interpreter.js";
import { forget, keep, readKept } from "./kept.js";
import { t } from "./language.js";
import { sampleRows } from "./sample-rows.js";
import { fetchSample, fetchTable } from "./table-files.js";
import { listed, size } from "./words.js";

/** Of what a tab can hold: a sample leaves room for the program. */
const SAMPLE_SHARE = 4;

/**
 * @param {PageData} pageData
 * @param {{open(files: TableFile[], edits: string, onProgress: (progress: OpenProgress) => void): Promise<Opened>,
 *   stopOpening(): void, adjust(edits: string): Promise<Opened>}} sandbox
 * @param {(state: TablesState) => void} onChange
 */
export function createTables(pageData, sandbox, onChange) {
  /** @type {TablesState} */
  let state = {
    open: [],
    profile: null,
    previews: [],
    edits: {},
    privacy: readPrivacy() ?? pageData.privacy,
    busy: null,
    progress: null,
    problem: null,
    smaller: null,
    note: null,
    kept: false,
    wanted: [],
  };
  /** Openings follow one another: each starts from what the one before has left. */
  let last = Promise.resolve();

  /** @param {Partial<TablesState>} change */
  function set(change) {
    state = { ...state, ...change };
    onChange(state);
  }

  /** @param {string} what @param {() => Promise<Partial<TablesState>>} work one after the other, each failure in words */
  function queue(what, work) {
    set({ busy: what, problem: null, smaller: null, note: null });
    last = last.then(async () => {
      try {
        set({ ...(await work()), busy: null, progress: null });
      } catch (error) {
        set({ progress: null });
        if (error instanceof SandboxError && error.code === "stopped") {
          set({ busy: null, note: t("data.stopped", { name: what }) });
          return;
        }
        const message = error instanceof Error ? error.message : String(error);
        set({ busy: null, problem: message.includes(what) ? message : t("data.failed", { name: what, message }) });
      }
    });
    return last;
  }

  /**
   * @param {string} what
   * @param {() => Promise<Table[]>} choose gives all tables that shall be open
   * @param {Edits} [withEdits]
   */
  function reopen(what, choose, withEdits) {
    return queue(what, async () => {
      const open = await choose();
      const edits = withEdits ?? state.edits;
      checkSize(open);
      const { profile, previews } = await openAll(open, edits);
      keepTables(open.map(({ name, sample }) => ({ name, sample: sample !== null })));
      const kept = await keepOwn(open, edits);
      const wanted = state.wanted.filter(({ name }) => !open.some((table) => table.name === name));
      const note = state.note ?? differing(state.wanted, profile);
      return { open, profile: open.length > 0 ? profile : null, previews, edits, kept, wanted, note };
    });
  }

  /** @param {Table[]} open @param {Edits} edits */
  async function openAll(open, edits) {
    const given = open.map(({ name, blob }) => ({ name, blob }));
    try {
      return await sandbox.open(given, forSandbox(edits), (progress) => set({ progress }));
    } catch (error) {
      if (!(error instanceof SandboxError) || error.code !== "memory") throw error;
      throw new Error(tooLarge(open), { cause: error });
    }
  }

  /**
   * The samples are the server's: only what the person brought is kept, and nothing any more once the last of that is closed.
   * @param {Table[]} open
   * @param {Edits} edits
   */
  function keepOwn(open, edits) {
    return keep(
      open.filter(({ sample }) => sample === null),
      edits,
    );
  }

  /** @param {Table[]} open */
  function checkSize(open) {
    if (sizeOf(open) > pageData.limits.dataBytes) throw new Error(tooLarge(open));
  }

  /** What to say and to offer when these are too large for a tab. @param {Table[]} open */
  function tooLarge(open) {
    const { dataBytes, memoryBytes } = pageData.limits;
    const [largest] = [...open].sort((a, b) => b.blob.size - a.blob.size);
    if (largest) set({ smaller: { name: largest.name, rows: () => openSome(largest, open) } });
    return t("data.too_large", {
      n: open.length,
      names: listed(open.map(({ name }) => name)),
      size: size(sizeOf(open)),
      most: size(dataBytes),
      memory: size(memoryBytes),
    });
  }

  /** Opens some rows of a table that is too large as a whole. @param {Table} table @param {Table[]} open */
  function openSome(table, open) {
    return reopen(table.name, async () => {
      const most = Math.min(pageData.limits.dataBytes, table.blob.size) / SAMPLE_SHARE;
      const blob = await sampleRows(table.blob, most);
      if (!blob) {
        throw new Error(t("data.no_lines", { name: table.name }));
      }
      const share = Math.max(2, Math.round(table.blob.size / blob.size));
      set({ note: t("data.sampled", { name: table.name, share }) });
      return merge(
        open.filter(({ name }) => name !== table.name),
        [{ ...table, blob }],
      );
    });
  }

  return {
    get state() {
      return state;
    },

    /** What would be sent of the tables now. @returns {SentProfile | null} */
    disclosed() {
      const { profile, privacy, edits, previews } = state;
      if (!profile) return null;
      return disclose(profile, privacy, edits, ({ name }, position) => sourceOf(previews, name, position));
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
      const names = given.map(({ name }) => name);
      return reopen(listed(names, 3), async () => {
        const wanted = state.wanted.flatMap(({ name, remembered }) => (remembered ? [] : [name]));
        const { tables, note } = matchWanted(given, wanted);
        if (note) set({ note });
        return merge(state.open, tables);
      });
    },

    /** Files that this server has, by their addresses. @param {string[]} addresses */
    addFrom(addresses) {
      return reopen(listed(addresses, 3), async () =>
        merge(
          state.open,
          await Promise.all(addresses.map((address) => fetchTable(address, pageData.limits.dataBytes))),
        ),
      );
    },

    /** @param {Sample} sample */
    addSample(sample) {
      return reopen(sample.name, async () => merge(state.open, [await fetchSample(sample)]));
    },

    /** Ends what is being opened; what was open stays open. */
    stop() {
      sandbox.stopOpening();
    },

    /** @param {string} name */
    remove(name) {
      return reopen(name, async () => state.open.filter((table) => table.name !== name));
    },

    /** Closes all tables and removes what the browser keeps of them. */
    async forget() {
      sandbox.stopOpening();
      // Names first, and at once: whoever leaves the page now is not asked for these files on the next one.
      keepTables([]);
      set({ wanted: state.wanted.filter(({ remembered }) => !remembered) });
      await forget();
      return reopen(t("data.all"), async () => [], {});
    },

    /**
     * What the person says about a column.
     * @param {string} table
     * @param {string} column as its file names it
     * @param {{[K in keyof ColumnEdit]: ColumnEdit[K] | undefined}} change
     */
    edit(table, column, change) {
      return queue(column, async () => {
        const edits = withEdit(state.edits, table, column, change);
        const kept = await keepOwn(state.open, edits);
        if (forSandbox(edits) === forSandbox(state.edits)) return { edits, kept };
        const { profile, previews } = await sandbox.adjust(forSandbox(edits));
        return { edits, kept, profile, previews };
      });
    },

    /** @param {Privacy} privacy */
    choosePrivacy(privacy) {
      keepPrivacy(privacy);
      set({ privacy });
    },

    /** Opens again what was open before the page was loaded anew. */
    async restore() {
      const kept = await readKept();
      const samples = readTables().filter(({ sample }) => sample);
      const known = pageData.samples.filter(({ name }) => samples.some((sample) => sample.name === name));
      const files = (kept?.files ?? []).map(({ name, blob }) => ({ name, blob, sample: null }));
      if (files.length === 0 && known.length === 0) return;
      const names = [...files.map(({ name }) => name), ...known.map(({ name }) => name)];
      reopen(listed(names, 3), async () => merge(files, await Promise.all(known.map(fetchSample))), kept?.edits ?? {});
    },

    /**
     * Says which files a chart needs. Samples among them open by themselves.
     * @param {WantedFile[]} files
     */
    async expect(files) {
      await last;
      const missing = files.filter(({ name }) => !state.open.some((table) => table.name === name));
      const samples = pageData.samples.filter(({ name }) => missing.some((file) => file.name === name));
      const note = state.profile && differing(files, state.profile);
      set({
        wanted: missing.filter(({ name }) => !samples.some((sample) => sample.name === name)),
        ...(note && { note }),
      });
      if (samples.length === 0) return;
      await reopen(listed(samples.map(({ name }) => name)), async () =>
        merge(state.open, await Promise.all(samples.map(fetchSample))),
      );
    },
  };
}

/** @typedef {ReturnType<typeof createTables>} Tables */

/** The name that a column has in its file. @param {Preview[]} previews @param {string} table @param {number} position */
export function sourceOf(previews, table, position) {
  return previews.find(({ name }) => name === table)?.sources[position] ?? "";
}

/** A table of the same name takes the place of the earlier one. @param {Table[]} open @param {Table[]} added */
function merge(open, added) {
  const names = new Set(added.map(({ name }) => name));
  const kept = open.filter(({ name }) => !names.has(name));
  return [...kept, ...added];
}

/**
 * A file of the right name and another content draws another chart: the person should know.
 * @param {WantedFile[]} wanted
 * @param {Profile} profile
 */
function differing(wanted, profile) {
  const names = wanted
    .filter(({ name, fingerprint }) => {
      const table = profile.tables.find(({ file }) => file === name);
      return fingerprint && table && table.fingerprint !== fingerprint;
    })
    .map(({ name }) => name);
  if (names.length === 0) return null;
  return t("data.differs", { names: listed(names) });
}

/**
 * A file of another name is taken for the one that a chart waits for, if its name ends alike: it has been renamed more often than mistaken.
 * @template {TableFile} T
 * @param {T[]} given
 * @param {string[]} wanted
 * @returns {{tables: T[], note: string | null}}
 */
export function matchWanted(given, wanted) {
  const named = new Set(given.map(({ name }) => name));
  const missing = wanted.filter((name) => !named.has(name));
  const spare = given.filter(({ name }) => !wanted.includes(name));
  const isAlike = missing.every((name, position) => endingOf(name) === endingOf(spare[position]?.name ?? ""));
  if (missing.length === 0 || missing.length !== spare.length || !isAlike) return { tables: given, note: null };
  /** @type {string[]} */
  const renamed = [];
  const tables = given.map((table) => {
    const position = spare.indexOf(table);
    const name = missing[position];
    if (name === undefined) return table;
    renamed.push(t("data.renamed", { file: table.name, name }));
    return { ...table, name };
  });
  return { tables, note: t("data.opened", { names: listed(renamed) }) };
}

/** What tells how a file is read: its last ending, and the one before where that one only packs. @param {string} name */
function endingOf(name) {
  return /(?:\.\w+)?\.(?:gz|bz2|xz|zst|zip)$|\.\w+$/i.exec(name)?.[0].toLowerCase() ?? "";
}

/** @param {Table[]} tables */
function sizeOf(tables) {
  return tables.reduce((sum, { blob }) => sum + blob.size, 0);
}
