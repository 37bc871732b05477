// @ts-check
/**
 * What is on the screen: which run's figures, and what is seen to be wrong with them there. Interactive figures are laid out by their
 * renderers, so that how their texts stand is known only once they are drawn. session.js decides what follows from it.
 *
 * @import {Figure, Measured} from "../shared/protocol.js"
 * @import {RunResult} from "./sandbox.js"
 */

import { faultsOf } from "./legible.js";

/**
 * @param {object} screen
 * @param {(result: RunResult) => Promise<(Measured | null)[]>} screen.show resolves when every figure is on the screen, with what was measured
 *   of each that is interactive
 * @param {() => void} screen.clear
 */
export function createStage({ show, clear }) {
  /** The run that is shown, with what was seen. @type {RunResult | null} */
  let shown = null;
  /** How often something was begun to be shown or was taken away: what ends later than the next begins is not what is there. */
  let turn = 0;

  return {
    clear() {
      turn += 1;
      shown = null;
      clear();
    },

    /**
     * Puts a run's figures on the screen unless they are there already.
     * @param {RunResult} result
     * @returns {Promise<RunResult>} the same with the faults that were seen
     */
    async show(result) {
      if (result === shown) return result;
      turn += 1;
      const mine = turn;
      shown = null;
      const measured = await show(result);
      const figures = result.figures.map((figure, at) => withFaults(figure, measured[at] ?? null));
      const seen = { ...result, figures };
      if (mine === turn) shown = seen;
      return seen;
    },
  };
}

/** @param {Figure} figure @param {Measured | null} measured @returns {Figure} */
function withFaults(figure, measured) {
  if (measured === null) return figure;
  const faults = [...new Set([...(figure.facts.faults ?? []), ...faultsOf(measured)])];
  return { ...figure, facts: { ...figure.facts, faults } };
}
