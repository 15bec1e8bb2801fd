import type { MaybePromise } from '../base/maybe-promise.ts'
import type { Db } from '../db/db.ts'

/** What queries may call beside the built-in functions. One object for each engine: plans are kept by it. */
export interface QueryEnv {
  /** Pure functions by name; they get and return values as applications see them, and null drops the row. */
  readonly functions: ReadonlyMap<string, (...args: unknown[]) => unknown>
  /** Aggregates by name; they get what stands before the variable, then the values of a group, as applications see them. */
  readonly aggregates: ReadonlyMap<string, (...args: unknown[]) => unknown>
  /** What `pattern` finds on each of `ids`, in that order; undefined where there is nothing. */
  pull(db: Db, pattern: unknown, ids: readonly number[]): MaybePromise<unknown[]>
}
