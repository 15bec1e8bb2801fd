import type { Value } from '../datom/value.ts'
import { bindResults } from './bind-results.ts'
import type { Result } from './builtin.ts'
import { type Column, countingColumn } from './column.ts'
import { Dependencies } from './dependencies.ts'
import type { Flow } from './flow.ts'
import { columnOf, pickMarked, type Relation } from './relation.ts'
import type { Run } from './run.ts'
import { joinPattern, markPattern, scanPattern } from './run-pattern.ts'
import type { SlotBinding } from './slot-binding.ts'
import type { AttributeStep, PatternStep } from './step.ts'

type Wanted = (slot: number) => boolean

const NO_DEPENDENCIES = new Dependencies()

/** Runs `get-else`, `get-some` or `missing?` on the rows of `r`, which has the entity's slot unless it is constant. */
export function* runAttributeCall(run: Run, step: AttributeStep, r: Relation, wanted: Wanted): Flow<Relation> {
  if (step.op === 'missing?') {
    const [pattern] = step.patterns as [PatternStep]
    if (columnOf(r, step.e) !== undefined) return pickMarked(r, yield* markPattern(run, pattern, r), 0)
    const found = yield* scanPattern(run, pattern, () => false, [])
    return found.length === 0 ? r : pickMarked(r, new Uint8Array(r.length), 1)
  }
  const results = new Array<Result>(r.length).fill(null)
  for (const pattern of step.patterns) {
    const id = pattern.attribute?.id as number
    yield* eachValue(run, step, pattern, r, (row, v) => {
      if (results[row] === null) results[row] = step.op === 'get-some' ? [id, v] : v
    })
  }
  if (step.otherwise !== undefined) fillIn(run, step.otherwise, r, results)
  return bindResults(run, step.binding as SlotBinding, r, wanted, step.form, (row) => results[row] as Result)
}

/** Calls `visit` with the values that the rows' entities have. */
function* eachValue(
  run: Run,
  step: AttributeStep,
  pattern: PatternStep,
  r: Relation,
  visit: (row: number, v: Value) => void,
): Flow<void> {
  const entities = columnOf(r, step.e)
  if (entities === undefined) {
    const found = yield* scanPattern(run, pattern, (slot) => slot === step.value, [])
    const v = columnOf(found, step.value)?.[0]
    if (v !== undefined && found.length > 0) for (let row = 0; row < r.length; row++) visit(row, v)
    return
  }
  const rowSlot = -2 // no slot of the program: the number of the row
  const keyed: Relation = {
    length: r.length,
    slots: [step.e, rowSlot],
    columns: [entities, countingColumn(r.length)],
    sorted: r.sorted,
    distinct: true,
  }
  const wanted = (slot: number): boolean => slot === rowSlot || slot === step.value
  const joined = yield* joinPattern(run, pattern, keyed, wanted, [], NO_DEPENDENCIES)
  const rows = columnOf(joined, rowSlot) as Column
  const values = columnOf(joined, step.value) as Column
  for (let k = 0; k < joined.length; k++) visit(rows[k] as number, values[k] as Value)
}

function fillIn(run: Run, slot: number, r: Relation, results: Result[]): void {
  const constant = run.constants[slot]
  const column = columnOf(r, slot)
  for (let row = 0; row < r.length; row++) results[row] ??= constant ?? (column?.[row] as Value)
}
