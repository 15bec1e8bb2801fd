import { indexedDB as storageOver } from '../../src/storage/indexeddb/indexeddb.ts'
import { logRow } from '../conformance/rows.ts'

/** Commits to the database that it is told, one row after another, and says which were acknowledged. */
self.onmessage = async ({ data: { name, bytes } }: MessageEvent<{ name: string; bytes: number }>) => {
  const store = await storageOver().open(name)
  for (let { t } = (await store.read()).heads.confirmed; ; t++) {
    const first = { ...logRow(t + 1), body: new Uint8Array(bytes) }
    const log = [first, logRow(t + 2)]
    const meta = new Map([['t', t + 2]])
    if ((await store.commit({ expect: { t }, log, meta })) === 'lost') throw new Error(`somebody else was at ${t}`)
    self.postMessage(++t + 1)
  }
}
