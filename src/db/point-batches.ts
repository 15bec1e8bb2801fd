import { lowerBound } from '../base/search.ts'
import type { View } from './db.ts'
import { type CompareRows, compareRows, type Index } from './index-order.ts'
import { lendPart, type Part } from './part.ts'
import { timesOf } from './row-times.ts'
import { type Rows, RowsBuilder } from './rows.ts'
import type { Batch } from './scan.ts'

const MAX_TX = 2 ** 31 - 1
/** A part that is at least so much of its leaf or segment is worth knowing the times of all of that. */
const WHOLE_SHARE = 4

/** What is wanted: `since < tx <= asOf`. */
interface Span {
  readonly since: number
  readonly asOf: number
}

/** What held at a view's moment (or now) and was said after `since`, in the order of `index`. */
export function pointBatches(index: Index, present: readonly Part[], past: readonly Part[], view: View): Batch[] {
  const span = { asOf: view.asOf ?? MAX_TX, since: view.since ?? -1 }
  const held = heldRows(past, span)
  const compare = compareRows[index]
  const out: Batch[] = []
  let next = 0
  for (const part of present) {
    const { rows, end } = part
    const stop = lowerBound(next, held.length, (k) => compare(held, k, rows, end - 1) < 0)
    const kept = countWithin(part, span)
    // what nothing is mixed into, or left of, is lent whole
    if (kept === 0) {
      if (next < stop) out.push(lendPart({ rows: held, start: next, end: stop }))
    } else if (kept === end - part.start && next === stop) out.push(lendPart(part))
    else out.push(mixed(part, span, held, next, stop, compare))
    next = stop
  }
  if (next < held.length) out.push(lendPart({ rows: held, start: next, end: held.length }))
  return out
}

/** The rows of the past that held at the moment. What ended before, as most has where the moment is recent, is skipped by leaves. */
function heldRows(past: readonly Part[], { since, asOf }: Span): Rows {
  const held = new RowsBuilder(false)
  for (const { rows, start, end } of past) {
    if (isWhole(rows, start, end)) {
      const times = timesOf(rows)
      if (times.greatestTo <= asOf || times.leastTx > asOf || times.greatestTx <= since) continue
    }
    const { tx } = rows
    const to = rows.to as Int32Array
    for (let i = start; i < end; i++) {
      if ((to[i] as number) <= asOf) continue
      const from = tx[i] as number
      if (from > since && from <= asOf) pushRow(held, rows, i)
    }
  }
  return held.done()
}

const isWhole = (rows: Rows, start: number, end: number): boolean => (end - start) * WHOLE_SHARE >= rows.length

/** How many rows of a part of the present were said in time. */
function countWithin({ rows, start, end }: Part, { since, asOf }: Span): number {
  if (isWhole(rows, start, end)) {
    const { leastTx, greatestTx } = timesOf(rows)
    if (leastTx > since && greatestTx <= asOf) return end - start
    if (leastTx > asOf || greatestTx <= since) return 0
  }
  const { tx } = rows
  let n = 0
  for (let i = start; i < end; i++) if ((tx[i] as number) > since && (tx[i] as number) <= asOf) n++
  return n
}

/** The rows of a part that were said in time, and `held` from `next` to `stop` between them. */
function mixed(part: Part, { since, asOf }: Span, held: Rows, next: number, stop: number, compare: CompareRows): Batch {
  const { rows, start, end } = part
  const out = new RowsBuilder(false, end - start + stop - next)
  let k = next
  for (let i = start; i < end; i++) {
    const tx = rows.tx[i] as number
    if (tx <= since || tx > asOf) continue
    for (; k < stop && compare(held, k, rows, i) < 0; k++) pushRow(out, held, k)
    pushRow(out, rows, i)
  }
  for (; k < stop; k++) pushRow(out, held, k)
  const all = out.done()
  return lendPart({ rows: all, start: 0, end: all.length })
}

const pushRow = (out: RowsBuilder, rows: Rows, i: number): void =>
  out.push(rows.e[i] as number, rows.a[i] as number, rows.v[i] as string, rows.tx[i] as number)
