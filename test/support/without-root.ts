import type { LocalStorage } from '../../src/storage/port.ts'
import { instead, wrapped } from './wrapped-storage.ts'

/** `storage` as though nothing had ever been indexed: what its databases say is what their logs say. */
export const withoutRoot = (storage: LocalStorage): LocalStorage =>
  wrapped(storage, (store) => instead(store, { read: async () => ({ ...(await store.read()), root: undefined }) }))
