/** Virtual time and seeded chance: the same seed makes the same history. */
export class World {
  /** Milliseconds since 1970. */
  now = 1_700_000_000_000
  private order = 0
  private events: { at: number; order: number; run: () => void }[] = []
  private state: number

  constructor(seed: number) {
    this.state = (seed * 2_654_435_761) >>> 0
  }

  /** 0 ..< 1. */
  readonly random = (): number => {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let x = this.state
    x = Math.imul(x ^ (x >>> 15), x | 1)
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61)
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32
  }
  chance(p: number): boolean {
    return this.random() < p
  }
  /** A whole number 0 ..< n. */
  below(n: number): number {
    return Math.floor(this.random() * n)
  }
  pick<T>(items: readonly T[]): T | undefined {
    return items[this.below(items.length)]
  }

  readonly after = (ms: number, run: () => void): (() => void) => {
    const event = { at: this.now + ms, order: this.order++, run }
    this.events.push(event)
    return () => {
      this.events = this.events.filter((e) => e !== event)
    }
  }
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve))
  }

  /** Lets time pass until `promise` settles. */
  async during<T>(promise: Promise<T>): Promise<T> {
    let settled = false
    promise.then(
      () => {
        settled = true
      },
      () => {
        settled = true
      },
    )
    if (!(await this.run(60_000, () => settled))) throw new Error('a minute has passed, and nothing came of it')
    return promise
  }

  /** Lets time pass until `done`, or for `ms`; false when time ran out. */
  async run(ms: number, done: () => boolean = () => false): Promise<boolean> {
    const end = this.now + ms
    for (;;) {
      await settle()
      if (done()) return true
      const next = this.events.reduce<(typeof this.events)[number] | undefined>(
        (best, e) => (best === undefined || e.at < best.at || (e.at === best.at && e.order < best.order) ? e : best),
        undefined,
      )
      if (next === undefined || next.at > end) {
        this.now = end
        return done()
      }
      this.events = this.events.filter((e) => e !== next)
      this.now = Math.max(this.now, next.at)
      next.run()
    }
  }
}

/** Resolves when every promise that can settle without time passing has. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
