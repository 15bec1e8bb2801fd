import { memory, type OpenOptions } from 'annals/engine'

type Storage = OpenOptions['storage']

export interface Counts {
  /** Atomic steps that changed something. */
  commits: number
  logRowsWritten: number
  bytesWritten: number
  /** Calls of the port that read. */
  reads: number
  logRowsRead: number
  bytesRead: number
}

export const noCounts = (): Counts => ({
  commits: 0,
  logRowsWritten: 0,
  bytesWritten: 0,
  reads: 0,
  logRowsRead: 0,
  bytesRead: 0,
})

/** Storage in memory that counts what the engine asks of its port: a cost that no busy machine changes. */
export function countingStorage(counts: Counts): Storage {
  const inner = memory()
  const bytesOf = (rows: readonly { readonly body: Uint8Array }[]): number =>
    rows.reduce((sum, { body }) => sum + body.length, 0)
  return {
    destroy: (name) => inner.destroy(name),
    async open(name) {
      const store = await inner.open(name)
      return {
        async read() {
          const state = await store.read()
          counts.reads++
          counts.bytesRead += bytesOf(state.queue)
          return state
        },
        async readLog(from, limit) {
          const rows = await store.readLog(from, limit)
          counts.reads++
          counts.logRowsRead += rows.length
          counts.bytesRead += bytesOf(rows)
          return rows
        },
        async commit(change) {
          const log = change.log ?? []
          counts.commits++
          counts.logRowsWritten += log.length
          counts.bytesWritten += bytesOf(log) + bytesOf(change.enqueue ?? [])
          return store.commit(change)
        },
        watch: (listener) => store.watch(listener),
        close: () => store.close(),
      }
    },
  }
}
