import { DEFAULT_LIMITS, type Limits } from '../sync/protocol.ts'

/**
 * The limits of a server, all whole numbers from 1. Throws a TypeError where `own` are none, and for bodies of less than the default:
 * replicas queue transactions of that size, and one whose push is not even read would hold up its queue for ever.
 */
export function checkedLimits(own: Partial<Limits> = {}): Limits {
  const limits = { ...DEFAULT_LIMITS, ...own }
  for (const [name, limit] of Object.entries(limits)) {
    const least = name === 'body' ? DEFAULT_LIMITS.body : 1
    if (!Number.isSafeInteger(limit) || limit < least)
      throw new TypeError(`limits.${name} is a whole number from ${least}, got ${limit}`)
  }
  return limits
}
