import type { Db, View } from './db.ts'
import { compareRows, type Index, type Place } from './index-order.ts'
import { lendPart, type Part } from './part.ts'
import { pointBatches } from './point-batches.ts'
import { type Range, rangeOf } from './range.ts'
import { type Rows, RowsBuilder } from './rows.ts'
import type { Batch, Scan, Whereabouts } from './scan.ts'

/**
 * The facts of `db`'s view between two places of an index, both included unless they say otherwise; without `to`, those that agree with `from` (a
 * prefix). Segments are not read before `load`.
 */
export function scan(db: Db, index: Index, from: Place, to: Place = from): Scan {
  const { view } = db
  db.reads?.note(index, from, to)
  const present = rangeOf(db.present[index], from, to)
  if (view.asOf === undefined && !view.history && view.since === undefined) return new PresentScan(present)
  return new TimeScan(index, view, present, seesPast(view) ? rangeOf(db.past[index], from, to) : undefined)
}

/** Whether what held once can be in view. */
export const seesPast = (view: View): boolean => view.history || view.asOf !== undefined

/** What holds now. */
class PresentScan implements Scan {
  constructor(private readonly present: Range) {}

  get count(): number {
    return this.present.count
  }
  get whereabouts(): Whereabouts {
    return this.present.whereabouts
  }
  load(): Promise<void> | undefined {
    return this.present.load()
  }
  batches(): readonly Batch[] {
    return this.present.parts().map(lendPart)
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

  get whereabouts(): Whereabouts {
    const isStored = this.present.whereabouts === 'stored' || this.past?.whereabouts === 'stored'
    return isStored ? 'stored' : 'merged'
  }
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

const MAX_TX = 2 ** 31 - 1

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
