import type { Query, QueryOptions } from '../api/db.ts'
import { mapInputs } from '../base/map-inputs.ts'
import { plainKey } from '../base/plain-key.ts'
import { PageDb } from './page-db.ts'
import { wireOptions } from './with-signal.ts'

/** Equal for live queries that ask the same; undefined where that cannot be told, or where one of them can be aborted. */
export function liveKey(
  query: Query,
  inputs: readonly unknown[],
  options: QueryOptions | undefined,
): string | undefined {
  if (options?.signal !== undefined) return undefined
  try {
    const named = mapInputs(inputs, (x) => (x instanceof PageDb ? { $db: x.key } : x))
    return plainKey(['q', query, named, wireOptions(options)])
  } catch {
    return undefined // a cycle: the worker will refuse it
  }
}
