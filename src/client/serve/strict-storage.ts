import type { LocalStorage, LocalStore } from '../../storage/port.ts'

/** `storage`, whose every commit survives a power loss too. */
export const strictStorage = (storage: LocalStorage): LocalStorage => ({
  open: async (name) => strictStore(await storage.open(name)),
  destroy: (name) => storage.destroy(name),
})

const strictStore = (store: LocalStore): LocalStore => ({
  read: () => store.read(),
  readLog: (from, limit) => store.readLog(from, limit),
  commit: (change) => store.commit({ ...change, durability: 'strict' }),
  readRoot: () => store.readRoot(),
  readSegments: (ids) => store.readSegments(ids),
  beginIndexing: () => store.beginIndexing(),
  commitIndex: (epoch, change) => store.commitIndex(epoch, change),
  segmentIds: () => store.segmentIds(),
  watch: (listener) => store.watch(listener),
  close: () => store.close(),
})
