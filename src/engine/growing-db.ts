import type { MaybePromise } from '../base/maybe-promise.ts'
import { applyTxs, type DecidedTx } from '../db/apply.ts'
import type { Db } from '../db/db.ts'
import { LazyDb } from './lazy-db.ts'
import { Lack, WrittenPlaces } from './written-places.ts'

/** A transaction that was decided, and the basis of the value that has it. */
interface Addition extends DecidedTx {
  readonly basisT: number
}

/**
 * A value to which transactions are added one after another. To put each into the indexes by itself would copy the same leaves
 * again and again; so they wait, and go in together. What is decided meanwhile and reads nothing that they say comes out the
 * same without them; what does read of them is decided again, with them.
 */
export class GrowingDb {
  #waiting: Addition[] = []
  #places = new WrittenPlaces()
  /** How many of those that wait are in it. */
  #noted = 0
  /** The value with those that wait, where somebody has it in hand. */
  #lazy: LazyDb | undefined

  constructor(private db: Db) {}

  /** The value as it is now, made when it is asked for. */
  get now(): Db | LazyDb {
    const { db } = this
    const waiting = this.#waiting
    const last = waiting.at(-1)
    if (last === undefined) return db
    const count = waiting.length
    this.#lazy ??= new LazyDb(last.basisT, last.tx, () => applyTxs(db, waiting.slice(0, count), last.basisT))
    return this.#lazy
  }

  /** How often somebody had to wait for segments. */
  get waits(): number {
    return this.db.present.eavt.base?.source.waits ?? 0
  }

  /** What `decide` comes to on the value as it is now. `lack`: what the value that it is given lacks, and must not be asked. */
  async decide<T>(decide: (db: Db, lack?: Lack) => MaybePromise<T>): Promise<T> {
    if (this.#waiting.length > 0 && !this.#written().hasSchema) {
      const lack = this.look()
      try {
        const deciding = decide({ ...this.db, reads: lack }, lack)
        const decided = deciding instanceof Promise ? await deciding : deciding
        if (this.allows(lack)) return decided
      } catch (e) {
        if (this.allows(lack)) throw e
      }
    }
    return decide(await this.whole())
  }

  /** A look at the value without those that wait. */
  look(): Lack {
    return new Lack(this.db)
  }

  /** Whether what was read at such a look is the same with those that wait. */
  allows(lack: Lack): boolean {
    return lack.db === this.db && lack.allows(this.#written())
  }

  add(addition: Addition): void {
    this.#waiting.push(addition)
    this.#lazy = undefined
  }

  /** The way back to the value as it is now. */
  mark(): () => void {
    const { db } = this
    const waiting = this.#waiting
    const count = waiting.length
    return () => {
      this.db = db
      this.#waiting = waiting.slice(0, count)
      this.#forget()
    }
  }

  /** The value with everything in it that was added. */
  async whole(): Promise<Db> {
    const { now } = this
    if (now instanceof LazyDb) {
      this.db = await now.value
      this.#waiting = []
      this.#forget()
    }
    return this.db
  }

  /** What was noted of those that wait. */
  #forget(): void {
    this.#lazy = undefined
    this.#places = new WrittenPlaces()
    this.#noted = 0
  }

  /** Where those that wait say something; noted only when another follows them. */
  #written(): WrittenPlaces {
    for (; this.#noted < this.#waiting.length; this.#noted++)
      this.#places.add((this.#waiting[this.#noted] as Addition).data)
    return this.#places
  }
}
