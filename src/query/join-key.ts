import type { Join } from './join-method.ts'
import type { Bound } from './pair-buffer.ts'
import { canLookUpValue, canSeekText, constantScan } from './pattern-range.ts'
import type { Relation } from './relation.ts'
import type { Run } from './run.ts'
import { type PatternStep, Place } from './step.ts'

/** By place: how finely it splits the rows, the finest first. */
const FINENESS = [0, 3, 1, 2, 4]

/** The bound place to join by: the one that splits the rows finest. Requires: at least one. */
export const keyOf = (bound: readonly Bound[]): Bound =>
  bound.reduce((best, b) => ((FINENESS[b.place] as number) < (FINENESS[best.place] as number) ? b : best))

/** What the ways to join `r` with a pattern by `key` depend on. */
export function joinBy(run: Run, step: PatternStep, r: Relation, { place, column }: Bound): Join {
  const { count: range, whereabouts } = constantScan(run, step)
  return {
    rows: r.length,
    range,
    whereabouts,
    byEntity: place === Place.e && column instanceof Int32Array,
    sorted: r.sorted !== -1 && r.sorted === step.at[Place.e],
    canLookUp: place === Place.e || place === Place.a || (place === Place.v && canLookUpValue(step)),
    canSeek: place === Place.v && canSeekText(run, step),
  }
}
