/** `annals/worker`: the worker's side, for an application that brings its own worker. */
// First, for what lies near packs well: with values in front of all that is made of them the worker is 0.4 KiB smaller.
import './datom/value.ts'
import type { Functions } from './api/functions.ts'
import { DurableStores } from './client/serve/durable-stores.ts'
import { type OpenDatabase, storeName } from './client/serve/open-database.ts'
import { openSynced } from './client/serve/open-synced.ts'
import { serveAt } from './client/serve.ts'
import { EngineConnection } from './engine/connection.ts'
import type { Lead } from './engine/lead.ts'
import { openLocal } from './engine/open-local.ts'
import { indexedDB } from './storage/indexeddb/indexeddb.ts'
import type { LocalCommit } from './storage/port.ts'

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
  const stores = new DurableStores()
  const open: OpenDatabase = (request, { auth, leadership, onCreated }) => {
    const { schema, sync, durability = 'relaxed', cacheBytes } = request
    // What was pulled can be pulled again.
    const isOwn = ({ log, enqueue }: LocalCommit): boolean => ((sync ? enqueue : log)?.length ?? 0) > 0
    const storage = stores.over(indexedDB({ onCreated }), { durability, isOwn })
    const name = storeName(request)
    const lead: Lead = (work) => leadership.lead(`annals/index/${name}`, work)
    const options = {
      storage,
      indexing: { lead, ...(cacheBytes !== undefined && { cacheBytes }) },
      ...(functions && { functions }),
      ...(schema !== undefined && { schema }),
    }
    return sync
      ? openSynced(name, { ...options, leadership, remote: { ...sync, auth } })
      : openLocal(EngineConnection, name, options)
  }
  const storage = stores.over(indexedDB(), { durability: 'relaxed', isOwn: ({ log = [] }) => log.length > 0 })
  serveAt(globalThis as unknown as Worker, { open, storage, harden: () => stores.harden() })
}
