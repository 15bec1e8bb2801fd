import { Watchers } from '../watchers.ts'
import { HeadPoll } from './head-poll.ts'

/** Says between processes that a database has changed, where the server can carry that: a hint, which may get lost. */
export interface Bell {
  ring(name: string): void
  /** `listener` hears of other processes' rings, perhaps of its own. */
  onRing(listener: (name: string) => void): void
  close(): Promise<void>
}

/** What the stores of one database in this process hear of each other, and of other processes. */
export class News {
  readonly #watchers = new Watchers()
  readonly #poll: HeadPoll
  readonly #ring: () => void

  /** `look`: the number that every change moves. `ring` tells other processes. */
  constructor(look: () => Promise<number>, isEnded: () => boolean, ring: () => void) {
    this.#ring = ring
    this.#poll = new HeadPoll(
      look,
      () => !isEnded() && this.#watchers.any,
      () => this.#watchers.tellAll(),
    )
  }

  /** Returns the way to stop. */
  watch(owner: object, listener: () => void): () => void {
    const stop = this.#watchers.add(owner, listener)
    this.#poll.start()
    return stop
  }

  /** Whoever watches from now on knows what there is at `n`; who watches already may not, where another process made it. */
  knows(n: number): void {
    if (this.#poll.knows(n)) this.#watchers.tellAll()
  }

  /** `owner`, who knew what there was at `from`, has moved the number to `n`. */
  made(owner: object, from: number, n: number): void {
    const missed = this.#poll.told !== undefined && from > this.#poll.told
    if (this.#poll.knows(n)) {
      // what another process did before is news to the owner as well
      if (missed) this.#watchers.tellAll()
      else this.#watchers.tellOthers(owner)
    }
    this.#ring()
  }

  /** Another process may have moved it. */
  hint(): void {
    this.#poll.hint()
  }

  leave(owner: object): void {
    this.#watchers.leave(owner)
  }
}
