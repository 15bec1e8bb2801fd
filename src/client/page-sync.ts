import type { TxForms } from '../api/db.ts'
import type { DbRef, WorkerCalls } from '../api/messages.ts'
import type { Settled } from '../api/report.ts'
import type { PendingTx, RejectedTx, Sync, SyncStatus } from '../api/sync.ts'
import { ValueStore } from '../base/value-store.ts'
import type { Value } from './calls.ts'

/** The arguments of a call after what it is made of: the number of a connection, or a value. */
export type OwnArgs<K extends keyof WorkerCalls> =
  Parameters<WorkerCalls[K]> extends [number | DbRef, ...infer Rest] ? Rest : never
export type OwnCall = <K extends keyof WorkerCalls>(op: K, ...args: OwnArgs<K>) => Promise<Value<WorkerCalls, K>>

const UNKNOWN: SyncStatus = Object.freeze({ state: 'local', pending: 0, rejected: 0, t: 0 })

/** The page's end of `conn.sync`. */
export class PageSync extends ValueStore<SyncStatus> implements Sync {
  #online = true

  constructor(private readonly call: OwnCall) {
    super(UNKNOWN)
  }

  readonly pending = async (): Promise<PendingTx[]> => [...(await this.call('pending'))]
  readonly rejected = async (): Promise<RejectedTx[]> => [...(await this.call('rejected'))]
  readonly retry = (id: string): Promise<string> => this.call('retry', id)
  readonly amend = (id: string, txData: TxForms): Promise<string> => this.call('amend', id, txData)
  readonly withdraw = (id: string): Promise<Settled> => this.call('withdraw', id)
  readonly settled = (id: string): Promise<Settled> => this.call('settled', id)
  readonly flush = (): Promise<void> => this.call('flush')

  readonly setOnline = (online: boolean): void => {
    this.#online = online
    this.call('setOnline', online).catch(() => undefined) // a new worker is told again
  }

  /** The worker died. Another tab may have gone online since this one went off. */
  lost(): void {
    this.#online ||= this.getSnapshot().state !== 'offline'
  }

  /** After the database was opened in a new worker, which is online. */
  restore(): void {
    if (!this.#online) this.setOnline(false)
  }
}
