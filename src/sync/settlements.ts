import type { Settled } from '../api/report.ts'

/** How transactions of this session ended, and who waits to hear it. */
export class Settlements {
  readonly #ended = new Map<string, Settled>()
  readonly #waiting = new Map<string, ((settled: Settled) => void)[]>()

  get(txid: string): Settled | undefined {
    return this.#ended.get(txid)
  }

  /** Resolves when it has ended: at once where it has. */
  async wait(txid: string): Promise<Settled> {
    const known = this.#ended.get(txid)
    if (known !== undefined) return known
    return new Promise((resolve) => {
      const all = this.#waiting.get(txid)
      if (all === undefined) this.#waiting.set(txid, [resolve])
      else all.push(resolve)
    })
  }

  end(all: ReadonlyMap<string, Settled>): void {
    for (const [txid, settled] of all) {
      this.#ended.set(txid, settled)
      for (const resolve of this.#waiting.get(txid) ?? []) resolve(settled)
      this.#waiting.delete(txid)
    }
  }
}
