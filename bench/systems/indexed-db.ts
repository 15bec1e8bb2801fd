// The bare interface of IndexedDB as promises, for the adapters that use no library.

/** Opens a database that is there, in whichever version it is; with `create` makes it where it is not, as version 1. */
export function openIdb(name: string, create?: (database: IDBDatabase) => void): Promise<IDBDatabase> {
  const request = create ? indexedDB.open(name, 1) : indexedDB.open(name)
  request.onupgradeneeded = () => (create ? create(request.result) : request.transaction?.abort())
  return result(request)
}

export const result = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })

/** Resolves when the transaction is complete: only then is it durable. */
export const completed = (tx: IDBTransaction): Promise<void> =>
  new Promise((resolve, reject) => {
    tx.oncomplete = () => resolve()
    tx.onabort = () => reject(tx.error ?? new Error('the transaction was aborted'))
  })

export const writing = (
  database: IDBDatabase,
  store: string,
  durability: IDBTransactionDurability = 'relaxed',
): IDBTransaction => database.transaction(store, 'readwrite', { durability })
