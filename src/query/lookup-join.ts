import type { Value } from '../datom/value.ts'
import { loadAll } from '../db/load.ts'
import type { Scan } from '../db/scan.ts'
import type { Flow } from './flow.ts'
import type { Bound, PairBuffer } from './pair-buffer.ts'
import { type PlaceValues, rangeFor, scanRange } from './pattern-range.ts'
import { dbOf, type Run } from './run.ts'
import type { PatternStep } from './step.ts'

/** Lookups that are asked for together: enough to overlap their reads, few enough to hold. */
const TOGETHER = 1024

/** Joins `length` rows of a relation with a pattern by looking each row up. */
export function* lookUpRows(
  run: Run,
  step: PatternStep,
  known: PlaceValues,
  bound: readonly Bound[],
  length: number,
  out: PairBuffer,
): Flow<void> {
  const db = dbOf(run, step.source)
  const at = [...known]
  let last: Scan | undefined
  for (let from = 0; from < length; from += TOGETHER) {
    const to = Math.min(length, from + TOGETHER)
    const scans: Scan[] = []
    for (let i = from; i < to; i++) {
      let same = last !== undefined
      for (const { place, column } of bound) {
        const v = column[i] as Value
        if (at[place] !== v) same = false
        at[place] = v
      }
      if (!same) last = scanRange(db, rangeFor(step, at))
      scans.push(last as Scan)
    }
    const loading = loadAll(scans)
    if (loading !== undefined) yield loading
    for (let i = from; i < to; i++) {
      for (const b of (scans[i - from] as Scan).batches()) {
        for (let k = b.start; k < b.end; k++) out.push(b, i, k)
        out.flush(b)
      }
    }
  }
}
