import type { QueryOptions } from '../api/db.ts'
import type { Functions } from '../api/functions.ts'
import { DbHandle } from './handle.ts'
import type { Runtime } from './runtime.ts'

/** What an application brings to an open database. */
export interface RuntimeOptions<F extends Functions = Functions> {
  /** Functions by name, for transactions and, where they fit, for queries, aggregates and pull's `xform`. */
  readonly functions?: F
  /** Milliseconds since 1970; default the system's clock. */
  readonly now?: () => number
  /** What a query within a transaction (`db/require`, `db/forbid`) may take; default no limit of time. */
  readonly queryLimits?: QueryOptions
}

export function createRuntime(options: RuntimeOptions): Runtime {
  const functions = options.functions ?? {}
  const named = new Map(Object.entries(functions as Readonly<Record<string, (...args: unknown[]) => unknown>>))
  const runtime: Runtime = {
    functions,
    now: options.now ?? Date.now,
    queryLimits: { timeout: Number.POSITIVE_INFINITY, ...options.queryLimits },
    queryEnv: { functions: named, aggregates: named },
    show: (db, datomsOf) => new DbHandle(db, inStep, db.basisT, { datomsOf, gone: false }),
  }
  // what functions of transactions read of segments that are gone ends the step, and it begins again on a newer value
  const inStep: Runtime = { ...runtime }
  return runtime
}
