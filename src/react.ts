/** `annals/react`: hooks. Needs react 18 or later. */
export { useDb } from './skins/react/use-db.ts'
export { useLive } from './skins/react/use-live.ts'
export { useStore } from './skins/react/use-store.ts'
