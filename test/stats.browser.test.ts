import { connect } from 'annals'
import { expect, it, vi } from 'vitest'

it('the browser is asked to keep the data, once, and conn.stats() tells what lies where', async () => {
  const persist = vi.spyOn(navigator.storage, 'persist')
  vi.spyOn(navigator.storage, 'persisted').mockResolvedValue(false)
  const schema = { 'n/n': { type: 'long', index: true } } as const
  const name = crypto.randomUUID()
  const conn = await connect(name, { schema, cacheBytes: 100_000 })
  const other = await connect(crypto.randomUUID())
  await vi.waitFor(() => expect(persist).toHaveBeenCalledTimes(1))
  await other.close()

  const item = (i: number) => ({ 'n/n': i })
  for (let i = 0; i < 5; i++) await conn.transact(Array.from({ length: 4000 }, (_, k) => item(i * 4000 + k)))
  // merged in the background
  await vi.waitFor(async () => expect((await conn.stats()).index.t).toBeGreaterThan(2), {
    timeout: 20_000,
    interval: 50,
  })
  await conn.transact([item(-1)]) // whose value stands on the segments
  await conn.db().q('[:find (sum ?n) . :where [_ :n/n ?n]]')
  const { index, cache, storage, logLength, datoms } = await conn.stats()
  expect(logLength).toBe(conn.db().basisT)
  expect(datoms).toBeGreaterThan(20_000)
  expect(index.segments).toBeGreaterThan(3)
  expect(index.bytesPerDatom).toBeGreaterThan(0.5)
  expect(index.bytesPerDatom).toBeLessThan(100)
  expect(cache.budget).toBe(100_000)
  expect(cache.misses).toBeGreaterThan(0)
  expect(storage).toMatchObject({ usedBytes: expect.any(Number), quotaBytes: expect.any(Number), persisted: false })
  await conn.close()

  const again = await connect(name, { cacheBytes: 0 })
  expect((await again.stats()).cache).toMatchObject({ budget: 0, misses: 0, readBytes: 0 })
  expect(await again.db().q('[:find (count ?n) . :where [_ :n/n ?n]]')).toBe(20_001)
  expect((await again.stats()).cache.misses).toBeGreaterThan(0)
  await again.close()
  await expect(connect(name, { cacheBytes: -1 })).rejects.toMatchObject({ code: 'client/bad-option' })
})
