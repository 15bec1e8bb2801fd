// What one tab does when another indexes the same database, or writes to it while this one is asleep.
import { afterEach, expect, it, vi } from 'vitest'
import { open } from '../src/engine.ts'
import { memory } from '../src/storage/memory.ts'
import type { LocalStorage } from '../src/storage/port.ts'
import { indexedTo } from './support/indexed.ts'
import { play, shopSchema } from './support/shop-history.ts'
import { seededRandom } from './support/simulation/random.ts'
import { instead, wrapped } from './support/wrapped-storage.ts'

const TINY = { novelty: 8, segmentRows: 5, cacheBytes: 0 }
/** Nothing is merged unless it has to be made anew. */
const STILL = { ...TINY, novelty: 1e9 }

afterEach(() => {
  vi.restoreAllMocks()
})

async function shop(): Promise<LocalStorage> {
  const storage = memory()
  const conn = await open('shop', { storage, schema: shopSchema, indexing: TINY })
  await play([conn], 20, seededRandom(7))
  await indexedTo(storage, 'shop', conn.db().basisT - 8)
  await conn.close()
  return storage
}

it('who is overtaken again and again waits longer and longer, so that the other comes to an end', async () => {
  const overtaken = wrapped(memory(), (store) => instead(store, { commitIndex: async () => 'lost' }))
  const rests: number[] = []
  const after = (ms: number, run: () => void): (() => void) => {
    if (ms > 0) rests.push(ms)
    const timer = setTimeout(run, 0)
    return () => clearTimeout(timer)
  }
  const conn = await open('shop', { storage: overtaken, schema: shopSchema, indexing: { ...TINY, novelty: 1, after } })
  await vi.waitFor(() => expect(rests.length).toBeGreaterThan(7))
  await conn.close()
  expect(rests.slice(0, 8)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
  expect(conn.health.getSnapshot()).toEqual([])
})

it('who finds many segments gone at once looks once where they are now', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const storage = await shop()
  let [looks, gone] = [0, 0]
  const counting = wrapped(storage, (store) =>
    instead(store, {
      readRoot: () => {
        looks++
        return store.readRoot()
      },
      readSegments: async (ids) => {
        const found = await store.readSegments(ids)
        gone += found.filter((bytes) => bytes === undefined).length
        return found
      },
    }),
  )
  const conn = await open('shop', { storage: counting, indexing: STILL })
  const store = await storage.open('shop')
  const { head } = await store.beginIndexing()
  await store.commitIndex(head.epoch, { remove: await store.segmentIds() })
  looks = 0
  const all = await conn.db().datoms('eavt')
  expect(all.length).toBeGreaterThan(50)
  expect(gone).toBeGreaterThan(5)
  expect(looks).toBeLessThan(5)
  await conn.close()
})

it('who was asleep, and was told of nothing, finds out when it wakes', async () => {
  const storage = await shop()
  const deaf = wrapped(storage, (store) => instead(store, { watch: () => () => undefined }))
  const [asleep, other] = [await open('shop', { storage: deaf }), await open('shop', { storage })]
  const { t } = await other.transact([{ 'p/name': 'meanwhile' }])
  expect(asleep.db().basisT).toBe((t as number) - 1)
  ;(asleep as unknown as { wake(): void }).wake()
  await asleep.syncTo(t as number, { timeout: 5000 })
  await asleep.close()
  await other.close()
})
