import { comparePlace, type Order, type Place } from './index-order.ts'
import type { Rows } from './rows.ts'

/** How many of the sorted `rows` sort before `place`; with `after`, how many sort before or agree with all its components. */
export function rankInRows(rows: Rows, index: Order, place: Place, after: boolean): number {
  const compare = comparePlace[index]
  const limit = after ? 1 : 0
  let lo = 0
  let hi = rows.length
  while (lo < hi) {
    const mid = (lo + hi) >>> 1
    if (compare(rows, mid, place) < limit) lo = mid + 1
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
