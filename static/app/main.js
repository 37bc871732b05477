// @ts-check
/**
 * Finds the page's hooks once and ties the parts together: what a person does goes to the session, what the session becomes goes to
 * the view. No rule of its own beyond that.
 *
 * @import {Sample} from "./wire.js"
 * @import {SessionState} from "./session.js"
 */

import { createApi } from "./api.js";
import { moveBars } from "./beat.js";
import { createControls } from "./controls.js";
import { createDataView } from "./data-view.js";
import { find, setText } from "./dom.js";
import { createExplanations } from "./explanations.js";
import { createGallery } from "./figures.js";
import { createFormatter } from "./format.js";
import { makeFigureFile } from "./html-file.js";
import { openAddressed, takeIn } from "./intake.js";
import { t } from "./language.js";
import { bindMethodPicker } from "./method-picker.js";
import { bindModelPicker } from "./model-picker.js";
import { saveNotebook } from "./notebook-file.js";
import { readPageData } from "./page-data.js";
import { createProgramView } from "./program-view.js";
import { createSandbox } from "./sandbox.js";
import { createSealView } from "./seal-view.js";
import { createSession } from "./session.js";
import { createSharing } from "./share.js";
import { createStage } from "./stage.js";
import { starterProgram } from "./suggestions.js";
import { createTables } from "./tables.js";
import { createVersions } from "./versions.js";
import { createVersionsView } from "./versions-view.js";
import { createView, isBusy } from "./view.js";

const TICK_MILLISECONDS = 200;
const WITHOUT_FRAMES_MILLISECONDS = 100;
/** Where somebody works who shall not be taken away by what arrives. */
const TYPED_IN = '[data-hook="program"], [data-hook="controls"], [data-hook="comparison"]';
const wide = matchMedia("(min-width: 60rem)");

const pageData = readPageData();
const question = find("question", HTMLTextAreaElement);
const form = find("ask-form", HTMLFormElement);
const gallery = createGallery(find("figures", HTMLElement), pageData, {
  makeFile: makeFigureFile,
  // Who came by the link of a chart may ask nothing.
  ...(!pageData.isReader && {
    explain: (figure, position, name) => explanations.place(`figure ${position}`, figure, name),
  }),
});
const sandbox = createSandbox(pageData, {
  onStatus: (status) => session.sandboxChanged(status),
  onFallback: (reason) => seal.fellBack(reason),
});
const seal = createSealView(pageData, sandbox.prepare);
const tables = createTables(pageData, sandbox, (state) => session.tablesChanged(state));
const api = createApi((sent) => session.wasSent(sent));
const session = createSession({
  pageData,
  sandbox,
  tables,
  api,
  stage: createStage({
    show: ({ figures }) => gallery.show(figures, session.state.asked || "chart"),
    clear: gallery.clear,
  }),
  onChange: schedule,
});
const program = createProgramView(find("program", HTMLElement), {
  onEdit: session.edit,
  onRun: session.run,
  profile: () => session.state.tables.profile,
});
const explanations = createExplanations({
  api,
  hasModel: pageData.models.length > 0,
  state: () => session.state,
  disclosed: () => tables.disclosed() ?? null,
  selection: program.selection,
});
const sharing = createSharing({ pageData, api, sandbox, gallery, state: () => session.state });
const versions = createVersions(api, (state) => versionsView.render(state));
const versionsView = createVersionsView({
  onVisit: visit,
  onStep(way) {
    const version = versions.step(way);
    if (version) visit(version);
  },
  onForget: versions.forget,
  step: versions.step,
});
const controls = createControls({
  onChange(text) {
    session.edit(text);
    session.run();
  },
});
const view = createView(pageData, {
  data: createDataView(pageData.samples, pageData.models.length > 0, {
    onRemove: tables.remove,
    onSample: openSample,
    onForget: tables.forget,
    onStop: tables.stop,
    onEdit: tables.edit,
    onPrivacy: tables.choosePrivacy,
  }),
  program,
  seal,
  preview,
  onQuestion: fillQuestion,
});

/** What is due with the next frame, or by the clock. */
let frame = 0;
let clock = 0;
let phaseBefore = session.state.phase;

/** A stream changes the state far more often than a screen can show it. */
function schedule() {
  if (clock) return;
  frame = requestAnimationFrame(render);
  // A page that is hidden or covered may get no frames at all, yet its title and state shall be right.
  clock = setTimeout(render, WITHOUT_FRAMES_MILLISECONDS);
}

function render() {
  cancelAnimationFrame(frame);
  clearTimeout(clock);
  clock = 0;
  const { state } = session;
  view.render(state);
  sharing.render(state);
  // Who came by the link of a chart is not told what it came from, and changes nothing.
  if (!pageData.isReader) {
    controls.render(state);
    versions.follow(state.chart);
    explanations.follow();
  }
  if (state.phase !== phaseBefore) {
    phaseBefore = state.phase;
    moveFocus(state);
    if (!isBusy(state.phase)) program.atRest();
    if (state.phase === "shown") keepPicture(state);
  }
}

