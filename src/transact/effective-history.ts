import type { Value } from '../datom/value.ts'
import { type Db, wholeHistory } from '../db/db.ts'
import type { Place } from '../db/index-order.ts'
import { whenLoaded } from '../db/load.ts'
import { scan } from '../db/view.ts'
import { placeKey } from './undo-plan.ts'
import type { Undos } from './undos.ts'

/** One assertion or retraction. */
export interface Said {
  readonly a: number
  readonly v: Value
  readonly tx: number
  readonly added: boolean
}

/** What was said of entities, without what an undo took back and the undo's own taking back. */
export class EffectiveHistory {
  private readonly history: Db

  /** What `tx` itself took back counts: it is the one that is to be undone. */
  constructor(
    db: Db,
    private readonly tx: number,
    private readonly undos: Undos,
  ) {
    this.history = wholeHistory(db)
  }

  /** What stands of what was said at `place`, a prefix of EAVT, oldest first. */
  async of(place: Place & { readonly e: number }): Promise<readonly Said[]> {
    const all: Said[] = []
    const found = await whenLoaded(scan(this.history, 'eavt', place), (s) => s.batches())
    for (const b of found) {
      for (let i = b.start; i < b.end; i++) {
        all.push({ a: b.a[i] as number, v: b.v[i] as Value, tx: b.tx[i] as number, added: b.added?.[i] !== 0 })
      }
    }
    all.sort((x, y) => x.tx - y.tx)
    // newest first, so that a redo takes back the undo before the undo takes back anything; and again from the newest after each
    // pair, because a later undo may have taken back what stood before it
    const gone = new Set<number>()
    for (let i = all.length - 1; i > 0; i--) {
      if (gone.has(i)) continue
      const said = all[i] as Said
      const undone = await this.undoneBy(place.e, said)
      if (undone.length === 0) continue
      const before = all.findLastIndex((s, k) => k < i && !gone.has(k) && s.a === said.a && s.v === said.v)
      if (!undone.includes(all[before]?.tx as number)) continue
      gone.add(i).add(before)
      i = all.length
    }
    return gone.size === 0 ? all : all.filter((_, i) => !gone.has(i))
  }

  /** The transactions of which this may take something back. */
  private async undoneBy(e: number, { a, tx }: Said): Promise<readonly number[]> {
    if (tx === this.tx) return []
    const undone = await this.undos.undoneBy(tx)
    if (undone.length === 0) return undone
    return (await this.undos.recountedBy(tx)).has(placeKey(e, a)) ? [] : undone
  }
}
