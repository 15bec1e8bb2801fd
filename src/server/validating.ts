import { AnnalsError, isAnnalsError } from '../base/errors.ts'
import type { Deciding } from './decide.ts'

/** Codes that would say something else to the server: that it lacks a function, so that the transaction waits for it. */
const NOT_FOR_REFUSALS = 'tx/unknown-function'

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

/** Settles as `work` does; rejects once it has taken `ms` milliseconds. */
async function within(ms: number, work: void | Promise<void>): Promise<void> {
  if (work === undefined) return
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${ms} ms`)), ms)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
