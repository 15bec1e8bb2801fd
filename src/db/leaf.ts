import { assert } from '../base/assert.ts'
import type { Value } from '../datom/value.ts'
import type { CompareRows } from './index-order.ts'
import { joinValues, type Rows } from './rows.ts'

/** Copies runs of rows into columns of a length known beforehand. */
class Columns {
  private at = 0
  private readonly e: Int32Array
  private readonly a: Int32Array
  private readonly parts: { readonly v: readonly Value[] }[] = []
  private readonly tx: Int32Array
  private readonly to: Int32Array | undefined

  constructor(
    private readonly length: number,
    past: boolean,
  ) {
    // one buffer for all: to allocate is what costs most where a transaction changes a row or two
    const buffer = new ArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT * (past ? 4 : 3))
    const column = (k: number): Int32Array => new Int32Array(buffer, k * length * Int32Array.BYTES_PER_ELEMENT, length)
    this.e = column(0)
    this.a = column(1)
    this.tx = column(2)
    this.to = past ? column(3) : undefined
  }

  copy(from: Rows, lo: number, hi: number): void {
    if (lo >= hi) return
    const { at } = this
    if (hi - lo < 16) {
      for (let i = lo, k = at; i < hi; i++, k++) {
        this.e[k] = from.e[i] as number
        this.a[k] = from.a[i] as number
        this.tx[k] = from.tx[i] as number
        if (this.to !== undefined) this.to[k] = (from.to as Int32Array)[i] as number
      }
    } else {
      this.e.set(from.e.subarray(lo, hi), at)
      this.a.set(from.a.subarray(lo, hi), at)
      this.tx.set(from.tx.subarray(lo, hi), at)
      this.to?.set((from.to as Int32Array).subarray(lo, hi), at)
    }
    this.parts.push(lo === 0 && hi === from.length ? from : { v: from.v.slice(lo, hi) })
    this.at = at + (hi - lo)
  }

  done(): Rows {
    assert(this.at === this.length, 'a row to remove is not there')
    const v = joinValues(this.parts)
    return { length: this.length, e: this.e, a: this.a, v, tx: this.tx, to: this.to }
  }
}

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

/** Rows `lo ..< hi` of `rows`. */
export function copyRows(rows: Rows, lo: number, hi: number): Rows {
  if (lo === 0 && hi === rows.length) return rows
  const out = new Columns(hi - lo, rows.to !== undefined)
  out.copy(rows, lo, hi)
  return out.done()
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
