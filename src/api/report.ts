import type { ErrorCode } from '../base/errors.ts'
import type { Db, ShownDatom } from './db.ts'
import type { Functions } from './functions.ts'
import type { SchemaDef } from './schema.ts'

/** How a transaction ended, as far as the remote log is concerned. */
export type Settled =
  | { readonly status: 'confirmed'; readonly t: number; readonly tx: number }
  | {
      readonly status: 'rejected'
      readonly code: ErrorCode
      readonly message: string
      readonly facts: Readonly<Record<string, unknown>>
    }
  | { readonly status: 'withdrawn' }

/** What a transaction did, given once it is durable. */
export interface TxReport<S extends SchemaDef = SchemaDef, F extends Functions = Functions> {
  /** The transaction's uuid, the same pending and confirmed: what may be kept. */
  readonly id: string
  /** The transaction's entity now; a pending one's becomes an alias when it is confirmed. */
  readonly tx: number
  /** Its place in the log; absent while pending. */
  readonly t?: number
  readonly status: 'pending' | 'confirmed'
  /** Entity ids of the tempids in the transaction data, `datomic.tx` among them where it is used. */
  readonly tempids: Readonly<Record<string, number>>
  readonly txData: readonly ShownDatom[]
  readonly dbBefore: Db<S, F>
  readonly dbAfter: Db<S, F>
  /** Never rejects; resolves at once where there is no remote. */
  readonly settled: Promise<Settled>
}

/** One transaction of the log. */
export interface LogEntry {
  readonly t: number
  readonly tx: number
  readonly id: string
  readonly instant: Date
  readonly datoms: readonly ShownDatom[]
}

export interface UndoReport {
  /** The id of the undoing transaction; absent when nothing was left to revert. */
  readonly id?: string
  /** Facts that were reverted: retracted assertions, re-asserted retractions. */
  readonly reverted: readonly ShownDatom[]
  /** Facts that were left alone, each with the transaction that spoke about them later, or the reason. */
  readonly skipped: readonly { readonly datom: ShownDatom; readonly reason: string; readonly by?: number }[]
}
