import { lowerBound } from '../base/search.ts'
import { compareValues, type Value } from '../datom/value.ts'
import { comparePlace, type Order, type Place } from './index-order.ts'
import type { Rows } from './rows.ts'

/** In which order the columns sort the rows; undefined for blocks of time, which are no column. */
const COMPONENTS: Readonly<Partial<Record<Order, readonly ('e' | 'a' | 'v' | 'tx')[]>>> = {
  eavt: ['e', 'a', 'v', 'tx'],
  aevt: ['a', 'e', 'v', 'tx'],
  avet: ['a', 'v', 'e', 'tx'],
  vaet: ['v', 'a', 'e', 'tx'],
}

/**
 * How many of the sorted `rows` sort before `place`; with `after`, how many sort before or agree with all its components. Component
 * by component, each in its own column among the rows that agree so far: ids are found without a call a step.
 */
export function rankInRows(rows: Rows, index: Order, place: Place, after: boolean): number {
  const components = COMPONENTS[index]
  if (components === undefined) return rankByComparing(rows, index, place, after)
  let lo = 0
  let hi = rows.length
  for (const component of components) {
    const wanted = place[component]
    if (wanted === undefined || lo === hi) break
    if (component === 'v') {
      lo = firstValue(rows.v, lo, hi, wanted)
      hi = endOfValue(rows.v, lo, hi, wanted)
    } else {
      const column = rows[component]
      if (column[lo] === wanted && column[hi - 1] === wanted) continue
      lo = firstId(column, lo, hi, wanted as number)
      hi = endOfId(column, lo, hi, wanted as number)
    }
  }
  return after ? hi : lo
}

function rankByComparing(rows: Rows, index: Order, place: Place, after: boolean): number {
  const compare = comparePlace[index]
  const limit = after ? 1 : 0
  return lowerBound(0, rows.length, (i) => compare(rows, i, place) < limit)
}

/** The first of the ascending `column[lo ..< hi]` that is at least `wanted`; `hi` when none is. */
function firstId(column: Int32Array, from: number, to: number, wanted: number): number {
  let lo = from
  let hi = to
  while (lo < hi) {
    const mid = (lo + hi) >>> 1
    if ((column[mid] as number) < wanted) lo = mid + 1
    else hi = mid
  }
  return lo
}

/** Where those end that are `wanted`, which begin at `from`: near it in a few steps, however many follow. */
function endOfId(column: Int32Array, from: number, to: number, wanted: number): number {
  let lo = from
  let step = 1
  while (lo + step <= to && column[lo + step - 1] === wanted) {
    lo += step
    step *= 2
  }
  return firstId(column, lo, Math.min(to, lo + step - 1), wanted + 1)
}

function firstValue(column: readonly Value[], from: number, to: number, wanted: Value): number {
  let lo = from
  let hi = to
  while (lo < hi) {
    const mid = (lo + hi) >>> 1
    if (compareValues(column[mid] as Value, wanted) < 0) lo = mid + 1
    else hi = mid
  }
  return lo
}

function endOfValue(column: readonly Value[], from: number, to: number, wanted: Value): number {
  let lo = from
  let step = 1
  while (lo + step <= to && compareValues(column[lo + step - 1] as Value, wanted) === 0) {
    lo += step
    step *= 2
  }
  let hi = Math.min(to, lo + step - 1)
  while (lo < hi) {
    const mid = (lo + hi) >>> 1
    if (compareValues(column[mid] as Value, wanted) <= 0) lo = mid + 1
    else hi = mid
  }
  return lo
}

/** Where the rows from `start` on end that sort before `place` or agree with it: near `start` in a few steps, however many follow. */
export function endInRows(rows: Rows, index: Order, start: number, place: Place): number {
  const compare = comparePlace[index]
  const limit = place.excluded ? 0 : 1
  let lo = start
  let step = 1
  while (lo + step <= rows.length && compare(rows, lo + step - 1, place) < limit) {
    lo += step
    step *= 2
  }
  let hi = Math.min(rows.length, lo + step - 1)
  while (lo < hi) {
    const mid = (lo + hi) >>> 1
    if (compare(rows, mid, place) < limit) lo = mid + 1
    else hi = mid
  }
  return lo
}
