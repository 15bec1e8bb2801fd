import type { LocalStorage, LocalStore } from '../../src/storage/port.ts'

/** `storage`, with every store that is opened seen through `wrap`. */
export const wrapped = (storage: LocalStorage, wrap: (store: LocalStore) => LocalStore): LocalStorage => ({
  open: async (name) => wrap(await storage.open(name)),
  destroy: (name) => storage.destroy(name),
})

/** `store` with some of its calls replaced. */
export const instead = (store: LocalStore, calls: Partial<LocalStore>): LocalStore => ({
  read: (rootBeyond) => store.read(rootBeyond),
  readLog: (from, limit) => store.readLog(from, limit),
  commit: (change) => store.commit(change),
  readRoot: () => store.readRoot(),
  readSegments: (ids) => store.readSegments(ids),
  beginIndexing: () => store.beginIndexing(),
  commitIndex: (epoch, change) => store.commitIndex(epoch, change),
  segmentIds: () => store.segmentIds(),
  watch: (listener) => store.watch(listener),
  close: () => store.close(),
  ...calls,
})
