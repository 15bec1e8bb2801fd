import { compareRows, type Order } from './index-order.ts'
import { type RowAt, sliceRows } from './rows.ts'
import { isLarge } from './segment/large.ts'

/** Longer texts are cut short, where they may be. UTF-16 units. */
const LONG = 64

/**
 * A short row that sorts after `before` (undefined: there is none) and before `row`, or equals that. After a large value it is the least
 * that follows, so that nobody reads that who looks for `row`.
 */
export function borderBetween(order: Order, before: RowAt | undefined, row: RowAt): RowAt {
  const isBefore = (x: RowAt, y: RowAt): boolean => compareRows[order](x.rows, x.i, y.rows, y.i) < 0
  const last = before?.rows.v[before.i]
  if (before !== undefined && isLarge(last)) {
    const next = withValue(before, `${last.slice(0, LONG)}\uffff`)
    if (isBefore(before, next) && isBefore(next, row)) return next
  }
  const v = row.rows.v[row.i]
  if (typeof v !== 'string' || v.length <= LONG) return row
  const short = withValue(row, v.slice(0, LONG))
  if (before === undefined || isBefore(before, short)) return short
  // the text before begins alike
  let same = LONG
  while (v.charCodeAt(same) === (last as string).charCodeAt(same)) same++
  return withValue(row, v.slice(0, same + 1))
}

/** `row` with another text as its value. */
const withValue = ({ rows, i }: RowAt, v: string): RowAt => ({ rows: { ...sliceRows(rows, i, i + 1), v: [v] }, i: 0 })
