// @ts-check
/**
 * What is different between two programs, line by line. Programs have some hundred lines, so the plain table of longest common
 * parts does; beyond its bound the whole middle counts as changed.
 *
 * @typedef {{sign: " " | "+" | "-", text: string}} DiffLine
 */

const MOST_CELLS = 4_000_000;

/** @param {string} before @param {string} after @returns {DiffLine[]} */
export function diffLines(before, after) {
  const a = lines(before);
  const b = lines(after);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const same = (/** @type {string} */ text) => /** @type {DiffLine} */ ({ sign: " ", text });
  return [
    ...a.slice(0, start).map(same),
    ...between(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...a.slice(a.length - end).map(same),
  ];
}

/** @param {DiffLine[]} lines */
export function countChanges(lines) {
  const counted = (/** @type {string} */ wanted) => lines.filter(({ sign }) => sign === wanted).length;
  return { added: counted("+"), removed: counted("-") };
}

/** @param {string[]} a @param {string[]} b @returns {DiffLine[]} */
function between(a, b) {
  const removed = (/** @type {string} */ text) => /** @type {DiffLine} */ ({ sign: "-", text });
  const added = (/** @type {string} */ text) => /** @type {DiffLine} */ ({ sign: "+", text });
  if (a.length * b.length > MOST_CELLS) return [...a.map(removed), ...b.map(added)];
  const width = b.length + 1;
  /** Length of the longest common part of what follows line i of one and line j of the other. */
  const common = new Uint32Array((a.length + 1) * width);
  const at = (/** @type {number} */ i, /** @type {number} */ j) => common[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      common[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  /** @type {DiffLine[]} */
  const found = [];
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const [mine, other] = [a[i] ?? "", b[j] ?? ""];
    if (i < a.length && j < b.length && mine === other) {
      found.push({ sign: " ", text: mine });
      i += 1;
      j += 1;
    } else if (i < a.length && (j === b.length || at(i + 1, j) >= at(i, j + 1))) {
      found.push(removed(mine));
      i += 1;
    } else {
      found.push(added(other));
      j += 1;
    }
  }
  return found;
}

/** @param {string} text */
function lines(text) {
  const whole = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  return whole === "" ? [] : whole.split("\n");
}
