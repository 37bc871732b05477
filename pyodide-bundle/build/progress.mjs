/**
 * Says how far the build is: one bar that redraws itself on a terminal, plain lines (one a file) anywhere else, so that a CI log
 * stays readable.
 */

/**
 * @typedef {object} Progress
 * @property {(bytes: number) => void} expect one more file than was thought, of this size
 * @property {(bytes: number) => void} advance bytes that arrived, of a file that is not whole yet
 * @property {(name: string, bytes: number, note: string) => void} finish a whole file: its size, and where it came from
 * @property {(text: string) => void} say a line that must not be lost
 * @property {() => void} end
 */

const BAR_CELLS = 28;

/**
 * @param {string} title what is being done: `fetching`
 * @param {{bytes: number, files: number}} total of no files: only what is said is shown
 * @param {{isTTY?: boolean, columns?: number, write(text: string): unknown}} out
 * @returns {Progress}
 */
export function createProgress(title, { bytes, files }, out = process.stderr) {
  const total = { bytes, files };
  const live = out.isTTY === true;
  let finishedBytes = 0;
  let finishedFiles = 0;
  let partial = 0;
  let last = "";

  const draw = () => {
    if (!live || total.files === 0) return;
    const done = Math.min(finishedBytes + partial, total.bytes);
    const share = total.bytes === 0 ? 1 : done / total.bytes;
    const cells = Math.round(share * BAR_CELLS);
    const bar = "=".repeat(cells).padEnd(BAR_CELLS);
    const text = `${title} [${bar}] ${megabytes(done)} of ${megabytes(total.bytes)}, ${finishedFiles} of ${total.files} files ${last}`;
    out.write(`\r\x1b[K${text.slice(0, (out.columns ?? 100) - 1)}`);
  };

  return {
    expect(more) {
      total.bytes += more;
      total.files += 1;
    },
    advance(bytes) {
      partial += bytes;
      draw();
    },
    finish(name, bytes, note) {
      finishedBytes += bytes;
      finishedFiles += 1;
      partial = Math.max(0, partial - bytes);
      last = name;
      if (live) draw();
      else if (total.files > 0)
        out.write(`${title} ${finishedFiles}/${total.files} ${name} (${megabytes(bytes)}, ${note})\n`);
    },
    say(text) {
      out.write(live ? `\r\x1b[K${text}\n` : `${text}\n`);
      draw();
    },
    end() {
      if (live && total.files > 0) out.write("\r\x1b[K");
    },
  };
}

/** @param {number} bytes */
export function megabytes(bytes) {
  return bytes < 100_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
