import { FIRST_USER_ID, isEntityId, isProvisional } from '../datom/ids.ts'
import { decodeIntent } from '../sync/intent.ts'
import type { PushEntry } from '../sync/protocol.ts'

/**
 * Every entity id that an entry names, and whatever else in it may be one: what its replica's ids became is asked of these alone.
 * `end`: those from here on nobody has been given.
 */
export function namedIds(entry: PushEntry, depth: number, end: number): ReadonlySet<number> {
  const found = new Set<number>()
  if ('void' in entry) {
    for (const pair of entry.became) for (const id of pair) found.add(id)
    return found
  }
  collect(formsOf(entry.intent, depth), found)
  // a count is no id, nor is what no replica can have had
  for (const id of found) if (id < FIRST_USER_ID || (id >= end && !isProvisional(id))) found.delete(id)
  for (const [, id] of entry.ids) found.add(id)
  return found
}

/** A number by itself: one within a uuid or a name is none. */
const NUMBER = /(?<![\w-])\d{1,9}(?![\w-])/g

/** Nothing where they cannot be read: then they are refused. */
function formsOf(intent: Uint8Array, depth: number): readonly unknown[] {
  try {
    return decodeIntent(intent, depth)
  } catch {
    return []
  }
}

function collect(x: unknown, into: Set<number>): void {
  if (typeof x === 'number') {
    if (isEntityId(x)) into.add(x)
  } else if (typeof x === 'string') {
    // a query may be given as text
    for (const [digits] of x.matchAll(NUMBER)) collect(Number(digits), into)
  } else if (Array.isArray(x) || x instanceof Set) for (const item of x) collect(item, into)
  else if (x instanceof Map) for (const pair of x) collect(pair, into)
  else if (typeof x === 'object' && x !== null && !(x instanceof Uint8Array)) collect(Object.entries(x), into)
}