/** What is on the screen is how the chart looks, unless an edit could not be stored. @param {SessionState} state */
async function keepPicture({ chart, program }) {
  if (!chart || chart.program !== program) return;
  versions.keepPicture(chart.id, await gallery.picture());
}

/** @param {{url: string}} version */
function visit({ url }) {
  window.history.pushState(null, "", url);
  session.visit(url);
}

/** Who types or compares is left in peace; everybody else is taken to what has arrived. @param {SessionState} state */
function moveFocus({ phase, typed }) {
  const active = document.activeElement;
  const typing = (active === question && typed !== "") || active?.closest(TYPED_IN) != null;
  if (phase === "shown" && !typing) gallery.focus();
  // In one column the answer is below the question: the page goes there once.
  if (phase === "asking") find("title", HTMLElement).scrollIntoView({ block: wide.matches ? "nearest" : "start" });
}

/** Exactly what an ask would send, or has sent. @param {SessionState} state */
function preview(state) {
  const asks = state.phase === "asking" || (state.typed.trim() === "" && state.sentBody !== null);
  return asks && state.sentBody !== null ? state.sentBody : session.askBody(state.typed.trim());
}

/** @param {string} text */
function fillQuestion(text) {
  session.type(text);
  render();
  question.focus();
}

/** @param {Sample} sample @param {string} text */
function openSample(sample, text) {
  tables.addSample(sample);
  if (text) fillQuestion(text);
}

/** @param {Parameters<typeof session.choose>[0]} choice */
function choose(choice) {
  session.choose(choice);
  // As with the question: the preview is never behind.
  render();
}

bindModelPicker(pageData.models, (model) => choose({ model }));
bindMethodPicker(pageData.models, (plan) => choose({ plan }));
question.maxLength = pageData.limits.questionChars;
question.addEventListener("input", () => {
  session.type(question.value);
  // Not a frame later: what is shown as leaving the tab is always what would leave it now.
  render();
});
question.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = question.value.trim();
  if (pageData.models.length > 0 && text !== "" && session.state.phase !== "asking") session.ask(text);
});

/** @param {string} hook @param {() => unknown} action */
function onClick(hook, action) {
  find(hook, HTMLElement).addEventListener("click", action);
}

onClick("stop", session.stop);
onClick("run", session.run);
onClick("revert", session.revert);
onClick("repair", session.repair);
onClick("again", session.again);
onClick("restart", () => {
  session.restart(true);
  question.focus();
});
const format = createFormatter();
onClick("format", async () => {
  const before = session.state.program;
  const note = find("format-note", HTMLElement);
  const made = await format(before);
  // Who has typed meanwhile keeps what was typed.
  if ("program" in made && session.state.program === before && made.program !== before) session.edit(made.program);
  setText(note, "problem" in made ? made.problem : "");
  note.hidden = !("problem" in made);
});
onClick("notebook", () => saveNotebook(session.state, pageData));
onClick("starter", () => {
  session.edit(starterProgram(session.state.tables.profile));
  program.focus();
});
onClick("write-own", () => {
  find("program", HTMLElement).scrollIntoView({ block: "center" });
  program.focus();
});
find("home-link", HTMLAnchorElement).addEventListener("click", (event) => {
  if (pageData.isReader || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  // A page load would lose the tables.
  event.preventDefault();
  session.restart(true);
});

document.addEventListener("selectionchange", explanations.selected);
// The editor keeps its selection to itself, but not what makes one.
for (const type of ["keyup", "pointerup"]) find("program", HTMLElement).addEventListener(type, explanations.selected);
document.addEventListener("keydown", (event) => {
  // What closes a list of words, or a dialog, stops nothing else.
  if (event.key === "Escape" && !event.defaultPrevented && !explanations.stop()) session.stop();
});
addEventListener("popstate", () => session.visit(location.pathname));
setInterval(() => {
  const { state } = session;
  if (isBusy(state.phase) || state.failure?.retryAt || state.tables.busy) view.tick(state);
  explanations.tick();
}, TICK_MILLISECONDS);
moveBars([find("bar", HTMLProgressElement), find("data-bar", HTMLProgressElement)]);

{
  const { button, panel } = explanations.place("program", null, t("explain.the_program"));
  find("explain", HTMLElement).append(button);
  find("explanation", HTMLElement).replaceWith(panel);
}
sandbox.prepare();
takeIn(find("file-input", HTMLInputElement), tables);
// After what was open before: it would take the word from an address that cannot be opened.
session.start().then(() => openAddressed(tables));
// At once: whoever looks after the page has loaded finds what was typed before.
render();
