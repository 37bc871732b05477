/**
 * Compiles Python files with the very interpreter that will run them: Pyodide itself, under Node. Compiling is most of what a stock
 * start spends its time on (1945 of 2370 ms of interpreter start, and again for pandas and pyplot), so it is done once, here.
 */

import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** @import { Files } from "./unpack.mjs" */

/**
 * `unchecked-hash` files are never compared with a source, which is not there; `optimize=0` keeps asserts and docstrings, which
 * matplotlib and scipy read at import.
 */
const COMPILER = `
import importlib.util, warnings
from _imp import source_hash
from importlib._bootstrap_external import _code_to_hash_pyc

warnings.simplefilter("ignore")
_MAGIC = int.from_bytes(importlib.util.MAGIC_NUMBER, "little")

def compile_module(source, path):
    source = source.to_bytes()
    try:
        program = compile(source, path, "exec", dont_inherit=True, optimize=0)
    except (SyntaxError, ValueError):
        return None
    return _code_to_hash_pyc(program, source_hash(_MAGIC, source), False)

compile_module
`;

/** Importing is the only proof that a module is there: ssl.py, for one, lies in the library without the compiled half it needs. */
const STANDARD_LIBRARY = `
import contextlib, importlib, io, json, sys

def _imports(name):
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            importlib.import_module(name)
    except BaseException:
        return False
    return True

# These two act when they are imported: one opens a browser, the other prints a poem.
_acting = {"antigravity", "this"}
json.dumps(sorted({"__main__"} | {name for name in sys.stdlib_module_names - _acting if _imports(name)}))
`;

/**
 * @typedef {object} Compiler
 * @property {(files: Files, root: string) => {files: Files, refused: string[]}} compile every .py becomes a .pyc in its place, as if
 *   it lay under `root`; a file that is no Python of this version (a template, say) stays as it is and is named
 * @property {() => string[]} standardLibrary
 */

/**
 * @param {string} pyodideFolder the checked runtime: pyodide.mjs, pyodide.asm.mjs, pyodide.asm.wasm, python_stdlib.zip, its lock
 * @returns {Promise<Compiler>}
 */
export async function createCompiler(pyodideFolder) {
  const { loadPyodide } = await import(pathToFileURL(join(pyodideFolder, "pyodide.mjs")).href);
  // A fixed seed: the order of what a set literal holds is written into the .pyc.
  const pyodide = await loadPyodide({ indexURL: `${pyodideFolder}/`, env: { PYTHONHASHSEED: "0" } });
  const compileModule = pyodide.runPython(COMPILER);

  return {
    compile(files, root) {
      const refused = [];
      const compiled = [];
      for (const file of files) {
        const result = file.path.endsWith(".py") ? compileModule(file.bytes, `${root}/${file.path}`) : null;
        if (result) {
          compiled.push({ path: `${file.path}c`, bytes: result.toJs() });
          result.destroy();
        } else {
          if (file.path.endsWith(".py")) refused.push(file.path);
          compiled.push(file);
        }
      }
      return { files: compiled, refused };
    },
    standardLibrary: () => JSON.parse(pyodide.runPython(STANDARD_LIBRARY)),
  };
}
