import type { LocalStorage, LocalStore, RemoteStore } from '../../src/storage/port.ts'

/** `storage`, with every store that is opened seen through `wrap`. */
export const wrapped = (storage: LocalStorage, wrap: (store: LocalStore) => LocalStore): LocalStorage => ({
  open: async (name) => wrap(await storage.open(name)),
  destroy: (name) => storage.destroy(name),
})

/** `store` with some of its calls replaced. */
export const instead = (store: LocalStore, calls: Partial<LocalStore>): LocalStore => ({
  read: (rootBeyond, queueBeyond) => store.read(rootBeyond, queueBeyond),
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

/** The same for the remote's. */
export const insteadRemote = (store: RemoteStore, calls: Partial<RemoteStore>): RemoteStore => ({
  head: () => store.head(),
  readLog: (from, limit) => store.readLog(from, limit),
  outcomes: (txids) => store.outcomes(txids),
  replicas: (ids) => store.replicas(ids),
  leases: (replicas) => store.leases(replicas),
  aliases: (replicas, ids) => store.aliases(replicas, ids),
  refusals: (limit) => store.refusals(limit),
  excisions: (after) => store.excisions(after),
  commit: (change) => store.commit(change),
  watch: (listener) => store.watch(listener),
  close: () => store.close(),
  ...calls,
})
