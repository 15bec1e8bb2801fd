import { indexedDB as storageOver } from '../../src/storage/indexeddb/indexeddb.ts'
import { logRow } from '../conformance/rows.ts'

/** Commits to the database that it is told, one row after another, and says which were acknowledged. */
self.onmessage = async ({ data: { name, bytes } }: MessageEvent<{ name: string; bytes: number }>) => {
  const store = await storageOver().open(name)
  const standsAt = async (): Promise<number> => (await store.read()).heads.confirmed.t
  for (let t = await standsAt(); ; ) {
    const first = { ...logRow(t + 1), body: new Uint8Array(bytes) }
    const log = [first, logRow(t + 2)]
    const meta = new Map([['t', t + 2]])
    if ((await store.commit({ expect: { t }, log, meta })) === 'lost') {
      t = await standsAt() // the last words of one that was terminated
      continue
    }
    t += 2
    self.postMessage(t)
  }
}
