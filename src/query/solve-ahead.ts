import { isAnnalsError } from '../base/errors.ts'
import type { Flow } from './flow.ts'
import type { Relation } from './relation.ts'

/**
 * What `solving`, an alternative of a rule without its recursive call, comes to. undefined where it fails for rows that the call
 * might have left out: a function refuses their values, or they are too many.
 */
export function* solveAhead(solving: Flow<Relation>): Flow<Relation | undefined> {
  try {
    return yield* solving
  } catch (e) {
    if (isAnnalsError(e, 'query/bad-argument') || isAnnalsError(e, 'query/too-many-rows')) return undefined
    throw e
  }
}
