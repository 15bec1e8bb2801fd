import initSqlite, { type BindableValue, type Database, type PreparedStatement } from '@sqlite.org/sqlite-wasm'
import type { Run } from './system.ts'

export type { Database, PreparedStatement }

export async function openMemory(): Promise<Database> {
  const sqlite = await initSqlite()
  return new sqlite.oo1.DB(':memory:')
}

let loaded: ReturnType<typeof initSqlite> | undefined

/** Fetches, compiles and starts the module that files are opened with. */
export async function ready(): Promise<void> {
  loaded = initSqlite()
  await loaded
}

/** A file of the origin-private file system, by the pool of access handles that SQLite's manual calls its fastest way there. */
export async function openPooled(name: string): Promise<Database> {
  const sqlite = await (loaded ?? initSqlite())
  const pool = await sqlite.installOpfsSAHPoolVfs({ name: 'bench', directory: '/bench' })
  return new pool.OpfsSAHPoolDb(`/${name}`)
}

/** A statement that gives all its rows as arrays. */
export function rowsOf(database: Database, sql: string, inputs: readonly BindableValue[] = []): Run {
  const statement = database.prepare(sql)
  return () => {
    const rows: unknown[] = []
    if (inputs.length > 0) statement.bind(inputs as BindableValue[])
    while (statement.step()) rows.push(statement.get([]))
    statement.reset()
    return rows
  }
}

/** A statement run once for every row, in one transaction with its neighbours. */
export function inserter(database: Database, sql: string): { add(...row: BindableValue[]): void; end(): void } {
  const statement = database.prepare(sql)
  return {
    add: (...row) => void statement.bind(row).stepReset(),
    end: () => void statement.finalize(),
  }
}
