import type { ExciseOptions, ExciseReport, Stats, TransactOptions } from '../api/connection.ts'
import type { EntityRef } from '../api/db.ts'
import type { Settled } from '../api/report.ts'
import type { AnnalsError } from '../base/errors.ts'
import type { ChunkSize } from '../base/import-chunk.ts'
import type { TxData } from '../datom/tx-data.ts'
import type { Db } from '../db/db.ts'
import type { LogRow } from '../storage/port.ts'
import type { LazyDb } from './lazy-db.ts'
import type { LogOrigin } from './origin.ts'
import type { Sequence } from './sequence.ts'

export interface WriteOptions extends TransactOptions {
  /** An installation of schema: withdrawn without noise where it has become empty. */
  readonly schema?: boolean
  /** Not made where one before it in this sequence was refused. */
  readonly sequence?: Sequence
}

/** What a ledger did with one transaction, once it is durable. */
export interface Written {
  readonly txid: string
  readonly tx: number
  /** Its place in the log; undefined while it is pending. */
  readonly t: number | undefined
  readonly data: TxData
  readonly tempids: Readonly<Record<string, number>>
  readonly before: Db | LazyDb
  readonly after: Db | LazyDb
}

/** What changed between two values of a database that followed each other. */
export interface Change {
  readonly db: Db
  /** Attributes of all facts that came or went; undefined when it cannot be told. */
  readonly attributes: ReadonlySet<number> | undefined
  /** Those facts themselves, where they are at hand. */
  readonly data?: readonly TxData[]
}

/**
 * Where an open database writes, and which value is its newest: the log of a local-only database, or the queue of a replica.
 * Everything else in the engine is the same for both.
 */
export interface Ledger {
  /** What users see: confirmed and pending. */
  readonly db: Db
  /** What elements of an import may share a transaction, at most; undefined: as many as come in one step. */
  readonly chunk: ChunkSize | undefined
  /** Runs `forms` on the newest value and stores the outcome; resolves when durable. */
  transact(forms: readonly unknown[], options: WriteOptions): Promise<Written>
  /** Called in order, after the new value is in place. */
  onChange(listener: (change: Change) => void): () => void
  /**
   * Called while a change is being stored, so that what it leads to is ready then; nobody is told before `onChange` brings the same
   * `db`. Absent where nothing is foreseen.
   */
  onForeseen?(listener: (change: Change) => void): () => void
  onFailure(listener: (error: AnnalsError) => void): () => void
  /** Goes on to what others have written, of which nobody may have told: this tab was asleep. */
  wake(): void
  /** Rows of the confirmed log, `from <= t`. */
  readLog(from: number, limit: number): Promise<readonly LogRow[]>
  /** Where its values come from: another one after each excision. */
  readonly origin: LogOrigin
  /** Of its segments, now. */
  stats(): Pick<Stats, 'index' | 'cache'>
  /** Takes facts out of the log for good; resolves when they are gone here. */
  excise(target: EntityRef, options: ExciseOptions): Promise<ExciseReport>
  /** How the transaction of that uuid ended. */
  settled(txid: string): Promise<Settled>
  close(): Promise<void>
}
