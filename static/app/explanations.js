// @ts-check
/**
 * Words about the program or about a figure, asked of the model when somebody wants them and kept with the chart for as long as the
 * page is open. One is under way at a time. What is sent is explain-body.js's, how it is shown explanation-panel.js's.
 *
 * @import {Api} from "./api.js"
 * @import {Panel} from "./explanation-panel.js"
 * @import {Figure} from "../shared/protocol.js"
 * @import {SessionState} from "./session.js"
 * @import {Explanation, Profile} from "./wire.js"
 *
 * @typedef {object} Place where a program or a figure is explained
 * @property {string} key
 * @property {Figure | null} figure null is the program
 * @property {Panel} panel
 */

import { failureOf } from "./advice.js";
import { explainBody } from "./explain-body.js";
import { createPanel } from "./explanation-panel.js";
import { t } from "./language.js";
import { outline } from "./outline.js";
import { withoutThoughts } from "./reply.js";

/**
 * @param {{api: Api, hasModel: boolean, state: () => SessionState, disclosed: () => Profile | null, selection: () => string}} parts
 */
export function createExplanations({ api, hasModel, state, disclosed, selection }) {
  /** By chart and place. @type {Map<string, Explanation>} */
  const kept = new Map();
  /** @type {Map<string, Place>} */
  const places = new Map();
  /** @type {{place: Place, stopper: AbortController} | null} */
  let current = null;
  /** @type {string | null} */
  let chartShown = null;

  /** @param {Place} place @param {string} part */
  const nameOf = ({ key }, part) => `${state().chart?.id} ${key} ${part}`;

  /** Why nothing can be asked now; null if it can. */
  function obstacle() {
    const { chart, program, writing } = state();
    if (!hasModel) return t("explain.no_model");
    if (writing) return t("explain.being_written");
    if (chart === null || program !== chart.program) return t("explain.edited");
    return null;
  }

  function stop() {
    if (!current) return false;
    const { place, stopper } = current;
    current = null;
    stopper.abort();
    place.panel.stopped();
    return true;
  }

  /** @param {Place} place */
  async function explain(place) {
    stop();
    const part = place.figure ? "" : selection();
    const before = kept.get(nameOf(place, part));
    if (before) return place.panel.show(before);
    const why = obstacle();
    const { chart, program, tables, model } = state();
    if (why !== null || !chart) {
      return place.panel.refuse(why ?? "", outline(program, tables.profile, place.figure));
    }
    const name = nameOf(place, part);
    const stopper = new AbortController();
    const mine = { place, stopper };
    current = mine;
    place.panel.begin(part);
    let reply = "";
    const { figure } = place;
    const body = explainBody({
      figure,
      selection: part,
      program,
      profile: disclosed(),
      privacy: tables.privacy,
      model,
    });
    try {
      const explanation = await api.explain(chart.id, body, {
        signal: stopper.signal,
        onDelta(text) {
          reply += text;
          if (current === mine) place.panel.write(withoutThoughts(reply));
        },
      });
      if (current !== mine) return;
      kept.set(name, explanation);
      place.panel.finish(explanation);
    } catch (error) {
      if (current === mine) place.panel.fail(failureOf(error, ""));
    } finally {
      if (current === mine) current = null;
    }
  }

  return {
    stop,

    /**
     * A button that asks, and the panel that answers.
     * @param {string} key @param {Figure | null} figure @param {string} what "the program", or the name of a figure
     */
    place(key, figure, what) {
      const panel = createPanel(what, {
        onAsk: () => explain(place),
        onStop() {
          if (current?.place === place) stop();
        },
      });
      /** @type {Place} */
      const place = { key, figure, panel };
      places.set(key, place);
      const before = state().chart ? kept.get(nameOf(place, "")) : undefined;
      if (before) panel.show(before);
      return panel;
    },

    /** Words about one chart do not stand beside another. */
    follow() {
      const { chart, phase } = state();
      const id = chart?.id ?? null;
      const moved = id !== chartShown;
      chartShown = id;
      // A figure that is gone needs no words.
      const isGone = current !== null && !current.place.panel.panel.isConnected;
      if (phase === "asking" || moved || isGone) stop();
      const place = places.get("program");
      if (!moved || !place) return;
      const before = kept.get(nameOf(place, ""));
      if (before) place.panel.show(before);
      else place.panel.close();
    },

    /** The seconds. */
    tick() {
      current?.place.panel.tick();
    },

    /** Beside the program, what is selected in it is explained alone. */
    selected() {
      places.get("program")?.panel.selects(selection() !== "");
    },
  };
}

/** @typedef {ReturnType<typeof createExplanations>} Explanations */
