import { AnnalsError, isAnnalsError } from '../base/errors.ts'

/** What a function threw, as an error of the place where it was called; one that names its place already stays as it is. */
export function callFailed(clause: string, name: string, cause: unknown): unknown {
  if (isAnnalsError(cause) && (cause.code !== 'query/bad-argument' || 'clause' in cause.data)) return cause
  const why = cause instanceof Error ? cause.message : String(cause)
  return new AnnalsError('query/bad-argument', `${clause}: ${why}`, { clause, function: name }, { cause })
}

/** What a function of the application gave; a promise is refused, since nothing in a query waits. */
export function atOnce(given: unknown): unknown {
  if (given instanceof Promise) throw new Error('it returned a promise; functions in queries and pulls are synchronous')
  return given
}
