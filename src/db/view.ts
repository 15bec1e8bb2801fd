import type { Db, View } from './db.ts'
import { historyBatches } from './history-batches.ts'
import type { Index, Place } from './index-order.ts'
import { lendPart } from './part.ts'
import { type IsWanted, isBetween, type Past, pastBetween } from './past.ts'
import { pointBatches } from './point-batches.ts'
import { type Range, rangeOf } from './range.ts'
import type { Batch, Scan, Whereabouts } from './scan.ts'

/**
 * The facts of `db`'s view between two places of an index, both included unless they say otherwise; without `to`, those that agree with `from` (a
 * prefix). Segments are not read before `load`.
 */
export function scan(db: Db, index: Index, from: Place, to: Place = from): Scan {
  const { view } = db
  db.reads?.note(index, from, to)
  const present = rangeOf(db.present[index], from, to)
  if (view.asOf === undefined && !view.history && view.since === undefined) return new PresentScan(present)
  if (!seesPast(view)) return new TimeScan(index, view, present, undefined)
  if (!view.history || (from.tx ?? to.tx) === undefined) {
    return new TimeScan(index, view, present, pastBetween(db, index, from, to))
  }
  // What ended in a wanted transaction began in another.
  const past = pastBetween(db, index, ofAnyTx(from), ofAnyTx(to))
  return new TimeScan(index, view, present, past, isBetween(index, from, to))
}

const ofAnyTx = (place: Place): Place => {
  if (place.tx === undefined) return place
  const { tx: _, excluded: __, ...fact } = place
  return fact
}

/** Whether what held once can be in view. */
export const seesPast = (view: View): boolean => view.history || view.asOf !== undefined

/** What holds now. */
class PresentScan implements Scan {
  constructor(private readonly present: Range) {}

  get count(): number {
    return this.present.count
  }
  get whereabouts(): Whereabouts {
    return this.present.whereabouts
  }
  load(): Promise<void> | undefined {
    return this.present.load()
  }
  batches(): readonly Batch[] {
    return this.present.parts().map(lendPart)
  }
}

/** What a time view shows, of what holds and what held. */
class TimeScan implements Scan {
  constructor(
    private readonly index: Index,
    private readonly view: View,
    private readonly present: Range,
    /** undefined where only what holds can be in view. */
    private readonly past: Past | undefined,
    /** Which of what was said is wanted; undefined: all that is found. */
    private readonly isWanted?: IsWanted,
  ) {}

  get whereabouts(): Whereabouts {
    return this.present.whereabouts === 'stored' || this.past?.isStored ? 'stored' : 'merged'
  }
  get count(): number {
    return this.present.count + (this.past?.count ?? 0) * (this.view.history ? 2 : 1)
  }
  load(): Promise<void> | undefined {
    const present = this.present.load()
    const past = this.past?.load()
    return present === undefined ? past : Promise.all([present, past]).then(() => undefined)
  }
  batches(): readonly Batch[] {
    const now = this.present.parts()
    return this.view.history
      ? historyBatches(this.index, now, this.past, this.view, this.isWanted)
      : pointBatches(this.index, now, this.past, this.view)
  }
}
