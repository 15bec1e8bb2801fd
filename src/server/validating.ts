import { AnnalsError, isAnnalsError } from '../base/errors.ts'
import type { Deciding } from './decide.ts'
import { within } from './within.ts'

/** Codes that would say something else to the server: that it lacks a function, so that the transaction waits for it. */
const NOT_FOR_REFUSALS = 'tx/unknown-function'

/** What a timer can wait, ms. */
const LONGEST = 2 ** 31 - 1

/** `ms` as it is. Throws a TypeError for what is no time to wait. */
export function checkedMs(ms: number): number {
  if (Number.isSafeInteger(ms) && ms > 0 && ms <= LONGEST) return ms
  throw new TypeError(`validateMs is a whole number from 1 to ${LONGEST}, not ${ms}`)
}

/** A refusal by the application, whatever its `validate` throws, or that it takes longer than `ms`. */
export function validating(validate: Deciding['validate'], ms: number): Deciding['validate'] {
  if (validate === undefined) return undefined
  return async (proposal) => {
    try {
      await within(ms, validate(proposal))
    } catch (e) {
      if (isAnnalsError(e) && e.code !== NOT_FOR_REFUSALS) throw e
      const said = e instanceof Error ? e.message : String(e)
      throw new AnnalsError('tx/refused', `the server's validation refuses it: ${said}`, {}, { cause: e })
    }
  }
}
