import { useSyncExternalStore } from 'react'
import type { Connection } from '../../api/connection.ts'
import type { Db } from '../../api/db.ts'

/** The newest value of the database: draws again at every change. For what few components need; `useLive` asks for less. */
export function useDb(connection: Connection): Db {
  return useSyncExternalStore(connection.subscribe, connection.db, connection.db)
}
