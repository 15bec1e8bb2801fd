import { AnnalsError, type ErrorCode } from './errors.ts'

/** Throws `code` for what holds no options, and for one that `call` does not have: a misspelt one would be passed over in silence. */
export function checkOptionNames(call: string, options: object, known: readonly string[], code: ErrorCode): void {
  if (typeof options !== 'object' || options === null)
    throw new AnnalsError(code, `${call}: no options: ${String(options)}`)
  const option = Object.keys(options).find((name) => !known.includes(name))
  if (option === undefined) return
  throw new AnnalsError(code, `${call}: no option ${option}; there are ${known.join(', ')}`, { option })
}
