import type { MaybePromise } from '../base/maybe-promise.ts'
import { Builtin } from '../datom/builtin.ts'
import type { TxData } from '../datom/tx-data.ts'
import { type Db, withoutView } from '../db/db.ts'
import { valuesOf, whenLoaded } from '../db/load.ts'
import { scan } from '../db/view.ts'
import type { DatomsOf } from './transaction.ts'
import { placeKey } from './undo-plan.ts'

const NONE: ReadonlySet<string> = new Set()

/** Which transactions of a database undo which, and what they took back of increments. */
export class Undos {
  readonly #undone = new Map<number, readonly number[]>()
  readonly #recounts = new Map<number, ReadonlySet<string>>()
  readonly #db: Db

  constructor(
    db: Db,
    private readonly datomsOf: DatomsOf,
  ) {
    this.#db = withoutView(db)
  }

  /** The transactions that `tx` undoes; usually none. Known at once where it was asked before: it is asked for each fact. */
  undoneBy(tx: number): MaybePromise<readonly number[]> {
    const known = this.#undone.get(tx)
    if (known !== undefined) return known
    return whenLoaded(scan(this.#db, 'eavt', { e: tx, a: Builtin.txUndoes }), (s) => {
      const undone = valuesOf(s) as number[]
      this.#undone.set(tx, undone)
      return undone
    })
  }

  /**
   * The places (as {@link placeKey}) where the undo `tx` took increments off numbers that had moved on: what it says there is
   * no taking back of facts.
   */
  async recountedBy(tx: number): Promise<ReadonlySet<string>> {
    const known = this.#recounts.get(tx)
    if (known !== undefined) return known
    const { increments } = (await this.datomsOf(tx)) ?? { increments: [] }
    const inexact = increments.filter(({ of }) => of?.exact === false)
    const recounts = inexact.length === 0 ? NONE : new Set(inexact.map(({ e, a }) => placeKey(e, a)))
    this.#recounts.set(tx, recounts)
    return recounts
  }

  /** The undo by which the increment of `tx` at a place is taken back now; undefined while it stands. */
  async takenBackBy(tx: number, e: number, a: number): Promise<number | undefined> {
    const undoers = await whenLoaded(scan(this.#db, 'vaet', { v: tx, a: Builtin.txUndoes }), (s) =>
      s.batches().flatMap((b) => [...b.e.subarray(b.start, b.end)]),
    )
    for (const undo of undoers) {
      if (takesBack(await this.datomsOf(undo), tx, e, a) && (await this.takenBackBy(undo, e, a)) === undefined) {
        return undo
      }
    }
    return undefined
  }
}

const takesBack = (data: TxData | undefined, tx: number, e: number, a: number): boolean =>
  data?.increments.some((i) => i.e === e && i.a === a && i.of?.tx === tx) === true
