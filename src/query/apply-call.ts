import type { Value } from '../datom/value.ts'
import { bindResults } from './bind-results.ts'
import type { Result } from './builtin.ts'
import type { Column } from './column.ts'
import { showForm } from './malformed.ts'
import { callFailed } from './own-call.ts'
import { columnOf, pickMarked, type Relation } from './relation.ts'
import type { Run } from './run.ts'
import type { SlotBinding } from './slot-binding.ts'
import type { Arg, CallStep } from './step.ts'

/** Reads an argument's value in a row of a relation. */
type Reader = (row: number) => Result

/** What an argument is in every row; undefined for a variable's, and for a source. */
export function constantOf(run: Run, arg: Arg): Result | undefined {
  switch (arg.kind) {
    case 'slot':
      return run.constants[arg.slot]
    case 'list':
      return arg.items.map((item) => constantOf(run, item) ?? null)
    default:
      return arg.kind === 'value' ? arg.value : undefined
  }
}

function readerOf(run: Run, arg: Arg, r: Relation): Reader {
  const constant = constantOf(run, arg)
  if (constant !== undefined || arg.kind !== 'slot') return () => constant ?? null
  const column = columnOf(r, arg.slot) as Column
  return (row) => column[row] as Value
}

export const isTruthy = (x: Result): boolean => x !== false && x !== null

/** Runs `f`, naming the clause in what it throws about its arguments. */
function namingClause<T>(step: CallStep, f: () => T): T {
  try {
    return f()
  } catch (e) {
    throw callFailed(showForm(step.form), step.name, e)
  }
}

/** The rows of `r` for which a predicate holds. */
export function filterRows(run: Run, step: CallStep, r: Relation): Relation {
  const holds = predicate(run, step, r)
  const marks = new Uint8Array(r.length)
  namingClause(step, () => {
    for (let i = 0; i < r.length; i++) {
      if (holds(i)) marks[i] = 1
      if ((i & 8191) === 8191) run.limits.checkTime(step.form, i)
    }
  })
  return pickMarked(r, marks, 1)
}

function predicate(run: Run, step: CallStep, r: Relation): (row: number) => boolean {
  const readers = step.args.map((arg) => readerOf(run, arg, r))
  const args: Result[] = readers.map(() => null)
  const { fn } = step
  return (row) => {
    for (let k = 0; k < readers.length; k++) args[k] = (readers[k] as Reader)(row)
    return isTruthy(fn.apply(args))
  }
}

/** `r` with what a function gives for each row, taken apart by the step's binding. */
export function bindCall(run: Run, step: CallStep, r: Relation, wanted: (slot: number) => boolean): Relation {
  const readers = step.args.map((arg) => readerOf(run, arg, r))
  const { fn } = step
  return namingClause(step, () =>
    bindResults(run, step.binding as SlotBinding, r, wanted, step.form, (row) =>
      fn.apply(readers.map((read) => read(row))),
    ),
  )
}
