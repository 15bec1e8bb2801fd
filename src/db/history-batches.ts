import { sortedPlaces } from '../base/sorted-places.ts'
import type { View } from './db.ts'
import { spanOf } from './held.ts'
import { compareRows, type Index } from './index-order.ts'
import { lendPart, type Part, wholePart } from './part.ts'
import type { IsWanted, Past } from './past.ts'
import { pickRows, type Rows, RowsBuilder } from './rows.ts'
import type { Batch } from './scan.ts'

/** Every assertion and retraction within the bounds that is wanted; one key's in order of time, a retraction before an assertion. */
export function historyBatches(
  index: Index,
  present: readonly Part[],
  past: Past | undefined,
  view: View,
  isWanted: IsWanted | undefined,
): Batch[] {
  const { asOf, since } = spanOf(view)
  const all = new RowsBuilder(false)
  const added: number[] = []
  const say = (rows: Rows, i: number, tx: number, op: number): void => {
    if (tx <= since || tx > asOf) return
    all.push(rows.e[i] as number, rows.a[i] as number, rows.v[i] as string, tx)
    added.push(op)
  }
  for (const { rows, start, end } of present) for (let i = start; i < end; i++) say(rows, i, rows.tx[i] as number, 1)
  for (const { rows, start, end } of past?.runs().flat() ?? []) {
    for (let i = start; i < end; i++) {
      say(rows, i, rows.tx[i] as number, 1)
      say(rows, i, (rows.to as Int32Array)[i] as number, 0)
    }
  }
  const rows = all.done()
  if (rows.length === 0) return []
  const compare = compareRows[index]
  const op = (i: number): number => added[i] as number
  const places = sortedPlaces(rows.length, (i, j) => compare(rows, i, rows, j) || op(i) - op(j))
  const sorted = places === undefined ? rows : pickRows(rows, places)
  const ops = Uint8Array.from(places ?? added, places === undefined ? (o) => o : op)
  let { start, end } = wholePart(sorted)
  if (isWanted !== undefined) {
    while (start < end && !isWanted(sorted, start)) start++
    while (start < end && !isWanted(sorted, end - 1)) end--
  }
  return start === end ? [] : [{ ...lendPart({ rows: sorted, start, end }), added: ops }]
}
