import { lowerBound } from '../base/search.ts'
import type { View } from './db.ts'
import { heldParts, type Span, spanOf } from './held.ts'
import { type CompareRows, compareRows, type Index } from './index-order.ts'
import { flat } from './merge-parts.ts'
import { lendPart, type Part, wholePart } from './part.ts'
import type { Past } from './past.ts'
import { isWorthTimes, timesOf } from './row-times.ts'
import { type Rows, RowsBuilder } from './rows.ts'
import type { Batch } from './scan.ts'

/** Rows of a part for each change in it, from which on it is lent in pieces instead of copied: a batch costs its readers as much. */
const PIECE = 32

/** What held at a view's moment (or now) and was said after `since`, in the order of `index`. */
export function pointBatches(index: Index, present: readonly Part[], past: Past | undefined, view: View): Batch[] {
  const span = spanOf(view)
  const then = past === undefined ? [] : heldParts(index, past, span)
  const now: PartInView[] = []
  for (const part of present) {
    const kept = countWithin(part, span)
    if (kept > 0) now.push({ ...part, kept })
  }
  return now.length === 0 ? then.map(lendPart) : mix(index, now, flat(then), span)
}

/** A part of the present of which `kept` rows are in view: at least one. */
interface PartInView extends Part {
  readonly kept: number
}

/** What holds and is in view, and `held` between it. */
function mix(index: Index, present: readonly PartInView[], held: Rows, span: Span): Batch[] {
  const compare = compareRows[index]
  const out: Batch[] = []
  let next = 0
  for (const part of present) {
    const { rows, start, end, kept } = part
    const first = lowerBound(next, held.length, (k) => compare(held, k, rows, start) < 0)
    if (next < first) out.push(lendPart({ rows: held, start: next, end: first }))
    next = lowerBound(first, held.length, (k) => compare(held, k, rows, end - 1) < 0)
    const changes = end - start - kept + next - first
    if (changes === 0) out.push(lendPart(part))
    else if (changes * PIECE < end - start) addPieces(out, part, span, held, first, next, compare)
    else out.push(mixed(part, span, held, first, next, compare))
  }
  if (next < held.length) out.push(lendPart({ rows: held, start: next, end: held.length }))
  return out
}

const isWithin = (tx: number, { since, asOf }: Span): boolean => tx > since && tx <= asOf

/** How many rows of a part of the present were said in time. */
function countWithin(part: Part, span: Span): number {
  const { rows, start, end } = part
  if (isWorthTimes(part)) {
    const { leastTx, greatestTx } = timesOf(rows)
    if (leastTx > span.since && greatestTx <= span.asOf) return end - start
    if (leastTx > span.asOf || greatestTx <= span.since) return 0
  }
  const { tx } = rows
  let n = 0
  for (let i = start; i < end; i++) if (isWithin(tx[i] as number, span)) n++
  return n
}

/** Lends the rows of a part that were said in time, and `held` from `next` to `stop` between them. */
function addPieces(
  out: Batch[],
  { rows, start, end }: Part,
  span: Span,
  held: Rows,
  next: number,
  stop: number,
  compare: CompareRows,
): void {
  let i = start
  let k = next
  while (i < end) {
    const after = k
    while (k < stop && compare(held, k, rows, i) < 0) k++
    if (after < k) out.push(lendPart({ rows: held, start: after, end: k }))
    const limit = k === stop ? end : lowerBound(i, end, (j) => compare(rows, j, held, k) < 0)
    while (i < limit) {
      const first = i
      while (i < limit && isWithin(rows.tx[i] as number, span)) i++
      if (first < i) out.push(lendPart({ rows, start: first, end: i }))
      while (i < limit && !isWithin(rows.tx[i] as number, span)) i++
    }
  }
  if (k < stop) out.push(lendPart({ rows: held, start: k, end: stop }))
}

/** The rows of a part that were said in time, and `held` from `next` to `stop` between them, as one batch. */
function mixed(part: Part, span: Span, held: Rows, next: number, stop: number, compare: CompareRows): Batch {
  const { rows, start, end } = part
  const out = new RowsBuilder(false, end - start + stop - next)
  let k = next
  for (let i = start; i < end; i++) {
    if (!isWithin(rows.tx[i] as number, span)) continue
    for (; k < stop && compare(held, k, rows, i) < 0; k++) pushRow(out, held, k)
    pushRow(out, rows, i)
  }
  for (; k < stop; k++) pushRow(out, held, k)
  return lendPart(wholePart(out.done()))
}

const pushRow = (out: RowsBuilder, rows: Rows, i: number): void =>
  out.push(rows.e[i] as number, rows.a[i] as number, rows.v[i] as string, rows.tx[i] as number, rows.to?.[i])
