import { assert } from '../base/assert.ts'
import type { CompareRows } from './index-order.ts'
import { Columns, type Rows } from './rows.ts'

/** The first row of `rows` at or after `lo` that does not sort before row `j` of `other`: galloping, for runs are long. */
function seek(rows: Rows, lo: number, other: Rows, j: number, compare: CompareRows): number {
  const n = rows.length
  let step = 1
  let hi = lo
  while (hi < n && compare(rows, hi, other, j) < 0) {
    lo = hi + 1
    hi += step
    step *= 2
  }
  hi = Math.min(hi, n)
  while (lo < hi) {
    const mid = (lo + hi) >>> 1
    if (compare(rows, mid, other, j) < 0) lo = mid + 1
    else hi = mid
  }
  return lo
}

/** `rows` without `removed[r0 ..< r1]` and with `added[a0 ..< a1]`, all sorted; every removed row must be there. */
export function mergeLeaf(
  rows: Rows,
  removed: Rows,
  r0: number,
  r1: number,
  added: Rows,
  a0: number,
  a1: number,
  compare: CompareRows,
): Rows {
  const out = new Columns(rows.length - (r1 - r0) + (a1 - a0), rows.to !== undefined)
  let i = 0
  let r = r0
  let a = a0
  while (r < r1 || a < a1) {
    const removeNext = r < r1 && (a === a1 || compare(removed, r, added, a) <= 0)
    const at = removeNext ? seek(rows, i, removed, r, compare) : seek(rows, i, added, a, compare)
    out.copy(rows, i, at)
    i = at
    if (removeNext) {
      assert(at < rows.length && compare(rows, at, removed, r) === 0, 'a row to remove is not there')
      i++
      r++
    } else {
      // a run of added rows that all sort before the next row of the leaf and the next removed one
      let end = a + 1
      while (
        end < a1 &&
        (at === rows.length || compare(added, end, rows, at) < 0) &&
        (r === r1 || compare(added, end, removed, r) < 0)
      )
        end++
      out.copy(added, a, end)
      a = end
    }
  }
  out.copy(rows, i, rows.length)
  return out.done()
}
