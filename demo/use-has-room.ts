import { useSyncExternalStore } from 'react'

/** Wide enough for the table and a panel side by side; as in styles/panels.css. */
const SIDE_BY_SIDE = matchMedia('(min-width: 64rem)')

function subscribe(listener: () => void): () => void {
  SIDE_BY_SIDE.addEventListener('change', listener)
  return () => SIDE_BY_SIDE.removeEventListener('change', listener)
}

/** Whether a panel stands beside the table; otherwise it covers the page. */
export const useHasRoom = (): boolean => useSyncExternalStore(subscribe, () => SIDE_BY_SIDE.matches)
