import { type Kysely, PostgresAdapter, SqliteAdapter } from 'kysely'

/** Whether the server can insert what is not there yet, and say how much that was. MySQL cannot; of others nothing is known. */
export function knowsOnConflict<T>(db: Kysely<T>): boolean {
  const { adapter } = db.getExecutor()
  return adapter instanceof PostgresAdapter || adapter instanceof SqliteAdapter
}
