import type { MaybePromise } from '../base/maybe-promise.ts'
import { txOfT } from '../datom/ids.ts'
import type { Decided, Draft, Foreseen } from './draft.ts'

/** Forms that are looked at together at first, and again after a look was in vain: some may have to be decided in their turn. */
const FEW = 32
/** At most so many: what they come to is held until it is their turn. */
const MANY = 4096
/** How many times more are looked at after each look that was not in vain. */
const GROWTH = 4

/**
 * Decides transactions before their turn, on one value, so that what they want of segments is read together and each segment is made
 * rows once. What one of them comes to is taken when it is its turn, unless those before it say something that it read.
 */
export class LookAhead {
  /** How often had to be waited when it was last looked. */
  #waits: number
  #most = FEW
  /** From the next transaction on, the last first. */
  #foreseen: (Foreseen | undefined)[] = []
  /** By how much `t` was ahead of the number of the transaction: less once one is refused, and all that follow get another `t`. */
  #lead: number | undefined

  constructor(
    private readonly draft: Draft,
    private readonly all: readonly (readonly unknown[])[],
    private readonly foresee: (i: number, tx: number) => Promise<Foreseen | undefined>,
  ) {
    this.#waits = draft.value.waits
  }

  /**
   * What transaction `i` comes to; undefined where it has to be decided in its turn. To be called for each, in order: those to come are
   * looked at as soon as the last one had to wait.
   */
  next(i: number): MaybePromise<Decided | undefined> {
    const { draft } = this
    if (this.#foreseen.length > 0 && draft.head.t - i !== this.#lead) {
      this.#foreseen = []
      this.#most = FEW
    }
    if (this.#foreseen.length === 0) {
      if (draft.value.waits === this.#waits) return undefined
      return this.#look(i).then(() => this.#taken())
    }
    return this.#taken()
  }

  #taken(): Decided | undefined {
    const found = this.#foreseen.pop()
    const decided = found && this.draft.take(found)
    if (decided === undefined) this.#most = FEW
    return decided
  }

  /** Not at a single one, which would be decided twice where it has to wait for its turn. */
  async #look(i: number): Promise<void> {
    const { draft, all } = this
    const { t } = draft.head
    let end = i
    for (let forms = 0; end < all.length && forms < this.#most; end++) forms += (all[end] as readonly unknown[]).length
    if (end - i === 1) return
    const looks = all.slice(i, end).map((_, k) => this.foresee(i + k, txOfT(t + 1 + k)))
    this.#foreseen = (await Promise.all(looks)).reverse()
    this.#lead = t - i
    this.#waits = draft.value.waits
    this.#most = Math.min(MANY, GROWTH * this.#most)
  }
}
