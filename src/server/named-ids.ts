import { isEntityId } from '../datom/ids.ts'
import { decodeIntent } from '../sync/intent.ts'
import type { PushEntry } from '../sync/protocol.ts'

/** Every entity id that an entry names, and whatever else in it may be one: what its replica's ids became is asked of these alone. */
export function namedIds(entry: PushEntry, depth: number): ReadonlySet<number> {
  const found = new Set<number>()
  if ('void' in entry) collect(entry.became, found)
  else {
    collect(entry.ids, found)
    collect(formsOf(entry.intent, depth), found)
  }
  return found
}

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
    for (const [digits] of x.matchAll(/\d{1,9}/g)) collect(Number(digits), into)
  } else if (Array.isArray(x) || x instanceof Set) for (const item of x) collect(item, into)
  else if (x instanceof Map) for (const pair of x) collect(pair, into)
  else if (typeof x === 'object' && x !== null && !(x instanceof Uint8Array)) collect(Object.entries(x), into)
}
