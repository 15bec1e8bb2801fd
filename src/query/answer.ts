import type { Db } from '../db/db.ts'
import type { QueryEnv } from './env.ts'
import { execute } from './execute.ts'
import { type Flow, waitFor } from './flow.ts'
import type { Limits } from './limits.ts'
import { type Outcome, outcomeOf } from './outcome.ts'
import { patternInput } from './pattern-input.ts'
import type { Prepared } from './prepare.ts'
import { Budget } from './pull/budget.ts'
import { pullPlan } from './pull/plans.ts'
import { checkPull, pullKnown } from './pull/pull.ts'
import type { Output } from './results.ts'
import { readerOf, shapeResult } from './shape-result.ts'
import type { Find, FindElement } from './syntax.ts'
import type { Trace } from './trace.ts'

/** Makes the answer out of what was found. */
export type Shape = (find: Find, rows: Int32Array, outputs: readonly Output[]) => unknown

const byRows: Shape = (find, rows, outputs) => shapeResult(find, rows, outputs.map(readerOf))

/** Runs a prepared query to the end. */
export function* answer(
  prepared: Prepared,
  env: QueryEnv,
  limits: Limits,
  trace?: Trace,
  shape: Shape = byRows,
): Flow<unknown> {
  const { find } = prepared.program.query
  for (const element of find.elements) if (element.kind === 'pull') checkPulled(prepared, element, env)
  const found = yield* execute(prepared, env, limits, trace)
  const outcome = outcomeOf(prepared.program, found, env)
  const outputs = find.elements.some((element) => element.kind === 'pull')
    ? yield* pulled(prepared, outcome, env, limits)
    : outcome.table.outputs
  return shape(find, outcome.rows, outputs)
}

/** The outputs with every pull carried out for the rows that are asked for. */
function* pulled(prepared: Prepared, { table, rows }: Outcome, env: QueryEnv, limits: Limits): Flow<Output[]> {
  const { elements } = prepared.program.query.find
  const out: Output[] = [...table.outputs]
  for (let i = 0; i < elements.length; i++) {
    const element = elements[i] as FindElement
    if (element.kind !== 'pull') continue
    const column = (table.outputs[i] as Output & { readonly kind: 'values' }).column
    const ids = Array.from(rows, (row) => column[row] as number)
    const budget = new Budget(limits, element.form)
    const pattern = patternOf(prepared, element)
    const results = yield* waitFor(pullKnown(dbOfPull(prepared, element), pattern, ids, env, budget))
    const shown: unknown[] = []
    rows.forEach((row, k) => {
      shown[row] = results[k]
    })
    out[i] = { kind: 'shown', shown }
  }
  return out
}

type Pull = FindElement & { readonly kind: 'pull' }

/** Throws what is wrong with a pull, before anything is read. */
function checkPulled(prepared: Prepared, element: Pull, env: QueryEnv): void {
  const db = dbOfPull(prepared, element)
  checkPull(db, pullPlan(db.schema, patternOf(prepared, element)), env)
}

function dbOfPull({ program, sources }: Prepared, element: Pull): Db {
  const names = program.query.in.flatMap((input) => (input.kind === 'source' ? [input.name] : []))
  const source = sources[names.indexOf(element.source)]
  return (source as { readonly db: Db }).db
}

function patternOf({ program, inputs }: Prepared, { pattern }: Pull): unknown {
  return pattern.kind === 'const' ? pattern.value : inputs[patternInput(program.query, pattern.name)]
}
