import type { AnnalsError, ErrorCode } from '../base/errors.ts'
import type { ShownDatom, TxForms } from './db.ts'
import type { Functions } from './functions.ts'
import type { Store } from './live.ts'
import type { Settled } from './report.ts'
import type { SchemaDef } from './schema.ts'
import type { App, CheckedForms } from './typed/answer.ts'

export interface SyncOptions {
  /** The remote database, such as '/sync/inventory'. */
  readonly url: string
  /** A bearer token, asked for at each connection and again after a 401. */
  readonly auth?: () => string | undefined | Promise<string | undefined>
}

export interface SyncStatus {
  readonly state:
    | 'local'
    | 'offline'
    | 'connecting'
    | 'catching-up'
    | 'live'
    | 'backing-off'
    | 'unauthorised'
    | 'too-old'
    | 'diverged'
  /** How many transactions wait for the remote log. */
  readonly pending: number
  /** How many it refused and nobody has dealt with yet. */
  readonly rejected: number
  /** The newest confirmed `t` here. */
  readonly t: number
  /** The newest `t` the remote told of. */
  readonly remoteT?: number
  /** When the next try is made, ms since 1970. */
  readonly retryAt?: number
  readonly error?: AnnalsError
}

/** A transaction that waits. */
export interface PendingTx {
  readonly id: string
  readonly tx: number
  readonly intent: readonly unknown[]
  /** When it was made, by the device's clock. */
  readonly instant: Date
  /** What it changes here; empty when that cannot be predicted. */
  readonly txData: readonly ShownDatom[]
  /** Why it could not be predicted on the newest confirmed facts; the remote will decide. */
  readonly conflict?: { readonly code: ErrorCode; readonly message: string }
}
/** A transaction that the remote refused, with its reason. */
export interface RejectedTx {
  readonly id: string
  readonly intent: readonly unknown[]
  readonly instant: Date
  readonly code: ErrorCode
  readonly message: string
  readonly facts: Readonly<Record<string, unknown>>
}

/** `S` and `F` as of the connection. */
export interface Sync<S extends SchemaDef = SchemaDef, F extends Functions = Functions> extends Store<SyncStatus> {
  pending(): Promise<PendingTx[]>
  rejected(): Promise<RejectedTx[]>
  /** Sends a refused transaction again, as a new one; resolves to its id. `sync/not-rejected`. */
  retry(id: string): Promise<string>
  /**
   * Sends other transaction data in place of a refused or a pending one; resolves to the new id. The pending one is withdrawn in
   * the same step: should the remote have confirmed it already, both are made. `sync/not-rejected`.
   */
  amend<const T extends TxForms & CheckedForms<A, T> = TxForms, A extends App = App<S, F>>(
    id: string,
    txData: T,
  ): Promise<string>
  /** Takes a pending transaction back, or drops a refused one. `sync/not-pending`. */
  withdraw(id: string): Promise<Settled>
  /** How the transaction ended; waits while it is pending. Rejects with `connection/closed`. */
  settled(id: string): Promise<Settled>
  /**
   * Resolves when nothing is pending any more, and what was written before there was a remote has reached it. Rejects with what stands
   * in the way, or `connection/closed`.
   */
  flush(): Promise<void>
  /** Stops (false) or resumes (true) talking to the remote; what is pending stays. */
  setOnline(online: boolean): void
}
