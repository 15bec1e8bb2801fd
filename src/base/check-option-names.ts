import { AnnalsError, type ErrorCode } from './errors.ts'
import { nearestName } from './nearest-name.ts'

/** Throws `code` for an option that `call` does not have: a misspelt one would be passed over in silence. */
export function checkOptionNames(call: string, options: object, known: readonly string[], code: ErrorCode): void {
  const option = Object.keys(options).find((name) => !known.includes(name))
  if (option === undefined) return
  const nearest = nearestName(option, known)
  const hint = nearest === undefined ? `there are ${known.join(', ')}` : `did you mean ${nearest}?`
  throw new AnnalsError(code, `${call}: there is no option ${option}; ${hint}`, { option })
}
