import { AnnalsError } from '../base/errors.ts'
import { PROVISIONAL_BASE, txOfT } from '../datom/ids.ts'
import type { Db } from '../db/db.ts'
import type { ConfirmedHead, LogRow } from '../storage/port.ts'
import type { DatomsOf, TransactEnv, Transaction } from '../transact/transaction.ts'
import { GrowingDb } from './growing-db.ts'
import type { Place } from './place.ts'
import { type LogRecord, toRow } from './record.ts'
import { askedEnv, type Runtime } from './runtime.ts'

/** A log to which transactions are added as they are decided, before they are stored. */
export class Draft {
  readonly value: GrowingDb
  head: ConfirmedHead
  nextId: number
  /** Of the newest that was added, ms since 1970. */
  private instant = 0

  constructor(place: Place) {
    this.value = new GrowingDb(place.db)
    this.head = place.head
    this.nextId = place.nextId
  }

  /**
   * What `run` makes of the next transaction, with the environment that it has here but for its uuid, and the id that may be minted
   * after it. May run it twice. `datomsOf` knows what the log holds.
   */
  async decide<T extends Transaction>(
    runtime: Runtime,
    datomsOf: DatomsOf,
    run: (db: Db, env: Omit<TransactEnv, 'txid'>) => Promise<T>,
  ): Promise<T & { readonly nextId: number }> {
    return this.value.decide(async (db, lack) => {
      let { nextId } = this
      const decided = await run(db, {
        tx: txOfT(this.head.t + 1),
        now: Math.max(runtime.now(), this.instant),
        mint: () => {
          if (nextId < PROVISIONAL_BASE) return nextId++
          throw new AnnalsError('tx/too-large', 'no ids are left')
        },
        ...askedEnv(runtime, datomsOf, lack),
      })
      lack?.follows(this.instant, decided.instant)
      return Object.assign(decided, { nextId }) // a copy would ask for the ids of all
    })
  }

  /** `nextId`: the id that may be minted after it. */
  add(record: LogRecord, nextId: number): LogRow {
    const row = toRow(record, this.head.hash)
    this.value.add({ tx: txOfT(record.t), basisT: record.t, data: record.data })
    this.head = { t: row.t, hash: row.hash }
    this.nextId = nextId
    this.instant = record.instant
    return row
  }

  /** The way back to what it is now. */
  mark(): () => void {
    const was = { ...this }
    const back = this.value.mark()
    return () => {
      back()
      Object.assign(this, was)
    }
  }

  async place(): Promise<Place> {
    return { db: await this.value.whole(), head: this.head, nextId: this.nextId }
  }
}
