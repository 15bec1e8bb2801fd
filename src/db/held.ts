import type { View } from './db.ts'
import { compareRows, type Index } from './index-order.ts'
import { flat } from './merge-parts.ts'
import { type Part, wholePart } from './part.ts'
import type { Past } from './past.ts'
import { isWorthTimes, timesOf } from './row-times.ts'
import { pickRows } from './rows.ts'
import { sortRows } from './sort-rows.ts'

/** What is wanted: what was said after `since`, until `asOf` and then too. */
export interface Span {
  readonly since: number
  readonly asOf: number
}

export const spanOf = ({ since = -1, asOf = 2 ** 31 - 1 }: View): Span => ({ since, asOf })

/** The rows of the past that held at the end of a span and were said in it, in the order of `index`. */
export function heldParts(index: Index, past: Past, span: Span): readonly Part[] {
  const runs = past.runs().map((run) => run.flatMap((part) => heldIn(part, span) ?? []))
  const held = runs.flat()
  if (past.isSorted && follow(index, runs)) return held
  return [wholePart(sortRows(index, flat(held)))]
}

/** Whether each run sorts before the next. */
function follow(index: Index, runs: readonly (readonly Part[])[]): boolean {
  const compare = compareRows[index]
  let last: Part | undefined
  for (const run of runs) {
    const [first] = run
    if (first === undefined) continue
    if (last !== undefined && compare(last.rows, last.end - 1, first.rows, first.start) > 0) return false
    last = run.at(-1)
  }
  return true
}

/** The part itself where all of it held, otherwise those of its rows that did; undefined for none. */
function heldIn(part: Part, { since, asOf }: Span): Part | undefined {
  const { rows, start, end } = part
  if (isWorthTimes(part)) {
    const { leastTx, greatestTx, leastTo, greatestTo } = timesOf(rows)
    if (greatestTo <= asOf || leastTx > asOf || greatestTx <= since) return undefined
    if (leastTo > asOf && greatestTx <= asOf && leastTx > since) return part
  }
  const { tx } = rows
  const to = rows.to as Int32Array
  const places = new Int32Array(end - start)
  let n = 0
  for (let i = start; i < end; i++) {
    const from = tx[i] as number
    places[n] = i
    // three differences that are all below zero, without a branch that nobody could foretell
    n += ((since - from) & (from - asOf - 1) & (asOf - (to[i] as number))) >>> 31
  }
  if (n === 0) return undefined
  return n === end - start ? part : wholePart(pickRows(rows, places.subarray(0, n)))
}
