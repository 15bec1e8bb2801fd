import type { Query, QueryOptions } from '../api/db.ts'
import { plainKeyIfAny } from '../base/plain-key.ts'
import { PageDb } from './page-db.ts'
import { wireOptions } from './with-signal.ts'

/** Equal for live queries that ask the same; undefined where that cannot be told, or where one of them can be aborted. */
export function liveKey(
  query: Query,
  inputs: readonly unknown[],
  options: QueryOptions | undefined,
): string | undefined {
  if (options?.signal !== undefined || !Array.isArray(inputs)) return undefined
  const named = inputs.map((x: unknown) => (x instanceof PageDb ? x.key : [x]))
  return plainKeyIfAny(['q', query, named, wireOptions(options)])
}
