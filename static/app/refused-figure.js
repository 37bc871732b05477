// @ts-check
/**
 * A figure that its renderer would not draw, and what is told of it. Altair and plotly.py look at most of a figure themselves; what
 * they let pass and Vega or plotly.js then refuse is the program's mistake as any other, and goes back to the model.
 *
 * What a renderer says may quote cells of the tables, and a figure can make it say anything: so the model is told one of the
 * sentences that renderers have, and a name only if its own program holds it.
 *
 * @import {ProgramError} from "../shared/protocol.js"
 */

import { SandboxError } from "./interpreter.js";
import { t } from "./language.js";

/** How Vega begins what it says of a name. */
const SAYS = [
  "Can not find data set",
  "Duplicate data set name",
  "Duplicate scale or projection name",
  "Duplicate signal name",
  "Illegal callee type",
  "Illegal identifier",
  "Illegal property",
  "Invalid field type",
  "Undefined data set name",
  "Unrecognized data set",
  "Unrecognized function",
  "Unrecognized scale name",
  "Unrecognized scale range value",
  "Unrecognized scale type",
  "Unrecognized scheme name",
  "Unrecognized signal name",
  "Unrecognized transform type",
];

/** @type {Record<"plotly" | "vega", [renderer: string, how: string]>} */
const HOW = {
  plotly: ["plotly.js", "Draw it by `plotly.express`, with the attributes that plotly.py has for this kind of chart."],
  vega: [
    "Vega",
    "Name in expressions only columns (`datum.column`), parameters that the chart adds, and functions that Vega has; put it simpler if it can be.",
  ],
};

export class RefusedFigure extends SandboxError {
  /** @param {"plotly" | "vega"} kind @param {string} reason what its renderer said, or the figure in its place */
  constructor(kind, reason) {
    super("crashed", t("figure.not_drawn", { message: reason }));
    this.kind = kind;
    this.reason = reason;
  }

  /** @param {string} program that made the figure @returns {ProgramError} */
  asProgramError(program) {
    const [renderer, how] = HOW[this.kind];
    const type = "FigureRefused";
    const told = `The program ended without an error, but ${renderer} refused to draw its figure${this.#cause(program)}. ${how}`;
    return {
      type,
      message: this.message,
      line: null,
      traceback: `${type}: ${this.reason}`,
      told: `${type}: ${told}`,
    };
  }

  /** @param {string} program */
  #cause(program) {
    const says = SAYS.find((start) => this.reason.startsWith(start));
    if (says === undefined) return "";
    const [name] = /[\w.-]+/.exec(this.reason.slice(says.length)) ?? [];
    return name !== undefined && program.includes(name) ? `: ${says} \`${name}\`` : `: ${says}`;
  }
}
