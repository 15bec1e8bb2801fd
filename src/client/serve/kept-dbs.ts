import type { Db } from '../../api/db.ts'
import type { WireDb } from '../../api/messages.ts'
import { AnnalsError } from '../../base/errors.ts'
import { DbHandle } from '../../engine/handle.ts'

/**
 * Values kept for one connection, at most. A page says what it has let go of, but only when its garbage is collected, which in
 * an idle page is never; and each value may hold some 50 KiB that no other needs.
 */
const MOST = 256

let lastToken = 0

/** The database values of one connection that its page may ask. */
export class KeptDbs {
  /** The longest unused first. */
  readonly #kept = new Map<number, Db>()
  #newest = 0

  constructor(private readonly current: () => Db) {}

  keep(db: Db): WireDb {
    const token = ++lastToken
    this.#kept.set(token, db)
    for (const old of this.#kept.keys()) {
      if (this.#kept.size <= MOST) break
      if (old !== this.#newest) this.#kept.delete(old)
    }
    return { token, basisT: db.basisT, fleeting: isFleeting(db) }
  }

  keepSpeculative(db: Db): WireDb {
    return { ...this.keep(db), fleeting: true }
  }

  /** The connection's newest value, which is kept however many come after it. */
  keepNewest(db: Db): WireDb {
    const wire = this.keep(db)
    this.#newest = wire.token
    return wire
  }

  /** Throws `db/gone`. */
  find({ token, basisT, fleeting }: WireDb): Db {
    const db = this.#kept.get(token)
    if (db !== undefined) {
      this.#kept.delete(token)
      this.#kept.set(token, db)
      return db
    }
    if (fleeting) throw gone(basisT, 'its pending or speculative facts')
    const current = this.current()
    // a database that was lost, and begun anew, knows nothing of it
    if (current.basisT < basisT) throw gone(basisT, 'its part of the log')
    return current.asOf(basisT)
  }

  /** As {@link find}, but never as a time view: what is speculated upon it is not held back by views. */
  findWhole({ token, basisT, fleeting }: WireDb): Db {
    const db = this.#kept.get(token)
    if (db !== undefined) return db
    const current = this.current()
    if (fleeting || isFleeting(current) || current.basisT !== basisT) throw gone(basisT, 'the whole of it')
    return current
  }

  release(tokens: readonly number[]): void {
    for (const token of tokens) this.#kept.delete(token)
  }
}

const isFleeting = (db: Db): boolean => !(db instanceof DbHandle) || db.isFleeting

const gone = (basisT: number, what: string): AnnalsError =>
  new AnnalsError(
    'db/gone',
    `this value (of t ${basisT}) is kept no more, and ${what} cannot be found again: take a new db()`,
    {
      basisT,
    },
  )
