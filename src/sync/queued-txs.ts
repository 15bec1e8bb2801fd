import { type Pending, pendingTx } from './pending.ts'

/** The transactions that were in the queue in this session, by their pending entities: those of the decided are still asked for. */
export class QueuedTxs {
  readonly #txids = new Map<number, string>()

  readonly txidOf = (tx: number): string | undefined => this.#txids.get(tx)

  /** Requires: of `entries`, only those at the end are new. */
  add(entries: readonly Pending[]): void {
    for (const { seq, txid } of entries.toReversed()) {
      if (this.#txids.get(pendingTx(seq)) === txid) return
      this.#txids.set(pendingTx(seq), txid)
    }
  }
}
