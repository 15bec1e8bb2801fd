import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { indexedDB as storageOver } from '../src/storage/indexeddb/indexeddb.ts'
import type { LocalStore } from '../src/storage/port.ts'

const storage = storageOver()
let serial = 0
let name: string
let store: LocalStore

beforeEach(async () => {
  name = `deaths ${Date.now()} ${serial++}`
  store = await storage.open(name)
})
// Not destroyed: in WebKit the handle of a worker that was terminated lives as long as its page.
afterEach(() => store.close())

describe('a worker that is terminated while it commits', () => {
  it.each([
    ['small transactions', 100, 25],
    ['large ones', 400_000, 10],
  ])('leaves each of its %s wholly or not at all, and none that it acknowledged behind', async (_, bytes, rounds) => {
    let acknowledged = 0
    for (let round = 0; round < rounds; round++) {
      const worker = new Worker(new URL('./support/committing.worker.ts', import.meta.url), { type: 'module' })
      const enough = acknowledged + 2 + Math.floor(Math.random() * 8)
      await new Promise<void>((resolve) => {
        worker.onmessage = ({ data: t }: MessageEvent<number>) => {
          acknowledged = t
          if (t < enough) return
          // Somewhere in the next commit: anywhere between its first request and its end.
          setTimeout(resolve, Math.random() * 3)
        }
        worker.postMessage({ name, bytes })
      })
      worker.terminate()
      // What it had asked for in full may still come now that it is gone: wholly, and behind what is read here.
      const state = await store.read()
      const { t } = state.heads.confirmed
      expect(t).toBeGreaterThanOrEqual(acknowledged)
      expect(t % 2).toBe(0)
      expect(state.meta.get('t')).toBe(t)
      expect(await store.readLog(1, t)).toHaveLength(t)
      expect((await store.readLog(1)).length % 2).toBe(0)
      acknowledged = t
    }
  })
})
