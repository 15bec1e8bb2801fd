import { type Dialect, Kysely } from 'kysely'
import type { RemoteStore } from '../port.ts'
import { Watchers } from '../watchers.ts'
import { dialectOf } from './dialect.ts'
import { migrate } from './migrate.ts'
import { patiently } from './patiently.ts'
import { SqlStore } from './store.ts'
import type { Tables } from './tables.ts'

/** One connection pool with the tables in place. Apart from ./sql-remote.ts, so that Kysely loads at the first use. */
export class SqlDatabase {
  readonly #db: Kysely<Tables>
  readonly #watchers = new Map<string, Watchers>()
  #closed = false

  static async connect(options: { readonly url: string } | { readonly dialect: Dialect }): Promise<SqlDatabase> {
    const dialect = 'dialect' in options ? options.dialect : await patiently('connecting', () => dialectOf(options.url))
    const db = new Kysely<Tables>({ dialect })
    try {
      await patiently('preparing the tables', () => migrate(db))
    } catch (e) {
      await db.destroy()
      throw e
    }
    return new SqlDatabase(db)
  }

  private constructor(db: Kysely<Tables>) {
    this.#db = db
  }

  async open(name: string): Promise<RemoteStore> {
    const watchers = this.#watchers.get(name) ?? new Watchers()
    this.#watchers.set(name, watchers)
    return SqlStore.open(this.#db, name, watchers, () => this.#closed)
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#db.destroy()
  }
}
