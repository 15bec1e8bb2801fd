import { AnnalsError, type ErrorCode } from './errors.ts'

/** Throws `code` for an option that `call` does not have: a misspelt one would be passed over in silence. */
export function checkOptionNames(call: string, options: object, known: readonly string[], code: ErrorCode): void {
  const option = Object.keys(options).find((name) => !known.includes(name))
  if (option === undefined) return
  throw new AnnalsError(code, `${call}: no option ${option}; there are ${known.join(', ')}`, { option })
}
