import { AnnalsError, type ErrorCode } from './errors.ts'

/** What an option may be, besides being left out. */
export interface OptionKind {
  readonly want: string
  readonly is: (x: unknown) => boolean
}

export const ANYTHING: OptionKind = { want: '', is: () => true }
export const FLAG: OptionKind = { want: 'true or false', is: (x) => typeof x === 'boolean' }
export const AMOUNT: OptionKind = { want: 'a number from 0', is: (x) => typeof x === 'number' && x >= 0 }
export const COUNT: OptionKind = { want: 'an integer from 0', is: (x) => Number.isSafeInteger(x) && (x as number) >= 0 }
/** Part of a store's name, which must be the same on every device: half a character is none. */
export const NAME: OptionKind = {
  want: 'a text that is not empty',
  is: (x) => typeof x === 'string' && x !== '' && !/\p{Surrogate}/u.test(x),
}
export const LIST: OptionKind = { want: 'a list', is: Array.isArray }
export const FUNCTION: OptionKind = { want: 'a function', is: (x) => typeof x === 'function' }
/** Of this realm or another. */
export const SIGNAL: OptionKind = {
  want: 'an AbortSignal',
  is: (x) => typeof (x as AbortSignal | null)?.addEventListener === 'function',
}

/**
 * Throws `code` for what holds no options, for an option of the wrong kind, and for one that `call` does not have: a misspelt one
 * would be passed over in silence.
 */
export function checkOptions(
  call: string,
  options: object,
  kinds: Readonly<Record<string, OptionKind>>,
  code: ErrorCode = 'db/bad-option',
): void {
  if (typeof options !== 'object' || options === null)
    throw new AnnalsError(code, `${call}: no options: ${String(options)}`)
  for (const [option, x] of Object.entries(options)) {
    const kind = Object.hasOwn(kinds, option) ? kinds[option] : undefined
    if (kind === undefined) {
      const there = Object.keys(kinds).join(', ')
      throw new AnnalsError(code, `${call}: no option ${option}; there are ${there}`, { option })
    }
    if (x === undefined || kind.is(x)) continue
    const got = typeof x === 'number' ? x : x === null ? 'null' : `a ${typeof x}`
    throw new AnnalsError(code, `${call}: ${option} wants ${kind.want}, got ${got}`, { option })
  }
}

/** Throws `code` for what is no name of a database. */
export const checkName = (call: string, name: unknown, code?: ErrorCode): void =>
  checkOptions(call, { name: name ?? null }, { name: NAME }, code)
