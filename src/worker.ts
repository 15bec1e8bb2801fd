/** `annals/worker`: the worker's side, for an application that brings its own worker. */
import type { Functions } from './api/functions.ts'
import { storeName } from './client/serve/open-database.ts'
import { openSynced } from './client/serve/open-synced.ts'
import { strictStorage } from './client/serve/strict-storage.ts'
import { serveAt } from './client/serve.ts'
import { open } from './engine/open.ts'
import { indexedDB } from './storage/indexeddb/indexeddb.ts'

export type { Db, TxForms } from './api/db.ts'
export type { Functions, TxFunction, ValueFunction } from './api/functions.ts'

export interface ServeOptions {
  /** The application's transaction functions; the same module goes to its server. */
  readonly functions?: Functions
}

/**
 * Makes this worker a database worker: it keeps databases in IndexedDB, syncs them, and answers the page that started it. Call
 * it once, before anything is awaited.
 */
export function serve({ functions }: ServeOptions = {}): void {
  const relaxed = indexedDB()
  const strict = strictStorage(relaxed)
  serveAt(globalThis as unknown as Worker, (request, { auth, leadership }) => {
    const { schema, sync, durability } = request
    const storage = durability === 'strict' ? strict : relaxed
    const options = { storage, ...(functions && { functions }), ...(schema && { schema }) }
    const name = storeName(request)
    return sync ? openSynced(name, { ...options, leadership, remote: { ...sync, auth } }) : open(name, options)
  })
}
