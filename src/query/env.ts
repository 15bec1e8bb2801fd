import type { Builtin } from './builtin.ts'

/** What queries may call beside the built-in functions. One object for each engine: plans are kept by it. */
export interface QueryEnv {
  /** Pure functions by name; they get and return values as applications see them, and null drops the row. */
  readonly functions: ReadonlyMap<string, (...args: unknown[]) => unknown>
  /** Aggregates by name; they get what stands before the variable, then the values of a group, as applications see them. */
  readonly aggregates: ReadonlyMap<string, (...args: unknown[]) => unknown>
  /** Throws for a built-in function that may not be called; absent where all may. */
  readonly check?: (fn: Builtin, name: string) => void
}
