import type { Db, View } from './db.ts'
import { compareRows, type Index, type Place } from './index-order.ts'
import { type Rows, RowsBuilder } from './rows.ts'
import type { Batch, Scan } from './scan.ts'
import { rank, visitLeaves } from './tree-read.ts'

const NOTHING: Scan = { count: 0, load: () => undefined, batches: () => [] }

/**
 * The facts of `db`'s view between two places of an index, both included; without `to`, those that agree with `from` (a
 * prefix). Segments are not read before `load`.
 */
export function scan(db: Db, index: Index, from: Place, to: Place = from): Scan {
  const { view } = db
  db.reads?.note(index, from, to)
  const present = db.present[index]
  const lo = rank(present, from, false)
  const hi = rank(present, to, true)
  if (view.asOf === undefined && !view.history && view.since === undefined) {
    if (lo >= hi) return NOTHING
    return {
      count: hi - lo,
      load: () => undefined,
      batches: () => {
        const out: Batch[] = []
        visitLeaves(present, lo, hi, (rows, start, end) => out.push(lend(rows, start, end)))
        return out
      },
    }
  }
  const past = db.past[index]
  const wantsPast = view.history || view.asOf !== undefined
  const pastLo = wantsPast ? rank(past, from, false) : 0
  const pastHi = wantsPast ? rank(past, to, true) : 0
  const now = Math.max(0, hi - lo)
  const then = Math.max(0, pastHi - pastLo)
  if (now + then === 0) return NOTHING
  return {
    count: now + then * (view.history ? 2 : 1),
    load: () => undefined,
    batches: () => {
      const a: Part[] = []
      const b: Part[] = []
      visitLeaves(present, lo, hi, (rows, start, end) => a.push({ rows, start, end }))
      visitLeaves(past, pastLo, pastHi, (rows, start, end) => b.push({ rows, start, end }))
      return view.history ? historyBatches(index, a, b, view) : pointBatches(index, a, b, view)
    },
  }
}

interface Part {
  readonly rows: Rows
  readonly start: number
  readonly end: number
}

const lend = (rows: Rows, start: number, end: number): Batch => ({
  start,
  end,
  e: rows.e,
  a: rows.a,
  v: rows.v,
  tx: rows.tx,
  added: undefined,
})

const MAX_TX = 2 ** 31 - 1

/** What held at `asOf` (or now) and was said after `since`. */
function pointBatches(index: Index, present: readonly Part[], past: readonly Part[], view: View): Batch[] {
  const asOf = view.asOf ?? MAX_TX
  const since = view.since ?? -1
  const ended = new RowsBuilder(false)
  for (const { rows, start, end } of past) {
    const to = rows.to as Int32Array
    for (let i = start; i < end; i++) {
      const tx = rows.tx[i] as number
      if (tx > since && tx <= asOf && (to[i] as number) > asOf) pushRow(ended, rows, i)
    }
  }
  const out: Batch[] = []
  const held = ended.done()
  let next = 0
  const compare = compareRows[index]
  for (const { rows, start, end } of present) {
    // lend the leaf whole where nothing is filtered out of it and nothing of the past falls into it
    const stop = next < held.length && compare(held, next, rows, end - 1) < 0
    if (!stop && allWithin(rows.tx, start, end, since, asOf)) {
      out.push(lend(rows, start, end))
      continue
    }
    const mixed = new RowsBuilder(false, end - start)
    for (let i = start; i < end; i++) {
      for (; next < held.length && compare(held, next, rows, i) < 0; next++) pushRow(mixed, held, next)
      const tx = rows.tx[i] as number
      if (tx > since && tx <= asOf) pushRow(mixed, rows, i)
    }
    if (mixed.length > 0) out.push(whole(mixed))
  }
  if (next < held.length) out.push(lend(held, next, held.length))
  return out
}

function allWithin(tx: Int32Array, start: number, end: number, since: number, asOf: number): boolean {
  for (let i = start; i < end; i++) if ((tx[i] as number) <= since || (tx[i] as number) > asOf) return false
  return true
}

const pushRow = (out: RowsBuilder, rows: Rows, i: number): void =>
  out.push(rows.e[i] as number, rows.a[i] as number, rows.v[i] as string, rows.tx[i] as number)

const whole = (builder: RowsBuilder): Batch => {
  const rows = builder.done()
  return lend(rows, 0, rows.length)
}

/** Every assertion and retraction within the bounds; one key's in order of time, a retraction before an assertion. */
function historyBatches(index: Index, present: readonly Part[], past: readonly Part[], view: View): Batch[] {
  const asOf = view.asOf ?? MAX_TX
  const since = view.since ?? -1
  const all = new RowsBuilder(false)
  const added: number[] = []
  const say = (rows: Rows, i: number, tx: number, op: number): void => {
    if (tx <= since || tx > asOf) return
    all.push(rows.e[i] as number, rows.a[i] as number, rows.v[i] as string, tx)
    added.push(op)
  }
  for (const { rows, start, end } of present) for (let i = start; i < end; i++) say(rows, i, rows.tx[i] as number, 1)
  for (const { rows, start, end } of past) {
    for (let i = start; i < end; i++) {
      say(rows, i, rows.tx[i] as number, 1)
      say(rows, i, (rows.to as Int32Array)[i] as number, 0)
    }
  }
  const rows = all.done()
  const n = rows.length
  if (n === 0) return []
  const order = Array.from({ length: n }, (_, i) => i)
  const compare = compareRows[index]
  order.sort((i, j) => compare(rows, i, rows, j) || (added[i] as number) - (added[j] as number))
  const e = new Int32Array(n)
  const a = new Int32Array(n)
  const tx = new Int32Array(n)
  const ops = new Uint8Array(n)
  const v = order.map((i) => rows.v[i] as string)
  for (let k = 0; k < n; k++) {
    const i = order[k] as number
    e[k] = rows.e[i] as number
    a[k] = rows.a[i] as number
    tx[k] = rows.tx[i] as number
    ops[k] = added[i] as number
  }
  return [{ start: 0, end: n, e, a, v, tx, added: ops }]
}
