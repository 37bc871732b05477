// @ts-check
/**
 * What the person has said about columns: another type or name, a note, whether it is left out, whether its values may be told. By
 * table and by the name that the column has in its file, so that it holds for the same file opened again. Pure.
 *
 * @typedef {object} ColumnEdit
 * @property {string} [type]
 * @property {string} [name]
 * @property {string} [note]
 * @property {boolean} [omit]
 * @property {boolean} [samples] whether values of this column may be told, whatever holds for the others
 *
 * @typedef {Record<string, Record<string, ColumnEdit>>} Edits
 */

/** The types a person can choose. */
export const TYPES = Object.freeze(["text", "number", "date", "boolean", "category"]);

/** @param {Edits} edits @param {string} table @param {string} column @returns {ColumnEdit} */
export function editOf(edits, table, column) {
  const columns = Object.hasOwn(edits, table) ? edits[table] : undefined;
  return (columns && Object.hasOwn(columns, column) ? columns[column] : undefined) ?? {};
}

/**
 * @param {Edits} edits
 * @param {string} table
 * @param {string} column
 * @param {{[K in keyof ColumnEdit]: ColumnEdit[K] | undefined}} change undefined takes it back
 * @returns {Edits}
 */
export function withEdit(edits, table, column, change) {
  const next = Object.fromEntries(
    Object.entries({ ...editOf(edits, table, column), ...change }).filter(
      ([, value]) => value !== undefined && value !== "",
    ),
  );
  const columns = new Map(Object.entries(Object.hasOwn(edits, table) ? (edits[table] ?? {}) : {}));
  if (Object.keys(next).length > 0) columns.set(column, next);
  else columns.delete(column);
  const tables = new Map(Object.entries(edits));
  if (columns.size > 0) tables.set(table, plain(columns));
  else tables.delete(table);
  return plain(tables);
}

/** What the sandbox has to do about it, as JSON: the rest concerns only what is sent. @param {Edits} edits */
export function forSandbox(edits) {
  return JSON.stringify(
    plain(
      new Map(
        Object.entries(edits).map(([table, columns]) => [
          table,
          plain(
            new Map(
              Object.entries(columns).map(([column, { type, name, omit }]) => [
                column,
                { ...(type && { type }), ...(name && { name }), ...(omit && { omit }) },
              ]),
            ),
          ),
        ]),
      ),
    ),
  );
}

/** A column may be called `__proto__`: entries make it a name like any other. @template T @param {Map<string, T>} entries */
function plain(entries) {
  return /** @type {Record<string, T>} */ (Object.fromEntries(entries));
}
