import { AnnalsError } from '../base/errors.ts'
import type { Runtime } from '../engine/runtime.ts'
import type { Builtin } from '../query/builtin.ts'
import { findBuiltin } from '../query/functions/registry.ts'

const MATCHING: ReadonlySet<Builtin | undefined> = new Set(['re-find', 're-matches', 're-seq'].map(findBuiltin))

/**
 * `runtime`, but for queries within transactions that match patterns: one match of a pattern such as `^(a+)+$` may take for ever, and
 * nothing can end it. What the application itself asks is its own affair.
 */
export const withoutPatterns = (runtime: Runtime): Runtime => ({
  ...runtime,
  queryEnv: { ...runtime.queryEnv, check: refuseMatching },
})

function refuseMatching(fn: Builtin, name: string): void {
  if (!MATCHING.has(fn)) return
  throw new AnnalsError(
    'query/unknown-function',
    `${name}: this server matches no patterns for transactions, since one match may take for ever`,
    { function: name },
  )
}
