import { lowerBound } from '../base/search.ts'
import type { View } from './db.ts'
import { type CompareRows, compareRows, type Index } from './index-order.ts'
import { flat } from './merge-parts.ts'
import { lendPart, type Part } from './part.ts'
import type { Past } from './past.ts'
import { timesOf } from './row-times.ts'
import { type Rows, RowsBuilder } from './rows.ts'
import type { Batch } from './scan.ts'
import { sortRows } from './sort-rows.ts'

const MAX_TX = 2 ** 31 - 1
/** A part that is at least so much of its leaf or segment is worth knowing the times of all of that. */
const WHOLE_SHARE = 4
/** Rows of a part for each change in it, from which on it is lent in pieces instead of copied: a batch costs its readers as much. */
const PIECE = 32

/** What is wanted: `since < tx <= asOf`. */
interface Span {
  readonly since: number
  readonly asOf: number
}

/** What held at a view's moment (or now) and was said after `since`, in the order of `index`. */
export function pointBatches(index: Index, present: readonly Part[], past: Past | undefined, view: View): Batch[] {
  const span = { asOf: view.asOf ?? MAX_TX, since: view.since ?? -1 }
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

/** The rows of the past that held at the moment, in order. What ended before, as most has where the moment is recent, is skipped by leaves. */
function heldParts(index: Index, past: Past, span: Span): readonly Part[] {
  const runs = past.runs().map((run) => heldOf(run, span))
  const all = runs.flat()
  if (past.isSorted && follow(index, runs)) return all
  const rows = sortRows(index, flat(all))
  return rows.length === 0 ? [] : [{ rows, start: 0, end: rows.length }]
}

/** Whether each run sorts before the next. */
function follow(index: Index, runs: readonly (readonly Part[])[]): boolean {
  const compare = compareRows[index]
  let before: Part | undefined
  for (const run of runs) {
    const [first] = run
    if (first === undefined) continue
    if (before !== undefined && compare(before.rows, before.end - 1, first.rows, first.start) > 0) return false
    before = run.at(-1)
  }
  return true
}

/** Those of the rows of a run that held at the moment: parts that held as a whole are passed on, of others the rows are copied. */
function heldOf(run: readonly Part[], span: Span): Part[] {
  const out: Part[] = []
  let some: RowsBuilder | undefined
  const flush = (): void => {
    if (some !== undefined) out.push({ rows: some.done(), start: 0, end: some.length })
    some = undefined
  }
  for (const part of run) {
    const { rows, start, end } = part
    const held = countHeld(part, span)
    if (held === end - start) {
      flush()
      out.push(part)
    } else if (held > 0) {
      some ??= new RowsBuilder(true)
      for (let i = start; i < end; i++) if (isHeld(rows, i, span)) pushRow(some, rows, i)
    }
  }
  flush()
  return out
}

const isHeld = ({ tx, to }: Rows, i: number, { since, asOf }: Span): boolean =>
  ((to as Int32Array)[i] as number) > asOf && (tx[i] as number) > since && (tx[i] as number) <= asOf

function countHeld({ rows, start, end }: Part, span: Span): number {
  if (isWhole(rows, start, end)) {
    const times = timesOf(rows)
    if (times.greatestTo <= span.asOf || times.leastTx > span.asOf || times.greatestTx <= span.since) return 0
  }
  let n = 0
  for (let i = start; i < end; i++) if (isHeld(rows, i, span)) n++
  return n
}

const isWhole = (rows: Rows, start: number, end: number): boolean => (end - start) * WHOLE_SHARE >= rows.length

const isWithin = (tx: number, { since, asOf }: Span): boolean => tx > since && tx <= asOf

/** How many rows of a part of the present were said in time. */
function countWithin({ rows, start, end }: Part, span: Span): number {
  if (isWhole(rows, start, end)) {
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
  const all = out.done()
  return lendPart({ rows: all, start: 0, end: all.length })
}

const pushRow = (out: RowsBuilder, rows: Rows, i: number): void =>
  out.push(rows.e[i] as number, rows.a[i] as number, rows.v[i] as string, rows.tx[i] as number, rows.to?.[i])
