/** As it is on disk, see src/storage/indexeddb/disk.ts. */
export const onDisk = (name: string): string => `annals/1/${name}`

export function requested<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

export function completed(tx: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    tx.oncomplete = () => resolve()
    tx.onabort = () => reject(tx.error)
  })
}

/** Changes one store of a database behind its storage's back. */
export async function tamper(name: string, store: string, change: (store: IDBObjectStore) => void): Promise<void> {
  const db = await requested(indexedDB.open(onDisk(name)))
  const tx = db.transaction(store, 'readwrite')
  change(tx.objectStore(store))
  await completed(tx)
  db.close()
}
