import { expect, it } from 'vitest'
import { segmentsOf } from '../src/db/merge.ts'
import { decodeRoot } from '../src/db/root.ts'
import { SegmentCache } from '../src/db/segment-cache.ts'
import { memory, open } from '../src/engine.ts'
import { indexedTo } from './support/indexed.ts'

const schema = { 'inv/sku': { type: 'string', unique: 'identity' }, 'inv/count': { type: 'long' } } as const
const ITEMS = 400

it('conn.stats() tells what is there', async () => {
  const storage = memory()
  const conn = await open('shop', { storage, schema, indexing: { novelty: 1, segmentRows: 50 } })
  const counted = (by: number) =>
    Array.from({ length: ITEMS }, (_, i) => ({ 'inv/sku': `SKU-${i}`, 'inv/count': i + by }))
  for (const by of [0, 1000]) await conn.transact(counted(by))
  await indexedTo(storage, 'shop', 3)
  await conn.close()

  const again = await open('shop', { storage, indexing: { novelty: Number.POSITIVE_INFINITY } })
  const unread = await again.stats()
  // of what is in segments nothing was read, so that nobody can say how large they are
  expect(unread.index).toEqual({ t: 3, segments: expect.any(Number), novelty: 0 })
  expect(unread.cache).toEqual({ bytes: 0, budget: 32 * 2 ** 20, hits: 0, misses: 0, readBytes: 0 })

  // every segment, once
  const store = await storage.open('shop')
  const body = (await store.readRoot())?.body as Uint8Array
  const root = decodeRoot(body, new SegmentCache((ids) => store.readSegments(ids), 0))
  const ids = [...segmentsOf((root as NonNullable<typeof root>).db)]
  const sizes = (await store.readSegments(ids)).map((bytes) => bytes?.length as number)
  await store.close()
  const ever = again.db().history()
  const indexed = ['db/ident', 'inv/sku', 'tx/id', 'db/txInstant']
  const facts = await ever.datoms('eavt')
  await Promise.all([ever.datoms('aevt'), ever.datoms('vaet'), ...indexed.map((a) => ever.datoms('avet', a))])

  const { index, cache, datoms, pastDatoms, logLength, pending, rejected, attributes, basisT } = await again.stats()
  const bytes = sizes.reduce((sum, size) => sum + size, 0)
  expect(index.segments).toBe(ids.length)
  expect(cache.misses).toBe(ids.length)
  expect(cache.readBytes).toBe(bytes)
  expect(index.bytes).toBe(bytes)
  expect(index.bytesPerDatom).toBeCloseTo(bytes / (datoms + pastDatoms), 1)
  expect(cache.bytes).toBeGreaterThan(bytes)
  expect([logLength, basisT, pending, rejected]).toEqual([3, 3, 0, 0])
  // a fact of the past was said and taken back
  expect(facts).toHaveLength(datoms + 2 * pastDatoms)
  expect(pastDatoms).toBe(ITEMS)
  expect(attributes).toBe(await again.db().q('[:find (count ?a) . :where [?a :db/valueType]]'))

  const hits = cache.hits
  await again.transact([{ 'inv/sku': 'SKU-1', 'inv/count': -1 }])
  await again.db().pull(['inv/count'], ['inv/sku', 'SKU-2'])
  const after = await again.stats()
  // the count that is new and the one that was, and what a transaction says of itself
  expect(after.index.novelty).toBeGreaterThanOrEqual(4)
  expect(after.index.novelty).toBeLessThan(12)
  expect(after.cache.hits).toBeGreaterThan(hits)
  expect(after.cache.misses).toBe(cache.misses)
  expect([after.logLength, after.datoms]).toEqual([4, datoms + after.index.novelty - 3])
  await again.close()
})

it('a cache stays within its budget', async () => {
  const storage = memory()
  const conn = await open('shop', { storage, schema, indexing: { novelty: 1, segmentRows: 50 } })
  await conn.transact(Array.from({ length: ITEMS }, (_, i) => ({ 'inv/sku': `SKU-${i}`, 'inv/count': i })))
  await indexedTo(storage, 'shop', 2)
  await conn.close()
  const budget = 5000
  const again = await open('shop', { storage, indexing: { novelty: Number.POSITIVE_INFINITY, cacheBytes: budget } })
  await again.db().datoms('eavt')
  const { cache } = await again.stats()
  expect(cache.misses).toBeGreaterThan(5)
  expect(cache.bytes).toBeGreaterThan(0)
  expect(cache.bytes).toBeLessThanOrEqual(budget)
  await again.close()
})
