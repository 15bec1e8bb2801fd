import { AnnalsError } from '../base/errors.ts'
import { describe } from '../datom/read-value.ts'
import { showValue } from '../datom/show-value.ts'
import type { Value } from '../datom/value.ts'

/** What a function takes and gives: a value, a list of such, or null, which drops the row. */
export type Result = Value | null | readonly Result[]

/** A function of the query language. */
export interface Builtin {
  /** Fewest and most arguments. */
  readonly arity: readonly [number, number]
  apply(args: readonly Result[]): Result
  /** For comparisons: what they say of the order of two values, so that they can narrow a range. */
  readonly comparison?: Comparison
  /** Whether it holds for the strings that begin with the second argument, so that it can narrow a range. */
  readonly isPrefix?: boolean
}
export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>='

export const isList = (x: Result): x is readonly Result[] => Array.isArray(x)

/** The error for an argument that a function cannot work on. */
export function badArgument(wanted: string, found: Result): AnnalsError {
  const text = isList(found) ? `a list of ${found.length}` : found === null ? 'nothing' : describe(showValue(found))
  return new AnnalsError('query/bad-argument', `wanted ${wanted}, got ${text}`, { wanted })
}
