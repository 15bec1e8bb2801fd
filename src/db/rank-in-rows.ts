import { gallop, lowerBound } from '../base/search.ts'
import { compareValues, type Value } from '../datom/value.ts'
import { COMPONENTS, comparePlace, type Index, type Order, type Place } from './index-order.ts'
import type { Rows } from './rows.ts'
import type { Values } from './values.ts'

/**
 * How many of the sorted `rows` sort before `place`; with `after`, how many sort before or agree with all its components. Component
 * by component, each in its own column among the rows that agree so far.
 */
export function rankInRows(rows: Rows, index: Order, place: Place, after: boolean): number {
  const components: readonly ('e' | 'a' | 'v' | 'tx')[] | undefined = COMPONENTS[index as Index]
  if (components === undefined) return rankByComparing(rows, index, place, after)
  let lo = 0
  let hi = rows.length
  for (const component of components) {
    const wanted = place[component]
    if (wanted === undefined || lo === hi) break
    const column: ArrayLike<Value> = rows[component]
    if (column[lo] === wanted && column[hi - 1] === wanted) continue
    lo = component === 'v' ? firstValue(rows.v, lo, hi, wanted) : firstId(rows[component], lo, hi, wanted as number)
    hi = endOf(column, lo, hi, wanted)
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

/** The same of values. Written out as loops: every lookup comes here, and closures over its bounds would be made anew each time. */
function firstValue(column: Values, from: number, to: number, wanted: Value): number {
  let lo = from
  let hi = to
  while (lo < hi) {
    const mid = (lo + hi) >>> 1
    if (compareValues(column[mid] as Value, wanted) < 0) lo = mid + 1
    else hi = mid
  }
  return lo
}

/** Where those end that are `wanted`, from `from` on: near it in a few steps. */
function endOf(column: ArrayLike<Value>, from: number, to: number, wanted: Value): number {
  const isWanted = (i: number): boolean => compareValues(column[i] as Value, wanted) === 0
  if (from === to || !isWanted(from)) return from
  return from + 1 === to || !isWanted(from + 1) ? from + 1 : gallop(from + 1, to, isWanted)
}

/** Where the rows from `start` on end that sort before `place` or agree with it: near `start` in a few steps, however many follow. */
export function endInRows(rows: Rows, index: Order, start: number, place: Place): number {
  const compare = comparePlace[index]
  const limit = place.excluded ? 0 : 1
  return gallop(start, rows.length, (i) => compare(rows, i, place) < limit)
}
