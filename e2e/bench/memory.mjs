// What a browser holds in memory: the proportional set size of all its processes, as Linux counts it.
import { readdirSync, readFileSync } from "node:fs";

/**
 * @param {(command: string) => boolean} counts whether a process is looked at, by the name of its program
 * @returns {number} bytes held by the processes that this one has started, and theirs; NaN where there is no /proc
 */
export function memoryOfChildren(counts) {
  /** @type {Map<number, number[]>} */
  const children = new Map();
  try {
    for (const name of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      const parent = /^PPid:\s+(\d+)/m.exec(read(`/proc/${name}/status`))?.[1];
      if (parent) children.set(Number(parent), [...(children.get(Number(parent)) ?? []), Number(name)]);
    }
  } catch {
    return Number.NaN;
  }
  const sum = (/** @type {number} */ pid) => {
    let bytes = 0;
    for (const child of children.get(pid) ?? []) {
      if (!counts(read(`/proc/${child}/comm`).trim())) continue;
      const kilobytes = /^Pss:\s+(\d+)/m.exec(read(`/proc/${child}/smaps_rollup`))?.[1] ?? "0";
      bytes += 1024 * Number(kilobytes) + sum(child);
    }
    return bytes;
  };
  return sum(process.pid);
}

/** A process may end while it is looked at. @param {string} path */
function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
