import { useSyncExternalStore } from 'react'
import type { Store } from '../../api/live.ts'

/** What the store shows now: of `conn.sync`, `conn.health`, a live query. */
export function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, store.getSnapshot, store.getServerSnapshot)
}
