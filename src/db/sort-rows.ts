import { sortedPlaces } from '../base/sorted-places.ts'
import { compareRows, type Order } from './index-order.ts'
import { pickRows, type Rows } from './rows.ts'

/** `rows` in this order; the same object when they are already sorted, as transactions often are. */
export function sortRows(order: Order, rows: Rows): Rows {
  const compare = compareRows[order]
  const places = sortedPlaces(rows.length, (i, j) => compare(rows, i, rows, j))
  return places === undefined ? rows : pickRows(rows, places)
}

/** `rows`, which are in the order of EAVT, in that of AEVT: by attribute, and as they were among those of one. */
export function groupByAttribute(rows: Rows): Rows {
  const { a, length } = rows
  const starts = new Map<number, number>()
  let sorted = true
  for (let i = 0; i < length; i++) {
    const id = a[i] as number
    starts.set(id, (starts.get(id) ?? 0) + 1)
    sorted &&= i === 0 || (a[i - 1] as number) <= id
  }
  if (sorted) return rows
  let start = 0
  for (const id of [...starts.keys()].sort((x, y) => x - y)) {
    const count = starts.get(id) as number
    starts.set(id, start)
    start += count
  }
  const order = new Int32Array(length)
  for (let i = 0; i < length; i++) {
    const id = a[i] as number
    const at = starts.get(id) as number
    order[at] = i
    starts.set(id, at + 1)
  }
  return pickRows(rows, order)
}
