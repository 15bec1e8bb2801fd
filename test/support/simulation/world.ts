import { seededRandom } from './random.ts'
import { Violation } from './violation.ts'

/** How likely what may go wrong by chance is, each time that it may. */
const RATES = {
  'lost request': 0.08,
  'lost answer': 0.12,
  duplicate: 0.08,
  'long delay': 0.03,
  'refused token': 0.05,
  'node dies before a write': 0.01,
  'node dies after a write': 0.02,
  'storage fails before a write': 0.01,
  'storage fails after a write': 0.01,
  'tab dies before a write': 0.005,
  'tab dies after a write': 0.005,
  'frozen tab': 0.003,
}
export type Fault = keyof typeof RATES
export const FAULTS = Object.keys(RATES) as readonly Fault[]

/** Virtual time and seeded chance: the same seed makes the same history. */
export class World {
  /** Milliseconds since 1970. */
  now = 1_700_000_000_000
  /** How often what has happened, by name: to show that it does happen. */
  readonly tally = new Map<string, number>()
  /** 0 ..< 1. */
  readonly random: () => number
  /** Once healed, nothing goes wrong any more. */
  healed = false
  private broken: Violation | undefined
  private order = 0
  private events: { at: number; order: number; run: () => void }[] = []

  constructor(seed: number) {
    this.random = seededRandom(seed)
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
  count(what: string): void {
    this.tally.set(what, (this.tally.get(what) ?? 0) + 1)
  }
  strikes(fault: Fault): boolean {
    if (this.healed || !this.chance(RATES[fault])) return false
    this.count(fault)
    return true
  }

  /** Something failed where nobody awaits it: the run ends with it. */
  readonly fail = (what: unknown): void => {
    if (what instanceof Violation) this.broken ??= what
    else this.broken ??= new Violation('no failure', String(what), { cause: what })
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
    const settles = (): void => {
      settled = true
    }
    promise.then(settles, settles)
    if (!(await this.run(60_000, () => settled)))
      throw new Violation('comes to rest', 'a minute has passed, and nothing came of it')
    return promise
  }

  /** Lets time pass until `done`, or for `ms`; false when time ran out. */
  async run(ms: number, done: () => boolean = () => false): Promise<boolean> {
    const end = this.now + ms
    for (;;) {
      await settle()
      if (this.broken !== undefined) throw this.broken
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
