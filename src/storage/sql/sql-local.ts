import type { LocalStorage } from '../port.ts'
import type { SqlPlace } from './database.ts'
import { LazyDatabase } from './lazy-database.ts'

/**
 * Databases of this process, or of several, in SQL tables: what `open` of annals/engine takes as `storage`. Places and failures as for
 * {@link sqlRemote}. A commit is flushed before it resolves, whatever its durability says.
 */
export function sqlLocal(place: SqlPlace): LocalStorage & { close(): Promise<void> } {
  const database = new LazyDatabase(place)
  return {
    open: async (name) => (await database.connected(name)).openLocal(name),
    destroy: async (name) => (await database.connected(name)).destroyLocal(name),
    /** Ends its stores too. */
    close: () => database.close(),
  }
}
