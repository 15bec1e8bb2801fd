import type { Db, View } from './db.ts'
import { compareRows, type Index, type Place } from './index-order.ts'
import type { Part } from './part.ts'
import { type Range, rangeOf } from './range.ts'
import { type Rows, RowsBuilder } from './rows.ts'
import type { Batch, Scan } from './scan.ts'

/**
 * The facts of `db`'s view between two places of an index, both included; without `to`, those that agree with `from` (a
 * prefix). Segments are not read before `load`.
 */
export function scan(db: Db, index: Index, from: Place, to: Place = from): Scan {
  const { view } = db
  db.reads?.note(index, from, to)
  const present = rangeOf(db.present[index], from, to)
  if (view.asOf === undefined && !view.history && view.since === undefined) return new PresentScan(present)
  const wantsPast = view.history || view.asOf !== undefined
  return new TimeScan(index, view, present, wantsPast ? rangeOf(db.past[index], from, to) : undefined)
}

/** What holds now. */
class PresentScan implements Scan {
  constructor(private readonly present: Range) {}

  get count(): number {
    return this.present.count
  }
  get isLent(): boolean {
    return this.present.isLent
  }
  load(): Promise<void> | undefined {
    return this.present.load()
  }
  batches(): readonly Batch[] {
    return this.present.parts().map(({ rows, start, end }) => lend(rows, start, end))
  }
}

/** What a time view shows, of what holds and what held. */
class TimeScan implements Scan {
  constructor(
    private readonly index: Index,
    private readonly view: View,
    private readonly present: Range,
    /** undefined where only what holds can be in view. */
    private readonly past: Range | undefined,
  ) {}

  readonly isLent = false
  get count(): number {
    return this.present.count + (this.past?.count ?? 0) * (this.view.history ? 2 : 1)
  }
  load(): Promise<void> | undefined {
    const present = this.present.load()
    const past = this.past?.load()
    return present === undefined ? past : Promise.all([present, past]).then(() => undefined)
  }
  batches(): readonly Batch[] {
    const now = this.present.parts()
    const then = this.past?.parts() ?? []
    return this.view.history
      ? historyBatches(this.index, now, then, this.view)
      : pointBatches(this.index, now, then, this.view)
  }
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
