import { type Database, openPooled } from './sqlite-database.ts'
import { tableSession } from './sqlite-table.ts'
import type { OpenOptions, Session } from './system.ts'

export { ready } from './sqlite-database.ts'

/** Every transaction is flushed to the disk. */
export const open = (options: OpenOptions): Promise<Session> =>
  session(options, 'pragma locking_mode = exclusive; pragma journal_mode = truncate; pragma synchronous = full')

export async function session(options: OpenOptions, pragmas: string): Promise<Session> {
  const database: Database = await openPooled(options.name)
  database.exec(pragmas)
  return tableSession(database, options)
}
