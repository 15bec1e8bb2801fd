import { compareValues, type Value } from '../datom/value.ts'
import { type Db, wholeHistory } from '../db/db.ts'
import type { Place } from '../db/index-order.ts'
import { whenLoaded } from '../db/load.ts'
import type { Scan } from '../db/scan.ts'
import { scan } from '../db/view.ts'
import { placeKey } from './undo-plan.ts'
import type { Undos } from './undos.ts'

/** An entity of which no more was said is read whole: most facts of a transaction have a neighbour. */
const SMALL = 256

/** One assertion or retraction. */
export interface Said {
  readonly a: number
  readonly v: Value
  readonly tx: number
  readonly added: boolean
}

/** What was said of entities, without what an undo took back and the undo's own taking back. */
export class EffectiveHistory {
  readonly #history: Db
  /** The entity read last, and all that stands of what was said of it; undefined where that is much. */
  #last: { readonly e: number; readonly all: readonly Said[] | undefined } | undefined

  /** What `tx` itself took back counts: it is the one that is to be undone. */
  constructor(
    db: Db,
    private readonly tx: number,
    private readonly undos: Undos,
  ) {
    this.#history = wholeHistory(db)
  }

  /** What stands of what was said at `place`, a prefix of EAVT, oldest first. */
  async of(place: Place & { readonly e: number }): Promise<readonly Said[]> {
    const { e, a, v } = place
    if (this.#last?.e !== e) {
      const whole = scan({ ...this.#history, reads: undefined }, 'eavt', { e })
      this.#last = { e, all: whole.count > SMALL ? undefined : await this.#standing(e, whole) }
    }
    const { all } = this.#last
    if (all === undefined) return this.#standing(e, scan(this.#history, 'eavt', place))
    this.#history.reads?.note('eavt', place, place)
    if (a === undefined) return all
    return all.filter((s) => s.a === a && (v === undefined || s.v === v || compareValues(s.v, v) === 0))
  }

  async #standing(e: number, found: Scan): Promise<readonly Said[]> {
    const all: Said[] = []
    for (const b of await whenLoaded(found, (s) => s.batches())) {
      for (let i = b.start; i < b.end; i++) {
        all.push({ a: b.a[i] as number, v: b.v[i] as Value, tx: b.tx[i] as number, added: b.added?.[i] !== 0 })
      }
    }
    all.sort((x, y) => x.tx - y.tx)
    const gone = await this.#takenBack(e, all)
    return gone.size === 0 ? all : all.filter((_, i) => !gone.has(i))
  }

  /** Which of `all` were taken back, and the taking back itself. */
  async #takenBack(e: number, all: readonly Said[]): Promise<ReadonlySet<number>> {
    const gone = new Set<number>()
    // newest first, so that a redo takes back the undo before the undo takes back anything; and again from the newest after each
    // pair, because a later undo may have taken back what stood before it
    for (let i = all.length - 1; i > 0; i--) {
      if (gone.has(i)) continue
      const said = all[i] as Said
      const asked = said.tx === this.tx ? [] : this.undos.undoneBy(said.tx)
      const undone = asked instanceof Promise ? await asked : asked
      if (undone.length === 0 || (await this.undos.recountedBy(said.tx)).has(placeKey(e, said.a))) continue
      const before = all.findLastIndex((s, k) => k < i && !gone.has(k) && s.a === said.a && s.v === said.v)
      if (!undone.includes(all[before]?.tx as number)) continue
      gone.add(i).add(before)
      i = all.length
    }
    return gone
  }
}
