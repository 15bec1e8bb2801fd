import { PostgresDialect } from 'kysely'
import type { Pool, PoolClient } from 'pg'
import type { Driver } from './dialect.ts'
import type { Bell } from './news.ts'
import { optionalPackage } from './optional-package.ts'

const CHANNEL = 'annals'
/** Milliseconds in which a name is told at most once: NOTIFY costs the server a lock. */
const THROTTLE = 5
/** Milliseconds until listening is tried again. */
const LISTEN_AGAIN = 1000

/** A pool of connections; after a commit other nodes are told by NOTIFY, outside of the transaction. */
export async function postgres(connectionString: string): Promise<Driver> {
  // A bundler must not look for what may not be installed.
  const name: string = 'pg'
  const { default: pg } = await optionalPackage<typeof import('pg')>(name, () => import(/* @vite-ignore */ name))
  const pool = new pg.Pool({ connectionString })
  // A connection that breaks, lent or idle, says so to nobody in particular, and that would end the process. Whoever is
  // waiting for its answer, or asks next, meets the error.
  pool.on('connect', (client) => void client.on('error', () => undefined))
  pool.on('error', () => undefined)
  return { dialect: new PostgresDialect({ pool }), bell: new PostgresBell(pool) }
}

/** The server's process that serves a connection: known to the driver, though not to its types. */
const processOf = (client: PoolClient): number | undefined =>
  (client as unknown as { readonly processID?: number }).processID

class PostgresBell implements Bell {
  readonly #pool: Pool
  readonly #waiting = new Set<string>()
  /** Processes of the server that work for this pool: what they tell is known here. */
  readonly #own = new Set<number | undefined>()
  #listener: PoolClient | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #closed = false

  constructor(pool: Pool) {
    this.#pool = pool
    pool.on('connect', (client) => void this.#own.add(processOf(client)))
    pool.on('remove', (client) => void this.#own.delete(processOf(client)))
  }

  ring(name: string): void {
    if (this.#closed || this.#waiting.has(name)) return
    this.#waiting.add(name)
    setTimeout(() => {
      this.#waiting.delete(name)
      if (!this.#closed) this.#pool.query('select pg_notify($1, $2)', [CHANNEL, name]).catch(() => undefined)
    }, THROTTLE).unref()
  }

  onRing(listener: (name: string) => void): void {
    void this.#listen(listener)
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#listener?.release(true)
    this.#listener = undefined
  }

  /** Keeps one connection that listens; meanwhile, and where none can be had, news come by looking. */
  async #listen(listener: (name: string) => void): Promise<void> {
    try {
      const client = await this.#pool.connect()
      if (this.#closed) return client.release(true)
      this.#listener = client
      client.on('notification', ({ payload, processId }) => {
        if (!this.#own.has(processId)) listener(payload ?? '')
      })
      client.on('error', () => this.#lost(client, listener))
      await client.query(`listen ${CHANNEL}`)
    } catch {
      this.#lost(this.#listener, listener)
    }
  }

  #lost(client: PoolClient | undefined, listener: (name: string) => void): void {
    if (this.#closed || client !== this.#listener) return
    this.#listener = undefined
    client?.release(true)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#listen(listener), LISTEN_AGAIN)
    this.#timer.unref()
  }
}
