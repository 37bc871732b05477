// What the model is told of a figure that its renderer refused: nothing that a table or the figure itself could have put there.
import assert from "node:assert/strict";
import { test } from "node:test";
import { RefusedFigure } from "../../static/app/refused-figure.js";
import "./english.mjs";

const PROGRAM = 'chart.transform_calculate(twofold="twice(datum.sales)")';

/** @param {string} reason @param {"vega" | "plotly"} [kind] */
const told = (reason, kind = "vega") => new RefusedFigure(kind, reason).asProgramError(PROGRAM).told;

test("a sentence of Vega's is told, with the name that the program holds", () => {
  assert.match(
    told("Unrecognized function: twice"),
    /refused to draw its figure: Unrecognized function `twice`\. Name/,
  );
});

test("a name that is not the program's is not told", () => {
  const text = told('Unrecognized signal name: "Ada Lovelace, 1815"');
  assert.match(text, /: Unrecognized signal name\. /);
  assert.doesNotMatch(text, /Ada|1815/);
});

test("what no renderer says is not told at all", () => {
  for (const kind of /** @type {const} */ (["vega", "plotly"])) {
    assert.doesNotMatch(told("Ada Lovelace owes twice 1815", kind), /Ada|owes|1815/);
  }
});

test("the person reads all of it", () => {
  const error = new RefusedFigure("vega", "Ada Lovelace owes 1815").asProgramError(PROGRAM);
  assert.match(error.message, /Ada Lovelace owes 1815/);
  assert.match(error.traceback, /^FigureRefused: Ada Lovelace owes 1815$/);
});
