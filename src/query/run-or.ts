import { type Column, ColumnBuilder } from './column.ts'
import type { Flow } from './flow.ts'
import { columnOf, type Relation } from './relation.ts'
import type { Run } from './run.ts'
import type { OrStep } from './step.ts'

/** What the branches of an `or` make of `seeds`, together, as columns of `keep`. */
export function* runOr(run: Run, step: OrStep, seeds: readonly Relation[], keep: readonly number[]): Flow<Relation> {
  const found: Relation[] = []
  for (const branch of step.branches) {
    const rows = yield* run.solve(run, branch, seeds, keep)
    if (rows.length > 0) found.push(rows)
  }
  const union = unionOf(found, keep)
  run.limits.checkRows(union.length, step.form)
  return union
}

/** The rows of all relations, over `slots`, which each has. */
export function unionOf(relations: readonly Relation[], slots: readonly number[]): Relation {
  const [only] = relations
  if (only !== undefined && relations.length === 1) return only
  let length = 0
  for (const r of relations) length += r.length
  const columns = slots.map((slot) => {
    const out = new ColumnBuilder(length)
    for (const r of relations) out.copy(columnOf(r, slot) as Column, 0, r.length)
    return out.done()
  })
  return { length, slots, columns, sorted: -1, distinct: length <= 1 }
}
