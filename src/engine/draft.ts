import { AnnalsError } from '../base/errors.ts'
import { andThen, type MaybePromise } from '../base/maybe-promise.ts'
import { PROVISIONAL_BASE, txOfT } from '../datom/ids.ts'
import type { Db } from '../db/db.ts'
import type { ConfirmedHead, LogRow } from '../storage/port.ts'
import type { DatomsOf, TransactEnv, Transaction } from '../transact/transaction.ts'
import { GrowingDb } from './growing-db.ts'
import type { Place } from './place.ts'
import { type LogRecord, toRow } from './record.ts'
import { askedEnv, type Runtime } from './runtime.ts'
import type { Lack } from './written-places.ts'

/** Decides a transaction. */
export type Run<T> = (db: Db, env: Omit<TransactEnv, 'txid'>) => MaybePromise<T>

/** With the id that may be minted after it. */
export type Decided<T = Transaction> = T & { readonly nextId: number }

/** What a transaction comes to on a value without those before it. */
export interface Foreseen {
  readonly lack: Lack
  readonly decided: Transaction
}

/** A log to which transactions are added as they are decided, before they are stored. */
export class Draft {
  readonly value: GrowingDb
  head: ConfirmedHead
  nextId: number
  /** Of the newest that was added, ms since 1970. */
  #instant = 0
  /** When it was first looked at what is to come, ms since 1970: what is decided in between is not to be later than that. */
  #now: number | undefined

  constructor(place: Place) {
    this.value = new GrowingDb(place.db)
    this.head = place.head
    this.nextId = place.nextId
  }

  /**
   * What `run` makes of the next transaction, with the environment that it has here but for its uuid, and the id that may be minted
   * after it. May run it twice. `datomsOf` knows what the log holds.
   */
  decide<T extends Transaction>(runtime: Runtime, datomsOf: DatomsOf, run: Run<T>): Promise<Decided<T>> {
    return this.value.decide((db, lack) => this.#attempt(runtime, datomsOf, run, txOfT(this.head.t + 1), db, lack))
  }

  /** What `run` makes of transaction `tx` before its turn; undefined where it is refused, mints ids, or asks more than the indexes. */
  async foresee(
    runtime: Runtime,
    datomsOf: DatomsOf,
    run: Run<Transaction>,
    tx: number,
  ): Promise<Foreseen | undefined> {
    const lack = this.value.look()
    const { nextId } = this
    this.#now ??= runtime.now()
    try {
      const decided = await this.#attempt(runtime, datomsOf, run, tx, { ...lack.db, reads: lack }, lack)
      return decided.nextId === nextId ? { lack, decided } : undefined
    } catch {
      return undefined
    }
  }

  /** What was foreseen of the next transaction, where it still comes to that. */
  take({ lack, decided }: Foreseen): Decided | undefined {
    if (decided.instant < this.#instant || !this.value.allows(lack)) return undefined
    return Object.assign(decided, { nextId: this.nextId }) // others may have minted meanwhile
  }

  #attempt<T extends Transaction>(
    runtime: Runtime,
    datomsOf: DatomsOf,
    run: Run<T>,
    tx: number,
    db: Db,
    lack: Lack | undefined,
  ): MaybePromise<Decided<T>> {
    let { nextId } = this
    const deciding = run(db, {
      tx,
      now: Math.max(this.#now ?? runtime.now(), this.#instant),
      mint: () => {
        if (nextId < PROVISIONAL_BASE) return nextId++
        throw new AnnalsError('tx/too-large', 'no ids are left')
      },
      ...askedEnv(runtime, datomsOf, lack),
    })
    return andThen(deciding, (decided) => {
      lack?.follows(this.#instant, decided.instant)
      return Object.assign(decided, { nextId }) // a copy would ask for the ids of all
    })
  }

  /** `nextId`: the id that may be minted after it. */
  add(record: LogRecord, nextId: number): LogRow {
    const row = toRow(record, this.head.hash)
    this.value.add({ tx: txOfT(record.t), basisT: record.t, data: record.data })
    this.head = { t: row.t, hash: row.hash }
    this.nextId = nextId
    this.#instant = record.instant
    return row
  }

  /** The way back to what it is now. */
  mark(): () => void {
    const { head, nextId } = this
    const instant = this.#instant
    const back = this.value.mark()
    return () => {
      back()
      this.head = head
      this.nextId = nextId
      this.#instant = instant
    }
  }

  async place(): Promise<Place> {
    return { db: await this.value.whole(), head: this.head, nextId: this.nextId }
  }
}
