import type { LiveQuery, LiveSnapshot } from '../../api/live.ts'
import { useStore } from './use-store.ts'

/**
 * The answer of a live query, `useLive(conn.live(query, inputs))`: loading at first and on the server, then kept up to date.
 * Queries with equal inputs are one query, so it may be written where it is used.
 */
export function useLive<T>(live: LiveQuery<T>): LiveSnapshot<T> {
  return useStore(live)
}
