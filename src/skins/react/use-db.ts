import { useSyncExternalStore } from 'react'
import type { Connection } from '../../api/connection.ts'
import type { Db } from '../../api/db.ts'
import type { Functions } from '../../api/functions.ts'
import type { SchemaDef } from '../../api/schema.ts'

/** The newest value of the database: draws again at every change. For what few components need; `useLive` asks for less. */
export function useDb<S extends SchemaDef, F extends Functions>(connection: Connection<S, F>): Db<S, F> {
  return useSyncExternalStore(connection.subscribe, connection.db, connection.db)
}
