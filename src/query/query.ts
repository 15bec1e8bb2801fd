import type { MaybePromise } from '../base/maybe-promise.ts'
import type { Db } from '../db/db.ts'
import { answer, type Shape } from './answer.ts'
import type { QueryEnv } from './env.ts'
import { runFlow } from './flow.ts'
import { Limits, type QueryOptions } from './limits.ts'
import { NOT_AT_HAND } from './not-at-hand.ts'
import { prepare } from './prepare.ts'
import { runPoints } from './run-points.ts'
import { answerStanding, renewed, type Standing } from './standing.ts'

/**
 * Answers a query, EDN text or data, against `db`. `inputs` stand, in order, for the names of `:in` other than `$`, which is
 * `db`. A relation comes as an array of distinct rows, `[?x ...]` as an array, `.` and `[?a ?b]` as undefined when there is no
 * row. At once when everything is in memory, else as a promise. Throws (or rejects with) errors of the area `query/`, and what
 * reading EDN and values throws. `shape` makes another answer of what was found; `standing`: of a question that is asked again.
 */
export function query(
  db: Db,
  q: unknown,
  inputs: readonly unknown[],
  env: QueryEnv,
  options?: QueryOptions,
  shape?: Shape,
  standing?: Standing,
): MaybePromise<unknown> {
  const limits = new Limits(options)
  const again = standing && renewed(standing, db, limits)
  if (again !== undefined) return again
  const prepared = prepare(db, q, inputs, env)
  const found = runPoints(prepared, limits)
  if (found !== NOT_AT_HAND) return found
  const { ofSubject, mixed } = prepared.program
  const isKept = standing !== undefined && ofSubject !== undefined && !mixed
  return runFlow(
    isKept
      ? answerStanding(standing, prepared, ofSubject, env, limits)
      : answer(prepared, env, limits, undefined, shape),
  )
}
