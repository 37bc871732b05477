/**
 * Which functions of Python and its libraries charts call: of an interpreter that is restored with all libraries put off and each
 * function watched, and draws a first chart and then what typical.mjs has.
 */

import vm from "node:vm";
import { arrayBuffer } from "./node-worker.mjs";
import { encodePack } from "./pack.mjs";
import { calledFunctions, isWatched, watchCalls } from "./split.mjs";
import {
  EACH_KIND_PROGRAM,
  FAILING_PROGRAM,
  MANY_KINDS_PROGRAM,
  otherTables,
  TIDY_UP,
  TYPICAL_PROGRAMS,
  typicalTable,
} from "./typical.mjs";

/** @import { Calls } from "./code.mjs" */

/**
 * Has it noted which functions are called in an interpreter that is restored there.
 *
 * @param {{context: vm.Context, core: Record<string, any>}} scope that the worker's script will be run in, see node-worker.mjs
 * @returns {(worker: import("./node-worker.mjs").Worker, stdlib: ArrayBuffer) => Promise<Calls>} has it draw, and says which were
 */
export function watchInterpreter({ context, core }) {
  const code = vm.runInContext("WebAssembly", context);
  /** Libraries by what was compiled of them. @type {Map<unknown, string>} */
  const paths = new Map();
  /** What the watched modules export; Python's own has no path. @type {Map<string, Record<string, unknown>>} */
  const loaded = new Map();
  const note = (/** @type {unknown} */ module, /** @type {Record<string, unknown>} */ exports) => {
    if (isWatched(exports)) loaded.set(paths.get(module) ?? "", exports);
  };
  const { instantiate } = code;
  code.instantiate = async (/** @type {any} */ module, /** @type {any} */ imports) => {
    const made = await instantiate(module, imports);
    if (made.exports) note(module, made.exports);
    return made;
  };
  code.Instance = new Proxy(code.Instance, {
    construct(Instance, [module, imports]) {
      const made = new Instance(module, imports);
      note(module, made.exports);
      return made;
    },
  });
  context["createRestoredModule"] = (/** @type {any} */ snapshot) => {
    /** @type {Promise<Map<string, Uint8Array>>} */
    const later = snapshot.later;
    return core["createRestoredModule"]({
      ...snapshot,
      // What is compiled ahead would not be watched.
      onCode() {},
      later: later.then((all) => {
        const pathOf = new Map([...all].map(([path, bytes]) => [bytes, path]));
        code.Module = new Proxy(code.Module, {
          construct(Module, [bytes]) {
            const path = pathOf.get(bytes);
            if (path === undefined) return new Module(bytes);
            const module = new Module(watchCalls(bytes));
            paths.set(module, path);
            return module;
          },
        });
        return all;
      }),
    });
  };

  return async ({ tell, ask }, stdlib) => {
    // What a page asks of each interpreter, and what it has drawn for nobody: see `warm` in the worker.
    tell({ type: "warm" });
    await ask({ type: "adjust", id: 1, edits: "{}" });
    const first = [...loaded.keys()].filter((path) => path !== "");
    tell({ type: "complete", stdlib, pack: arrayBuffer(encodePack([])) });
    let id = 1;
    /** @param {{name: string, text: string}} table @param {Blob | null} [kept] */
    const open = ({ name, text }, kept = null) => {
      id += 1;
      const files = [{ name, blob: new Blob([text]) }];
      return ask({ type: "open", id, packs: [], files, edits: "{}", frames: kept });
    };
    for (const table of otherTables()) await open(table);
    const table = { name: "sales.csv", text: typicalTable() };
    const { frames } = await open(table);
    await open(table, frames);
    const tidied = TYPICAL_PROGRAMS.map((program) => program + TIDY_UP);
    const programs = [MANY_KINDS_PROGRAM, EACH_KIND_PROGRAM, ...TYPICAL_PROGRAMS, ...tidied, FAILING_PROGRAM];
    for (const program of programs) {
      id += 1;
      const { json } = await ask({ type: "run", id, program, packs: [] });
      const { error } = JSON.parse(json);
      if ((error !== null) !== (program === FAILING_PROGRAM))
        throw new Error(`${program}\nended with ${error?.traceback}`);
    }
    const usual = [...loaded].map(
      ([path, exports]) => /** @type {[string, number[]]} */ ([path, calledFunctions(exports)]),
    );
    return { first, usual: usual.sort(([one], [other]) => (one < other ? -1 : 1)) };
  };
}
