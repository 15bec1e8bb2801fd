import { isAnnalsError } from '../base/errors.ts'

/** While one reads anew a merge may end; that several do is not to be thought of. */
const TIMES = 3

/**
 * What `attempt` comes to. It is made again after `readAnew` where it met segments that were removed: another tab replaced them while
 * this one slept. Rejects with `db/gone` when that does not help.
 */
export async function readingAnew<T>(attempt: () => Promise<T>, readAnew: () => Promise<unknown>): Promise<T> {
  for (let left = TIMES; ; left--) {
    try {
      return await attempt()
    } catch (e) {
      if (left === 0 || !isAnnalsError(e, 'db/gone')) throw e
      await readAnew()
    }
  }
}
