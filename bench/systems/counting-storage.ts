import { memory, type OpenOptions } from 'annals/engine'

type Storage = OpenOptions['storage']
type Store = Awaited<ReturnType<Storage['open']>>

export interface Counts {
  /** Atomic steps of the log that changed something. */
  commits: number
  /** Bytes of records. */
  logBytesWritten: number
  /** Atomic steps of indexing. */
  indexCommits: number
  segmentsWritten: number
  segmentBytesWritten: number
  /** Calls of the port that read. */
  reads: number
  logRowsRead: number
  logBytesRead: number
  segmentsRead: number
  segmentBytesRead: number
}

export const noCounts = (): Counts => ({
  commits: 0,
  logBytesWritten: 0,
  indexCommits: 0,
  segmentsWritten: 0,
  segmentBytesWritten: 0,
  reads: 0,
  logRowsRead: 0,
  logBytesRead: 0,
  segmentsRead: 0,
  segmentBytesRead: 0,
})

/** Storage in memory that counts what the engine asks of its port: a cost that no busy machine changes. */
export function countingStorage(counts: Counts, inner: Storage = memory()): Storage {
  return {
    destroy: (name) => inner.destroy(name),
    open: async (name) => counting(await inner.open(name), counts),
  }
}

function counting(store: Store, counts: Counts): Store {
  return {
    async read() {
      counts.reads++
      return store.read()
    },
    async readLog(from, limit) {
      const rows = await store.readLog(from, limit)
      counts.reads++
      counts.logRowsRead += rows.length
      counts.logBytesRead += bytesOf(rows.map(({ body }) => body))
      return rows
    },
    async commit(change) {
      counts.commits++
      counts.logBytesWritten += bytesOf([...(change.log ?? []), ...(change.enqueue ?? [])].map(({ body }) => body))
      return store.commit(change)
    },
    async readRoot() {
      counts.reads++
      return store.readRoot()
    },
    async readSegments(ids) {
      const found = await store.readSegments(ids)
      counts.reads++
      counts.segmentsRead += ids.length
      counts.segmentBytesRead += bytesOf(found.flatMap((bytes) => bytes ?? []))
      return found
    },
    beginIndexing: () => store.beginIndexing(),
    async commitIndex(epoch, change) {
      counts.indexCommits++
      counts.segmentsWritten += change.write?.size ?? 0
      counts.segmentBytesWritten += bytesOf([...(change.write?.values() ?? [])])
      return store.commitIndex(epoch, change)
    },
    segmentIds: () => store.segmentIds(),
    watch: (listener) => store.watch(listener),
    close: () => store.close(),
  }
}

const bytesOf = (all: readonly Uint8Array[]): number => all.reduce((sum, { length }) => sum + length, 0)
