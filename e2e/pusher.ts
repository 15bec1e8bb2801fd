import type { IntentEntry, PushAnswer } from '../src/sync/protocol.ts'
import { type Answering, Speaker } from '../test/support/speaker.ts'
import type { Acknowledgements } from './acknowledgements.ts'

/** Transactions of a push, at most. */
const MOST = 100
/** Of so many transactions one is to be refused, and one adds to a count that all share. */
const REFUSED = 20
const COUNTED = 10
/** What all add to. */
export const SHARED = 'shared'
/** Milliseconds until an answer must have come, whatever was killed meanwhile. */
const PATIENCE = 120_000

/** A replica that pushes one batch after the other, each again and again until it is answered. */
export class Pusher {
  /** Transactions that add to the shared count. */
  readonly counted = new Set<string>()
  /** Pushes that were sent again. */
  again = 0
  private readonly speaker: Speaker
  private made = 0

  constructor(
    line: Answering,
    private readonly said: Acknowledgements,
  ) {
    this.speaker = new Speaker(line)
  }

  /** Pushes until `isEnough`, at the end of a batch. */
  async run(isEnough: () => boolean): Promise<void> {
    const nonce = crypto.randomUUID()
    await this.insist(() => this.speaker.register(nonce))
    while (!isEnough()) {
      let batch = Array.from({ length: Math.ceil(Math.random() * MOST) }, () => this.entry())
      while (batch.length > 0) batch = batch.slice(await this.push(batch))
    }
  }

  private entry(): IntentEntry {
    const n = this.made++
    const sku = (i: number): string => `${this.speaker.replica} ${i}`
    if (n % REFUSED === REFUSED - 1) return this.speaker.entry([[':db/cas', ['inv/sku', sku(0)], 'inv/count', -1, 0]])
    const item = { 'inv/sku': sku(n), 'inv/count': n }
    if (n % COUNTED > 0) return this.speaker.entry([item])
    const entry = this.speaker.entry([item, [':db/inc', ['inv/sku', SHARED], 'inv/count', 1]])
    this.counted.add(entry.txid)
    return entry
  }

  /** How many of `batch` were decided: the rest is to be pushed again. */
  private async push(batch: readonly IntentEntry[]): Promise<number> {
    const answer: PushAnswer = await this.insist(() => this.speaker.push(batch))
    if (answer.kind !== 'answers') throw new Error(`a push that follows is answered ${JSON.stringify(answer)}`)
    const { outcomes } = answer
    this.said.hear(outcomes)
    this.speaker.prev = outcomes.at(-1)?.txid ?? this.speaker.prev
    return outcomes.length
  }

  private async insist<T>(ask: () => Promise<T>): Promise<T> {
    const deadline = performance.now() + PATIENCE
    for (;;) {
      try {
        return await ask()
      } catch (e) {
        const { status } = e as { status?: number }
        const passes = status === 503 || e instanceof TypeError || e instanceof DOMException
        if (!passes || performance.now() > deadline) throw e
        this.again++
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
  }
}
