import { compareRows, type Index } from './index-order.ts'
import { pickRows, type Rows } from './rows.ts'

/** `rows` in the order of `index`; the same object when they are already sorted, as transactions often are. */
export function sortRows(index: Index, rows: Rows): Rows {
  const compare = compareRows[index]
  const n = rows.length
  let sorted = true
  for (let i = 1; i < n && sorted; i++) sorted = compare(rows, i - 1, rows, i) <= 0
  if (sorted) return rows
  const order = Array.from({ length: n }, (_, i) => i)
  order.sort((i, j) => compare(rows, i, rows, j))
  return pickRows(rows, order)
}
