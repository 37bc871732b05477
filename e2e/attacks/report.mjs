// The table that a person reads, and the JSON that a machine does.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * @typedef {object} Verdict
 * @property {string} id
 * @property {"held" | "known" | "leak" | "fault" | "not possible"} verdict
 * @property {string[]} why
 * @property {string} control
 * @property {boolean} fired
 * @property {boolean} needed
 * @property {number} gap
 * @property {number} seconds
 * @property {string} state
 * @property {string} stdout
 */

/** @param {Verdict[]} verdicts */
export function table(verdicts) {
  const families = [...new Set(verdicts.map(({ id }) => id.split("/")[0] ?? ""))];
  const row = (/** @type {string} */ name, /** @type {Verdict[]} */ of) => {
    const counted = (/** @type {(verdict: Verdict) => boolean} */ test) => of.filter(test).length;
    return [
      name,
      of.length,
      counted(({ fired }) => fired),
      counted(({ verdict }) => verdict === "held"),
      counted(({ verdict }) => verdict === "not possible"),
      counted(({ verdict }) => verdict === "known"),
      counted(({ verdict }) => verdict === "leak"),
      counted(({ verdict }) => verdict === "fault"),
    ];
  };
  const rows = [
    ["family", "vectors", "controls fired", "held", "not possible", "known", "leaks", "faults"],
    ...families.map((family) =>
      row(
        family,
        verdicts.filter(({ id }) => id.startsWith(`${family}/`)),
      ),
    ),
    row("all", verdicts),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((cells) => String(cells[column]).length)));
  return rows
    .map((cells) =>
      cells
        .map((cell, at) => (at === 0 ? String(cell).padEnd(widths[at] ?? 0) : String(cell).padStart(widths[at] ?? 0)))
        .join("  "),
    )
    .join("\n");
}

/** @param {Verdict[]} verdicts @returns {string[]} everything that went wrong, by name */
export const failures = (verdicts) =>
  verdicts
    .filter(({ verdict }) => verdict === "leak" || verdict === "fault")
    .map(({ id, verdict, why }) => `${verdict.toUpperCase()} ${id}: ${why.join("; ")}`);

/** @param {string} name @param {object} content */
export function keep(name, content) {
  const folder = fileURLToPath(new URL("../results/", import.meta.url));
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}${name}.json`, `${JSON.stringify(content, null, 2)}\n`);
  return `e2e/results/${name}.json`;
}
