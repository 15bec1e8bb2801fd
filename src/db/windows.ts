import { type Base, countBase } from './base.ts'
import { segmentsBetween } from './base-range.ts'
import type { Db } from './db.ts'
import { comparePlace, compareRows, type Index, type Order, type Place, placeOf } from './index-order.ts'
import { isOneAttribute, prefixOf } from './past.ts'
import type { Rows } from './rows.ts'
import type { Scan } from './scan.ts'
import { scan, seesPast } from './view.ts'

/**
 * The facts between two places, both included, as scans that follow each other (with `reverse`, from the last to the first): for
 * whoever may have enough after some of them. The first needs about as many segments as hold `wanted` rows, each further one
 * twice as many. Where the past lies by blocks of time, histories are cut between attributes (VAET: between targets) alone.
 */
export function* windowsOf(
  db: Db,
  index: Index,
  [from, to]: readonly [Place, Place],
  wanted: number,
  reverse: boolean,
): Generator<Scan> {
  const cuts = cutsOf(db, index, from, to)
  let [lo, hi] = [from, to]
  for (let n = segmentsFor(wanted, db.present[index].base); ; n *= 2) {
    const cut = nearestCut(cuts, index, lo, hi, n, reverse)
    if (cut === undefined) return yield scan(db, index, lo, hi)
    const before: Place = { ...cut, excluded: true }
    yield reverse ? scan(db, index, cut, hi) : scan(db, index, lo, before)
    if (reverse) hi = before
    else lo = cut
  }
}

/** Segments between which a view may be cut. */
interface Cuts {
  readonly base: Base
  readonly order: Order
  /** Only where a new attribute (VAET: target and attribute) begins, since what lies by blocks of time is read together. */
  readonly isCoarse: boolean
}

/**
 * As of a moment only little of a past by blocks is read between any two places, and of the history of an attribute that of the
 * entities between them: there it is the present that is cut.
 */
function cutsOf(db: Db, index: Index, from: Place, to: Place): readonly Cuts[] {
  const { view } = db
  const past = db.past[index]
  const isByBlocks = past.levels !== undefined
  const isCoarse = isByBlocks && view.history && !isOneAttribute(index, from, to)
  const trees = seesPast(view) && (isCoarse || !isByBlocks) ? [db.present[index], past] : [db.present[index]]
  return trees.flatMap(({ base, index: order }) => (base === undefined ? [] : { base, order, isCoarse }))
}

const segmentsFor = (rows: number, base: Base | undefined): number =>
  base === undefined ? 1 : Math.max(1, Math.ceil((rows * base.ids.length) / countBase(base)))

/** The place nearest to where reading begins that leaves about `n` segments on that side; undefined where none does. */
function nearestCut(
  cuts: readonly Cuts[],
  index: Index,
  lo: Place,
  hi: Place,
  n: number,
  reverse: boolean,
): Place | undefined {
  let nearest: { readonly rows: Rows; readonly i: number; readonly isCoarse: boolean } | undefined
  for (const cut of cuts) {
    const i = border(cut, index, lo, hi, n, reverse)
    if (i === undefined) continue
    const rows = cut.base.borders
    const before = nearest === undefined ? 0 : compareRows[index](rows, i, nearest.rows, nearest.i)
    if (nearest === undefined || (reverse ? before > 0 : before < 0)) nearest = { rows, i, isCoarse: cut.isCoarse }
  }
  if (nearest === undefined) return undefined
  const { block: _, ...place } = placeOf(nearest.rows, nearest.i)
  return nearest.isCoarse ? prefixOf(index, place) : place
}

/** The border that leaves `n` segments on the side where reading begins, or one further on where not every one will do. */
function border(cuts: Cuts, index: Index, lo: Place, hi: Place, n: number, reverse: boolean): number | undefined {
  const { base, order, isCoarse } = cuts
  const whole = (place: Place): Place => (isCoarse ? prefixOf(index, place) : place)
  const start = whole(lo)
  const { first, last } = segmentsBetween(base, order, start, whole(hi))
  const isOpen = !isCoarse || (start.a === undefined && start.v === undefined)
  const isBeyond = (i: number): boolean => isOpen || comparePlace[index](base.borders, i, start) > 0
  let i = reverse ? last - n : first + n
  while (!reverse && i < last && !isBeyond(i)) i++
  return i > first && i < last && isBeyond(i) ? i : undefined
}
