import type { Outcome } from '../src/sync/protocol.ts'

/** What servers have said of transactions. One has one end for ever: what contradicts an earlier answer, a lost one too, throws. */
export class Acknowledgements {
  /** `t` by txid. */
  readonly confirmed = new Map<string, number>()
  readonly refused = new Set<string>()
  /** Transactions that were answered more than once. */
  repeated = 0

  get size(): number {
    return this.confirmed.size + this.refused.size
  }

  hear(outcomes: readonly (Outcome & { readonly txid: string })[]): void {
    for (const outcome of outcomes) this.hearOne(outcome.txid, outcome)
  }

  private hearOne(txid: string, outcome: Outcome): void {
    const before = this.confirmed.get(txid)
    const isRefused = this.refused.has(txid)
    if (before !== undefined || isRefused) this.repeated++
    const t = outcome.status === 'confirmed' ? outcome.t : undefined
    if ((before !== undefined && before !== t) || (isRefused && t !== undefined))
      throw new Error(
        `${txid} was ${isRefused ? 'refused' : `confirmed at ${before}`}, and is now ${outcome.status} ${t}`,
      )
    if (t === undefined) this.refused.add(txid)
    else this.confirmed.set(txid, t)
  }
}
