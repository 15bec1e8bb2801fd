import type { Order } from '../index-order.ts'
import { type Rows, sliceRows } from '../rows.ts'
import { encodeSegment } from './encode-segment.ts'
import { isLarge } from './large.ts'
import { MAX_ROWS } from './layout.ts'

export interface Cut {
  /** The rows `lo ..< hi`. */
  readonly lo: number
  readonly hi: number
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Stored bytes that a segment should have: reading costs the trip, not the bytes, up to twice as many. */
const TARGET_BYTES = 32 * 1024
const MIN_BYTES = 16 * 1024
/** Chromium moves larger values out to files of their own, beyond 64 KiB. */
const MAX_BYTES = 48 * 1024
/** Rows of a segment by default: so many take a quarter of a millisecond to decode, and 200 KB of memory. */
const DEFAULT_MAX_ROWS = 8192
/** Rows that the first guess at the bytes of a row is made from. */
const SAMPLE_ROWS = 1024

/**
 * Cuts `rows` (sorted by `order`) into segments of 16-48 KiB, about 32, and of `maxRows` rows at most, as even as can be.
 * A large value has a segment of its own. Smaller ones come last and before those, where rows suddenly become much wider,
 * and where rows compress so well that `maxRows` is met first.
 */
export function cutRows(order: Order, rows: Rows, maxRows = DEFAULT_MAX_ROWS): readonly Cut[] {
  const out: Cut[] = []
  const most = Math.min(maxRows, MAX_ROWS)
  let rowBytes = 0
  for (let lo = 0; lo < rows.length; ) {
    let end = lo
    while (end < rows.length && !isLarge(rows.v[end])) end++
    for (; lo < end; lo = (out.at(-1) as Cut).hi) {
      const cut = cutOne(order, rows, lo, end, most, rowBytes)
      rowBytes = cut.bytes.length / (cut.hi - cut.lo)
      out.push(cut)
    }
    if (end < rows.length) out.push(cutLarge(order, rows, lo, most))
    lo = out.at(-1)?.hi as number
  }
  return out
}

/** Row `lo`, with those after it of the same attribute and value: a border between them would hold all of it. */
function cutLarge(order: Order, rows: Rows, lo: number, maxRows: number): Cut {
  let hi = lo + 1
  const { a, v, length } = rows
  while (hi < length && hi - lo < maxRows && a[hi] === a[lo] && v[hi] === v[lo]) hi++
  return { lo, hi, bytes: encodeSegment(order, sliceRows(rows, lo, hi)) }
}

/** The segment of the rows `lo ..< end` that begins with the first; `rowBytes` is what a row has been seen to take, 0 if none has been seen. */
function cutOne(order: Order, rows: Rows, lo: number, end: number, maxRows: number, rowBytes: number): Cut {
  const left = end - lo
  const encode = (n: number): Cut => ({ lo, hi: lo + n, bytes: encodeSegment(order, sliceRows(rows, lo, lo + n)) })
  let cut = encode(rowBytes === 0 ? Math.min(left, SAMPLE_ROWS, maxRows) : evenShare(left, maxRows, rowBytes))
  const { hi } = cut
  const better = evenShare(left, maxRows, cut.bytes.length / (hi - lo))
  const toGrow = cut.bytes.length < MIN_BYTES || rowBytes === 0
  if (toGrow && better > hi - lo) cut = encode(better)
  while (cut.bytes.length > MAX_BYTES && cut.hi - lo > 1) {
    const n = cut.hi - lo
    cut = encode(Math.max(1, Math.min(n - 1, evenShare(left, n - 1, cut.bytes.length / n))))
  }
  return cut
}

/** Rows for the next segment if the `left` ones are shared out evenly, and each takes `rowBytes`. */
function evenShare(left: number, maxRows: number, rowBytes: number): number {
  const segments = Math.max(Math.round((left * rowBytes) / TARGET_BYTES), Math.ceil(left / maxRows), 1)
  return Math.ceil(left / segments)
}
