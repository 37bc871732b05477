/** What pyodide-core.js, which follows worker.js in the same script, and the renderers put into the global scope. */
import type { PyodideInterface } from "pyodide";
import type { ToFigure, ToWorker } from "../shared/protocol.js";

declare global {
  const loadPyodide: (options: Record<string, unknown>) => Promise<PyodideInterface>;
  const createPyodideModule: (settings: object) => Promise<unknown>;
  type HostMessage = ToWorker;
  type FigureMessage = ToFigure;
}
