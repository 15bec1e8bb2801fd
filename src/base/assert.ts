import { AnnalsError } from './errors.ts'

/** Throws `internal/assertion` when `ok` is false: a broken promise between two of our own parts, never bad input. */
export function assert(ok: boolean, message: string | (() => string)): asserts ok {
  if (!ok) throw new AnnalsError('internal/assertion', typeof message === 'string' ? message : message())
}

/** The end of a switch over a closed union: a forgotten case does not compile. */
export function unreachable(x: never): never {
  throw new AnnalsError('internal/assertion', `a case was forgotten: ${JSON.stringify(x)}`)
}
