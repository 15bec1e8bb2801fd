import { closedError } from '../closed.ts'
import type { SqlDatabase, SqlPlace } from './database.ts'
import { optionalPackage } from './optional-package.ts'

/** Connects at the first use, and again at the next one when that failed. */
export class LazyDatabase {
  readonly #place: SqlPlace
  #database: Promise<SqlDatabase> | undefined
  #closed = false

  constructor(place: SqlPlace) {
    this.#place = place
  }

  /** `storage/closed`, naming the database `name`, after `close`. */
  async connected(name: string): Promise<SqlDatabase> {
    if (this.#closed) throw closedError(name, 'closed')
    this.#database ??= connect(this.#place)
    const connecting = this.#database
    try {
      return await connecting
    } catch (e) {
      if (this.#database === connecting) this.#database = undefined
      throw e
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    const opened = await this.#database?.catch(() => undefined)
    await opened?.close()
  }
}

async function connect(place: SqlPlace): Promise<SqlDatabase> {
  const { SqlDatabase } = await optionalPackage('kysely', () => import('./database.ts'))
  return SqlDatabase.connect(place)
}
