// @ts-check
/**
 * What is wrong with a run that ended well: found from what the harness says of its figures, in words for the model and for the
 * person. Pure. The sentences quote nothing of the tables, so that they can be told at every level of privacy.
 *
 * @import {ProgramError, SandboxResult} from "../shared/protocol.js"
 */

const NOTHING =
  "The program ended without an error, but it drew no chart and printed nothing. Draw the chart with matplotlib and end with plt.show().";
const EMPTY =
  "The program ended without an error, but its chart is empty: no bar, line, point or other mark was drawn. " +
  "A filter that leaves no row, or a value that no cell has, is the usual cause: mind the type of the column and how its values are written.";

/**
 * The failure that a result without a chart amounts to.
 * @param {Pick<SandboxResult, "figures" | "value"> & {stdout: string}} result
 * @returns {ProgramError | null}
 */
export function flawOf({ figures, value, stdout }) {
  if (figures.length === 0) return value === null && stdout.trim() === "" ? flaw("NothingDrawn", NOTHING) : null;
  const charts = figures.filter(({ kind }) => kind !== "table");
  if (charts.length > 0 && charts.every(({ facts }) => facts.blank === true)) return flaw("EmptyChart", EMPTY);
  return null;
}

/** @param {string} type @param {string} message @returns {ProgramError} */
function flaw(type, message) {
  const traceback = `${type}: ${message}`;
  return { type, message, line: null, traceback, told: traceback };
}
