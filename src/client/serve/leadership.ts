/** Runs until `signal` aborts, or until it is done for good. */
export type Duty = (signal: AbortSignal) => Promise<void>

interface Office {
  readonly lock: string
  readonly duty: Duty
  /** Stops waiting for the lock or doing the duty. */
  term: AbortController
  /** Settles when the lock is released. */
  ended: Promise<unknown>
}

/**
 * Chooses by Web Locks which of an origin's workers does what only one need do. That two believe they lead harms nothing, since
 * storage compares and appends; so where there are no locks, everybody leads.
 */
export class Leadership {
  readonly #offices = new Set<Office>()
  #paused = false

  /** Does `duty` once, and for as long as, nobody else holds `lock`. Returns the way to resign, which waits for the duty to end. */
  lead(lock: string, duty: Duty): () => Promise<void> {
    const office: Office = { lock, duty, term: new AbortController(), ended: Promise.resolve() }
    this.#offices.add(office)
    if (!this.#paused) this.#run(office)
    return async () => {
      this.#offices.delete(office)
      office.term.abort()
      await office.ended
    }
  }

  /** Gives up every lock: a frozen worker must not stand in the way of those that run. */
  async pause(): Promise<void> {
    this.#paused = true
    for (const office of this.#offices) office.term.abort()
    await Promise.all([...this.#offices].map((office) => office.ended))
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    for (const office of this.#offices) this.#run(office)
  }

  #run(office: Office): void {
    office.term = new AbortController()
    const { signal } = office.term
    const before = office.ended
    const work = async (): Promise<void> => {
      if (!signal.aborted) await office.duty(signal)
    }
    office.ended = before
      .then(() => {
        const locks = globalThis.navigator?.locks
        return locks === undefined ? work() : locks.request(office.lock, { signal }, work)
      })
      .catch(() => undefined) // gave up waiting; a duty reports its own failures
  }
}
