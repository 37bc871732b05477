// @ts-check
/**
 * Bounds what a program may write into the file system, which is in JavaScript's memory and not in Python's: no cap of the latter holds
 * it, and where all of a tab is one process, such as in WebKit, a program that fills it would take the page along. Stands behind
 * Pyodide in pyodide-core.js; the worker calls it once. Not a wall: a program that goes past it ends with the sandbox.
 */

/** As Emscripten's C library counts its errors. */
const NO_SPACE = 51;

/**
 * @param {any} FS Emscripten's
 * @param {number} mostBytes of all files together that were written since
 */
globalThis.capFiles = function capFiles(FS, mostBytes) {
  const { stream, node: nodes } = FS.filesystems.MEMFS.ops_table.file;
  /** Files that grew. @type {Set<any>} */
  const grown = new Set();
  let bytes = 0;

  const room = (/** @type {any} */ node) => node.contents?.length ?? 0;
  const isThere = (/** @type {any} */ node) => node.parent?.contents?.[node.name] === node;

  /** @param {any} node @param {number} length what it is to hold */
  function grow(node, length) {
    if (length <= room(node)) return;
    bytes += length - room(node);
    if (bytes > mostBytes) {
      // Some may have been removed since.
      for (const file of grown) if (!isThere(file)) grown.delete(file);
      bytes = length;
      for (const file of grown) if (file !== node) bytes += room(file);
      if (bytes > mostBytes) throw new FS.ErrnoError(NO_SPACE);
    }
    grown.add(node);
  }

  const { write } = stream;
  /** @param {any} open @param {any} buffer @param {number} offset @param {number} length @param {number} position @param {boolean} canOwn */
  stream.write = (open, buffer, offset, length, position, canOwn) => {
    grow(open.node, position + length);
    return write(open, buffer, offset, length, position, canOwn);
  };
  const { setattr } = nodes;
  /** @param {any} node @param {{size?: number}} change */
  nodes.setattr = (node, change) => {
    if (change.size !== undefined) grow(node, change.size);
    return setattr(node, change);
  };
};
