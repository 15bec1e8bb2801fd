import { AnnalsError } from '../base/errors.ts'
import { breakOff, type Sequence } from './sequence.ts'

/** A call that waits for its turn. */
export interface Call<In, Out> {
  readonly input: In
  readonly resolve: (out: Out) => void
  /** Breaks off the sequence that it is of. */
  readonly reject: (error: unknown) => void
}

/**
 * Gathers calls that arrive while others are being worked on, and hands them over together: what makes one storage write serve
 * many transactions. `run` must settle every call; what it throws rejects those it has not settled.
 */
export class CallQueue<In, Out> {
  #waiting: Call<In, Out>[] = []
  #running: Promise<void> | undefined

  constructor(
    private readonly run: (calls: readonly Call<In, Out>[]) => Promise<void>,
    /** Calls handed over at once, at most. */
    private readonly most = 1000,
    /** Calls that wait, at most: what each holds is the caller's, and may be large. */
    private readonly bound = 2 ** 16,
  ) {}

  /** Rejects with `connection/overloaded` when too many wait already. */
  add(input: In, sequence?: Sequence): Promise<Out> {
    if (this.#waiting.length >= this.bound) return Promise.reject(overloaded(this.bound))
    return new Promise((resolve, fail) => {
      const reject = (error: unknown): void => {
        breakOff(sequence)
        fail(error)
      }
      this.#waiting.push({ input, resolve, reject })
      this.#running ??= this.#drain()
    })
  }

  /** Resolves when nothing waits or runs. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running
  }

  async #drain(): Promise<void> {
    await Promise.resolve() // calls made in one turn go together
    while (this.#waiting.length > 0) {
      const calls = this.#waiting.splice(0, this.most)
      try {
        await this.run(calls)
      } catch (error) {
        for (const call of calls) call.reject(error)
      }
    }
    this.#running = undefined
  }
}

const overloaded = (bound: number): AnnalsError =>
  new AnnalsError(
    'connection/overloaded',
    `${bound} transactions wait already: await some of them before more are sent, or use import, which does`,
    { waiting: bound },
  )
