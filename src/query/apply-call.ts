import { AnnalsError, isAnnalsError } from '../base/errors.ts'
import type { Value } from '../datom/value.ts'
import { bindResults } from './bind-results.ts'
import type { Result } from './builtin.ts'
import type { Column } from './column.ts'
import { showForm } from './malformed.ts'
import { columnOf, pickMarked, type Relation } from './relation.ts'
import type { Run } from './run.ts'
import type { SlotBinding } from './slot-binding.ts'
import type { Arg, CallStep } from './step.ts'

/** Reads an argument's value in a row of a relation. */
type Reader = (row: number) => Result

function readerOf(run: Run, arg: Arg, r: Relation): Reader {
  if (arg.kind === 'value') return () => arg.value
  if (arg.kind === 'source')
    throw new AnnalsError('query/malformed', 'a source can only stand in get-else, get-some, missing? and q', {})
  const constant = run.constants[arg.slot]
  if (constant !== undefined) return () => constant
  const column = columnOf(r, arg.slot) as Column
  return (row) => column[row] as Value
}

export const isTruthy = (x: Result): boolean => x !== false && x !== null

/** Runs `f`, naming the clause in what it throws about its arguments. */
export function namingClause<T>(step: CallStep, f: () => T): T {
  try {
    return f()
  } catch (e) {
    throw inClause(step, e)
  }
}

function inClause(step: CallStep, e: unknown): unknown {
  if (isAnnalsError(e) && (e.code !== 'query/bad-argument' || 'clause' in e.data)) return e
  const clause = showForm(step.form)
  const why = e instanceof Error ? e.message : String(e)
  return new AnnalsError('query/bad-argument', `${clause}: ${why}`, { clause, function: step.name }, { cause: e })
}

/** The rows of `r` for which a predicate holds. */
export function filterRows(run: Run, step: CallStep, r: Relation): Relation {
  const holds = predicate(run, step, r)
  const marks = new Uint8Array(r.length)
  namingClause(step, () => {
    for (let i = 0; i < r.length; i++) {
      if (holds(i)) marks[i] = 1
      if ((i & 8191) === 8191) run.limits.checkTime(step.form)
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
