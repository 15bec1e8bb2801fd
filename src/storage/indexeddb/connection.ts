import { wrap } from 'idb'
import type { AnnalsError } from '../../base/errors.ts'
import type { MaybePromise } from '../../base/maybe-promise.ts'
import { closedError } from '../closed.ts'
import type { StoreName, Tx } from './disk.ts'
import { openDatabase, type Place } from './open-database.ts'
import { readHead } from './read-head.ts'
import { errorName, storageError } from './storage-error.ts'
import { inTransaction } from './transaction.ts'

/** What a piece of work tells about itself: from `wrote` on, doing it a second time might do it twice. */
export interface Attempt {
  wrote: boolean
}

/** What a piece of work needs. */
export interface Needs<Mode extends 'readonly' | 'readwrite'> {
  readonly stores: readonly StoreName[]
  readonly mode: Mode
  readonly durability: IDBTransactionDurability
}

export interface Task<T, Mode extends 'readonly' | 'readwrite'> extends Needs<Mode> {
  /** As in {@link inTransaction}. May run twice, unless it set `attempt.wrote`. */
  work(tx: Tx<Mode>, attempt: Attempt): Promise<T>
}

/**
 * The handle on one database: dropped when the browser takes it away, opened again by the next call.
 *
 *     open --versionchange, close event, lost connection--> dropped --next call--> open
 *     dropped --next call finds another database of the name, or none--> ended ('destroyed')
 *     any --close()--> ended ('closed')
 */
export class Connection {
  readonly #place: Place
  readonly #name: string
  readonly #onReopened: () => void
  #handle: Promise<IDBDatabase> | undefined
  /** What `#handle` resolved to: whoever asks from then on need not wait, and has asked IndexedDB when his call returns. */
  #db: IDBDatabase | undefined
  #incarnation: string | undefined
  #ended: AnnalsError | undefined

  /** `onReopened` runs when a lost handle was replaced: other tabs' messages may have been missed in between. */
  constructor(place: Place, name: string, onReopened: () => void) {
    this.#place = place
    this.#name = name
    this.#onReopened = onReopened
  }

  /** Resolves when the database answers; makes it the first time. */
  async open(): Promise<void> {
    await this.#connected()
  }

  /** Every call from now on rejects with `storage/closed`; transactions under way finish. */
  async close(): Promise<void> {
    this.#ended ??= closedError(this.#name, 'closed')
    const handle = this.#handle
    this.#drop(handle)
    const db = await handle?.catch(() => undefined)
    db?.close()
  }

  /** Why this connection is of no more use; undefined while it is. */
  get ended(): AnnalsError | undefined {
    return this.#ended
  }

  run<T, Mode extends 'readonly' | 'readwrite'>(doing: string, task: Task<T, Mode>): Promise<T> {
    return this.runBare(doing, task, (tx, attempt) => task.work(promised(tx), attempt))
  }

  /** As {@link run}, with a transaction whose requests are no promises: what a small commit asks for nobody awaits. */
  async runBare<T, Mode extends 'readonly' | 'readwrite'>(
    doing: string,
    { stores, mode, durability }: Needs<Mode>,
    work: (tx: IDBTransaction, attempt: Attempt) => MaybePromise<T>,
  ): Promise<T> {
    for (let again = false; ; again = true) {
      const handle = this.#connected()
      const db = this.#db ?? (await handle)
      const attempt: Attempt = { wrote: false }
      try {
        return await inTransaction(db, stores, mode, durability, (tx) => work(tx, attempt))
      } catch (e) {
        const mayBeLost = mayBeLostHandle(e)
        // an abort of what was written may be the answer: in WebKit that of a key which is taken
        if (mayBeLost && !(attempt.wrote && errorName(e) === 'AbortError')) {
          db.close() // what else is under way on it goes on to its end
          this.#drop(handle)
        }
        if (again || attempt.wrote || !mayBeLost) throw storageError(e, this.#name, doing)
      }
    }
  }

  #connected(): Promise<IDBDatabase> {
    if (this.#ended) return Promise.reject(this.#ended)
    if (this.#handle !== undefined) return this.#handle
    const handle: Promise<IDBDatabase> = this.#connect(() => this.#drop(handle)).then((db) => {
      if (this.#handle === handle) this.#db = db
      return db
    })
    this.#handle = handle
    return handle
  }

  #drop(handle: Promise<IDBDatabase> | undefined): void {
    if (this.#handle !== handle) return
    this.#handle = undefined
    this.#db = undefined
  }

  async #connect(onLost: () => void): Promise<IDBDatabase> {
    const reopening = this.#incarnation !== undefined
    try {
      const open = (): Promise<IDBDatabase> => openDatabase(this.#place, this.#name, { create: !reopening, onLost })
      // A browser that just woke up, or is clearing data, may fail the first time.
      const db = await open().catch((e: AnnalsError) => (mayBeLostHandle(e.cause) ? open() : Promise.reject(e)))
      await this.#recognise(db).catch((e: unknown) => {
        db.close()
        throw e
      })
      if (reopening) this.#onReopened()
      return db
    } catch (e) {
      onLost()
      const error = storageError(e, this.#name, 'opening it')
      if (error.code === 'storage/closed') this.#ended ??= error
      throw error
    }
  }

  async #recognise(db: IDBDatabase): Promise<void> {
    const read = (tx: IDBTransaction) => readHead(promised(tx), this.#name)
    const { incarnation } = await inTransaction(db, ['meta', 'log'], 'readonly', 'default', read)
    this.#incarnation ??= incarnation
    if (this.#incarnation !== incarnation) throw closedError(this.#name, 'destroyed')
  }
}

/** The transaction with promises in place of requests. */
function promised<Mode extends 'readonly' | 'readwrite'>(tx: IDBTransaction): Tx<Mode> {
  const wrapped = wrap(tx) as unknown as Tx<Mode>
  // Unused: `done` rejects at the first failed request, which is before the rollback and without the reason.
  wrapped.done.catch(() => {})
  return wrapped
}

/**
 * A closing handle throws InvalidStateError; a connection that broke fails its requests with AbortError, or in WebKit with
 * UnknownError on every call for ever after. A new handle cures all of them.
 */
function mayBeLostHandle(e: unknown): boolean {
  return ['InvalidStateError', 'AbortError', 'UnknownError'].includes(errorName(e))
}
