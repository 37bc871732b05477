// @ts-check
/**
 * Moves the bars of which nobody knows how long they take: five times a second, from here. An animation in CSS has the page styled
 * and painted with every frame, however few its steps, which without a GPU takes half a core from what the person waits for.
 */

const BEAT_MILLISECONDS = 200;
/** After which a bar looks as it did at first, as components.css draws it. */
const BEATS = 8;

/** @param {HTMLProgressElement[]} bars */
export function moveBars(bars) {
  let beat = 0;
  setInterval(() => {
    beat = (beat + 1) % BEATS;
    for (const bar of bars) {
      if (!bar.hidden && bar.matches(":indeterminate")) bar.style.setProperty("--beat", String(beat));
    }
  }, BEAT_MILLISECONDS);
}
