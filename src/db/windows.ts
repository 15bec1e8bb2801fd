import type { Value } from '../datom/value.ts'
import { type Base, countBase } from './base.ts'
import { segmentsBetween } from './base-range.ts'
import type { Db } from './db.ts'
import { compareRows, type Index, type Place } from './index-order.ts'
import type { Rows } from './rows.ts'
import type { Scan } from './scan.ts'
import { scan, seesPast } from './view.ts'

/**
 * The facts between two places, both included, as scans that follow each other (with `reverse`, from the last to the first): for
 * whoever may have enough after some of them. The first needs about as many segments as hold `wanted` rows, each further one
 * twice as many.
 */
export function* windowsOf(
  db: Db,
  index: Index,
  [from, to]: readonly [Place, Place],
  wanted: number,
  reverse: boolean,
): Generator<Scan> {
  const bases = basesOf(db, index)
  let [lo, hi] = [from, to]
  for (let n = segmentsFor(wanted, db.present[index].base); ; n *= 2) {
    const cut = cutBetween(bases, index, lo, hi, n, reverse)
    if (cut === undefined) return yield scan(db, index, lo, hi)
    const before: Place = { ...cut, excluded: true }
    yield reverse ? scan(db, index, cut, hi) : scan(db, index, lo, before)
    if (reverse) hi = before
    else lo = cut
  }
}

function basesOf(db: Db, index: Index): readonly Base[] {
  const past = seesPast(db.view) ? db.past[index].base : undefined
  return [db.present[index].base, past].filter((base) => base !== undefined)
}

const segmentsFor = (rows: number, base: Base | undefined): number =>
  base === undefined ? 1 : Math.max(1, Math.ceil((rows * base.ids.length) / countBase(base)))

/** The border nearest to where reading begins that leaves `n` segments of some base on that side; undefined where none does. */
function cutBetween(
  bases: readonly Base[],
  index: Index,
  lo: Place,
  hi: Place,
  n: number,
  reverse: boolean,
): Place | undefined {
  let nearest: { readonly rows: Rows; readonly i: number } | undefined
  for (const base of bases) {
    const { first, last } = segmentsBetween(base, index, lo, hi)
    const i = reverse ? last - n : first + n
    if (i <= first || i >= last) continue
    const rows = base.borders
    const order = nearest === undefined ? 0 : compareRows[index](rows, i, nearest.rows, nearest.i)
    if (nearest === undefined || (reverse ? order > 0 : order < 0)) nearest = { rows, i }
  }
  return nearest && placeAt(nearest.rows, nearest.i)
}

const placeAt = ({ e, a, v, tx }: Rows, i: number): Place => ({
  e: e[i] as number,
  a: a[i] as number,
  v: v[i] as Value,
  tx: tx[i] as number,
})
