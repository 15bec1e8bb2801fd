import type { Dialect } from 'kysely'
import { closedError } from '../closed.ts'
import type { RemoteStorage } from '../port.ts'
import type { SqlDatabase } from './database.ts'
import { optionalPackage } from './optional-package.ts'

/**
 * Remote logs in SQL tables (`annals_*`), made at the first open. `url`: `sqlite:<path>` (package libsql),
 * `postgres://…` (pg) or `mysql://…` (mysql2); or any Kysely dialect. Needs the package kysely. Nothing is loaded or
 * connected before the first open, which rejects with `storage/unavailable` when a package is missing or the server does
 * not answer, and with `storage/newer-format` when a newer annals has been there.
 */
export function sqlRemote(options: { readonly url: string } | { readonly dialect: Dialect }): RemoteStorage {
  let database: Promise<SqlDatabase> | undefined
  let closed = false
  return {
    async open(name) {
      if (closed) throw closedError(name, 'closed')
      database ??= connect(options)
      const connecting = database
      try {
        return await (await connecting).open(name)
      } catch (e) {
        // The next open tries again.
        if (
          await connecting.then(
            () => false,
            () => true,
          )
        )
          database = undefined
        throw e
      }
    },
    async close() {
      closed = true
      const opened = await database?.catch(() => undefined)
      database = undefined
      await opened?.close()
    },
  }
}

async function connect(options: Parameters<typeof sqlRemote>[0]): Promise<SqlDatabase> {
  const { SqlDatabase } = await optionalPackage('kysely', () => import('./database.ts'))
  return SqlDatabase.connect(options)
}
