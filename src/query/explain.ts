import type { Explanation } from '../api/explanation.ts'
import type { Db } from '../db/db.ts'
import { answer } from './answer.ts'
import type { QueryEnv } from './env.ts'
import { runFlow } from './flow.ts'
import { Limits, type QueryOptions } from './limits.ts'
import { prepare } from './prepare.ts'
import type { Source } from './run.ts'
import { Trace } from './trace.ts'

/** Runs a query and tells how: the order of its clauses, expected and actual rows, time. Throws what the query throws. */
export async function explain(
  db: Db,
  q: unknown,
  inputs: readonly unknown[],
  env: QueryEnv,
  options?: QueryOptions,
): Promise<Explanation> {
  const start = performance.now()
  const prepared = prepare(db, q, inputs, env)
  const prepareMs = performance.now() - start
  const trace = new Trace()
  const before = fetchedBy(prepared.sources)
  let waits = 0
  const flow = answer(prepared, env, new Limits(options), trace)
  const result = await runFlow(
    (function* () {
      for (let next = flow.next(); ; next = flow.next()) {
        if (next.done === true) return next.value
        waits++
        yield next.value
      }
    })(),
  )
  const rows = Array.isArray(result) ? result.length : result === undefined ? 0 : 1
  const segments = fetchedBy(prepared.sources) - before
  return { steps: trace.steps, rows, waits, segments, prepareMs, ms: performance.now() - start }
}

/** How many segments the databases among the sources have fetched so far; those of one storage count once. */
function fetchedBy(sources: readonly Source[]): number {
  const from = new Set(
    sources.map((source) => (source.kind === 'db' ? source.db.present.eavt.base?.source : undefined)),
  )
  let sum = 0
  for (const segments of from) sum += segments?.reads ?? 0
  return sum
}
