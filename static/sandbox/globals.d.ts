/** What pyodide-core.js, which follows worker.js in the same script, and the renderers put into the global scope. */
import type { PyodideInterface } from "pyodide";
import type * as Parquet from "../../pyodide-bundle/core/parquet.js";
import type { Snapshot, WholeCode } from "../../pyodide-bundle/core/snapshot.js";
import type {
  FigureFace as Face,
  Measured as FigureMeasured,
  TextBox as FigureTextBox,
  TextRole as FigureTextRole,
  FigurePicture as Picture,
  ToFigure,
  ToWorker,
} from "../shared/protocol.js";

declare global {
  interface ErrorConstructor {
    /** Of V8 and JavaScriptCore. */
    stackTraceLimit: number;
  }
  const loadPyodide: (options: Record<string, unknown>) => Promise<PyodideInterface>;
  // biome-ignore lint/suspicious/noExplicitAny: Emscripten's module has no types.
  const createPyodideModule: (settings: object) => Promise<any>;
  var createRestoredModule: (snapshot: Snapshot) => (settings: Record<string, unknown>) => Promise<unknown>;
  var createWholeCode: (rests: Map<number, Uint8Array<ArrayBuffer>>) => WholeCode;
  // biome-ignore lint/suspicious/noExplicitAny: Emscripten's file system has no types.
  var capFiles: (FS: any, mostBytes: number) => void;
  /** There if the worker was started with parquet.js. */
  var sandplotParquet: typeof Parquet | undefined;
  type HostMessage = ToWorker;
  type FigureMessage = ToFigure;
  type FigureFace = Face;
  type FigurePicture = Picture;
  type Measured = FigureMeasured;
  type TextBox = FigureTextBox;
  type TextRole = FigureTextRole;
}
