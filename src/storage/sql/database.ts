import { type Dialect, Kysely } from 'kysely'
import { closedError } from '../closed.ts'
import type { LocalStore, RemoteStore } from '../port.ts'
import { type Driver, dialectOf } from './dialect.ts'
import { localRow } from './local-rows.ts'
import { destroyLocal, SqlLocalStore } from './local-store.ts'
import { migrate } from './migrate.ts'
import { type Bell, News } from './news.ts'
import { patiently } from './patiently.ts'
import { SqlRemoteStore } from './remote-store.ts'
import { headRow } from './rows.ts'
import type { Tables } from './tables.ts'

/** Where the tables are: a URL, or any Kysely dialect. */
export type SqlPlace = { readonly url: string } | { readonly dialect: Dialect }

/** One connection pool with the tables in place. Apart from ./sql-remote.ts, so that Kysely loads at the first use. */
export class SqlDatabase {
  readonly #db: Kysely<Tables>
  readonly #bell: Bell | undefined
  /** By kind, and name of a remote or life of a local database: versions of one say nothing of the next under its name. */
  readonly #news = new Map<string, News>()
  #closed = false

  static async connect(place: SqlPlace): Promise<SqlDatabase> {
    const { dialect, bell } = await driverOf(place)
    const db = new Kysely<Tables>({ dialect })
    try {
      await patiently('preparing the tables', () => migrate(db))
    } catch (e) {
      await bell?.close()
      await db.destroy()
      throw e
    }
    return new SqlDatabase(db, bell)
  }

  private constructor(db: Kysely<Tables>, bell: Bell | undefined) {
    this.#db = db
    this.#bell = bell
    bell?.onRing((key) => this.#news.get(key)?.hint())
  }

  openRemote(name: string): Promise<RemoteStore> {
    const news = this.#newsOf(`remote ${name}`, async () => (await headRow(this.#db, name))?.t ?? 0)
    return SqlRemoteStore.open(this.#db, name, news, this.#isClosed)
  }

  openLocal(name: string): Promise<LocalStore> {
    const newsOf = (life: string): News =>
      this.#newsOf(`local ${life}`, async () => {
        const row = await localRow(this.#db, name)
        if (row?.life !== life) throw closedError(name, 'destroyed')
        return row.version
      })
    return SqlLocalStore.open(this.#db, name, newsOf, this.#isClosed)
  }

  async destroyLocal(name: string): Promise<void> {
    const life = await patiently('destroying a database', () => destroyLocal(this.#db, name))
    this.#news.delete(`local ${life}`)
  }

  /** Rejects while its server does not answer. */
  async check(): Promise<void> {
    await patiently('looking whether it answers', () => headRow(this.#db, ''))
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#bell?.close()
    await this.#db.destroy()
  }

  readonly #isClosed = (): boolean => this.#closed

  #newsOf(key: string, look: () => Promise<number>): News {
    const news = this.#news.get(key) ?? new News(look, this.#isClosed, () => this.#bell?.ring(key))
    this.#news.set(key, news)
    return news
  }
}

async function driverOf(place: SqlPlace): Promise<Driver> {
  return 'dialect' in place ? place : patiently('connecting', () => dialectOf(place.url))
}
