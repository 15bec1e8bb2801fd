import type { RemoteStorage } from '../port.ts'
import type { SqlPlace } from './database.ts'
import { LazyDatabase } from './lazy-database.ts'

/**
 * Remote logs in SQL tables (`annals_*`), made at the first open. `url`: `sqlite:<path>` (package libsql),
 * `postgres://…` (pg) or `mysql://…` (mysql2; MariaDB too); or any Kysely dialect. Needs the package kysely. Nothing is loaded or
 * connected before the first open, which rejects with `storage/unavailable` when a package is missing or the server does
 * not answer, and with `storage/newer-format` when a newer annals has been there.
 */
export function sqlRemote(place: SqlPlace): RemoteStorage {
  const database = new LazyDatabase(place)
  return {
    open: async (name) => (await database.connected(name)).openRemote(name),
    check: async () => (await database.connected('')).check(),
    close: () => database.close(),
  }
}
