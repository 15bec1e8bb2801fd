import { type Column, countingColumn } from './column.ts'
import type { Flow } from './flow.ts'
import { columnOf, pickMarked, type Relation } from './relation.ts'
import type { Run } from './run.ts'
import { markPattern } from './run-pattern.ts'
import type { NotStep } from './step.ts'

/** The rows of `r` for which the clauses of a `not` find nothing. `r` has every slot that the step needs and is not constant. */
export function* runNot(run: Run, step: NotStep, r: Relation): Flow<Relation> {
  const shared = step.needs.filter((slot) => r.slots.includes(slot))
  if (shared.length === 0) {
    const found = yield* run.solve(run, step.steps, [], [])
    return found.length === 0 ? r : pickMarked(r, new Uint8Array(r.length), 1)
  }
  const [only] = step.steps
  if (step.steps.length === 1 && only?.kind === 'pattern' && shared.some((slot) => only.at.includes(slot))) {
    return pickMarked(r, yield* markPattern(run, only, r), 0)
  }
  const seed: Relation = {
    length: r.length,
    slots: [...shared, step.row],
    columns: [...shared.map((slot) => columnOf(r, slot) as Column), countingColumn(r.length)],
    sorted: shared.includes(r.sorted) ? r.sorted : step.row,
    distinct: true,
  }
  const found = yield* run.solve(run, step.steps, [seed], [step.row], step.row)
  const marks = new Uint8Array(r.length)
  const rows = columnOf(found, step.row) as Column
  for (let k = 0; k < found.length; k++) marks[rows[k] as number] = 1
  return pickMarked(r, marks, 0)
}
