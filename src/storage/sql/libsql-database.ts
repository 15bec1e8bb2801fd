import type { SqliteDatabase, SqliteStatement } from 'kysely'
import { AnnalsError } from '../../base/errors.ts'
import { optionalPackage } from './optional-package.ts'
import { isTransient } from './sql-error.ts'

/**
 * Milliseconds that SQLite itself waits for another process, during which nothing else runs in this one. Short: what is
 * still locked then is tried again later.
 */
const BUSY_MS = 5

/**
 * Kysely's `begin` takes the write lock at once, and all three run by `exec`: a prepared statement that meets a lock stays
 * "in progress" in libsql until it is collected, and keeps every later transaction of its connection from committing.
 * So every write must be in a transaction.
 */
const CONTROL: ReadonlyMap<string, string> = new Map([
  ['begin', 'begin immediate'],
  ['commit', 'commit'],
  ['rollback', 'rollback'],
])

/** A SQLite file, opened by libsql for Kysely. `storage/unavailable` when it cannot be opened; a lock is thrown as it is. */
export async function libsqlDatabase(path: string): Promise<SqliteDatabase> {
  const { default: Libsql } = await optionalPackage('libsql', () => import('libsql'))
  try {
    const database = new Libsql(path, { timeout: BUSY_MS })
    database.exec('pragma journal_mode = wal')
    // With WAL, `normal` would lose the last transactions in a power loss.
    database.exec('pragma synchronous = full')
    return {
      prepare(text) {
        const control = CONTROL.get(text)
        return control === undefined ? database.prepare(text) : controlStatement(() => database.exec(control))
      },
      close: () => database.close(),
    }
  } catch (cause) {
    if (isTransient(cause)) throw cause
    const message = `SQLite cannot open "${path}" (${cause}). Its folder must exist, and this process may write in it.`
    throw new AnnalsError('storage/unavailable', message, { path }, { cause })
  }
}

function controlStatement(exec: () => void): SqliteStatement {
  return {
    reader: false,
    all: () => [],
    run() {
      exec()
      return { changes: 0, lastInsertRowid: 0 }
    },
    iterate: () => [].values(),
  }
}
