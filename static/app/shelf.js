// @ts-check
/**
 * A place in this browser where things of one kind are kept under a name, as IndexedDB holds them. What is kept, and for how long, is
 * its user's. Storage may be full, forbidden or switched off: then nothing is found, nothing is kept, and nothing fails.
 */

/**
 * @template {object} T
 * @param {string} database
 * @param {string} store
 * @param {keyof T & string} key the property that names an item
 */
export function createShelf(database, store, key) {
  /** @returns {Promise<IDBDatabase>} */
  function opened() {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(database, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(store, { keyPath: key });
      request.onsuccess = () => resolve(request.result);
      request.onerror = request.onblocked = () => reject(request.error);
    });
  }

  /**
   * @template R
   * @param {IDBTransactionMode} mode
   * @param {(items: IDBObjectStore) => IDBRequest<R>} ask
   * @returns {Promise<R | null>}
   */
  async function within(mode, ask) {
    try {
      const base = await opened();
      try {
        return await new Promise((resolve, reject) => {
          const transaction = base.transaction(store, mode);
          const request = ask(transaction.objectStore(store));
          // Only a transaction that is complete has its files on disk.
          transaction.oncomplete = () => resolve(request.result);
          transaction.onabort = transaction.onerror = () => reject(transaction.error ?? request.error);
        });
      } finally {
        base.close();
      }
    } catch {
      return null;
    }
  }

  return {
    /** @returns {Promise<T[]>} */
    all: async () => /** @type {T[]} */ ((await within("readonly", (items) => items.getAll())) ?? []),
    /** @param {T} item @returns {Promise<boolean>} whether it is kept now */
    put: async (item) => (await within("readwrite", (items) => items.put(item))) !== null,
    /** @param {string} name */
    remove: (name) => within("readwrite", (items) => items.delete(name)),
    clear: () => within("readwrite", (items) => items.clear()),
  };
}
