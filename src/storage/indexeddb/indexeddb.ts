import { AnnalsError } from '../../base/errors.ts'
import type { LocalStorage } from '../port.ts'
import { deleteDatabase, type Place } from './open-database.ts'
import { IndexedDbStore } from './store.ts'

/** Milliseconds. A cold open takes some tens of them; a phone that wakes up may need seconds. */
const PATIENCE = 10_000

export interface IndexedDbOptions {
  /** Default: the global one. The IDB* classes of another one must be the global ones. */
  readonly factory?: IDBFactory
  /** How long opening and removing may wait for other tabs and the browser before `storage/blocked`; ms, default 10,000. */
  readonly patience?: number
  /** Called by an open that found no database of the name and made it. */
  readonly onCreated?: (name: string) => void
}

/**
 * Databases in the browser's IndexedDB, one per name. `storage/unavailable` where there is none; `storage/newer-format`
 * when a newer version of the app has changed the database; `storage/blocked` when another tab does not let go of it;
 * `storage/quota-exceeded`; `storage/corrupt` when rows are missing or unreadable; `storage/failed` otherwise.
 */
export function indexedDB(options: IndexedDbOptions = {}): LocalStorage {
  const { factory, patience = PATIENCE, onCreated = () => undefined } = options
  const place = (): Place => ({ factory: factory ?? globalFactory(), patience, onCreated })
  return {
    open: async (name) => IndexedDbStore.open(place(), name),
    destroy: async (name) => deleteDatabase(place(), name),
  }
}

function globalFactory(): IDBFactory {
  if (typeof globalThis.indexedDB === 'object' && globalThis.indexedDB !== null) return globalThis.indexedDB
  const message =
    'There is no IndexedDB here. In Node use memory(); in a browser leave the private mode that forbids it.'
  throw new AnnalsError('storage/unavailable', message)
}
