// @ts-check
/**
 * A database of this browser, as IndexedDB has them: what is kept there, and for how long, is its user's.
 */

/**
 * What another version of it held is laid out otherwise, and is not kept.
 * @param {string} name
 * @param {number} version
 * @param {Record<string, IDBObjectStoreParameters>} stores by their names
 */
export function createShelf(name, version, stores) {
  const names = Object.keys(stores);

  /** @returns {Promise<IDBDatabase>} */
  function opened() {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(name, version);
      request.onupgradeneeded = () => {
        const database = request.result;
        for (const old of [...database.objectStoreNames]) database.deleteObjectStore(old);
        for (const [store, options] of Object.entries(stores)) database.createObjectStore(store, options);
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = request.onblocked = () => reject(request.error);
    });
  }

  return {
    /**
     * @template T
     * @param {IDBTransactionMode} mode
     * @param {(...stores: any[]) => IDBRequest<T>} ask gets the stores, each an IDBObjectStore, in their order
     * @returns {Promise<T>}
     */
    async within(mode, ask) {
      const database = await opened();
      try {
        return await new Promise((resolve, reject) => {
          const transaction = database.transaction(names, mode);
          const request = ask(...names.map((store) => transaction.objectStore(store)));
          // Only a transaction that is complete has its files on disk.
          transaction.oncomplete = () => resolve(request.result);
          transaction.onabort = transaction.onerror = () => reject(transaction.error ?? request.error);
        });
      } finally {
        database.close();
      }
    },
  };
}

/** Storage may be full, forbidden or switched off: the page works without. @template T @param {() => Promise<T>} work */
export async function quietly(work) {
  try {
    return await work();
  } catch {
    return null;
  }
}
