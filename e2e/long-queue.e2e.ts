import { expect } from 'vitest'
import { it } from './fixture.ts'
import { PATIENCE } from './shop-page.ts'

const PENDING = 2000

it('starts with thousands of pending transactions, and answers and takes writes while they are sent', async ({
  open,
}) => {
  const ann = await open({ user: 'Ann' })
  await ann.loadItems()
  await ann.isSynced()
  await ann.goOffline()
  await ann.page.evaluate(async (pending) => {
    const conn = window.annalsDemo?.conn
    for (let made = 0; made < pending; made += 500) {
      const some = Array.from({ length: 500 }, (_, i) => i)
      await Promise.all(some.map((i) => conn?.transact([[':db/inc', ['inv/sku', `SKU-${i % 50}`], 'inv/count', 1]])))
    }
  }, PENDING)
  await ann.load()
  const pending = (): Promise<number> =>
    ann.page.evaluate(() => window.annalsDemo?.conn.sync.getSnapshot().pending ?? Number.NaN)
  const during = await ann.page.evaluate(async () => {
    const conn = window.annalsDemo?.conn
    const count = await conn?.db().q('[:find ?n . :where [?e :inv/sku "SKU-0"] [?e :inv/count ?n]]')
    const written = await conn?.transact([[':db/inc', ['inv/sku', 'SKU-51'], 'inv/count', 1]])
    return { count, status: written?.status }
  })
  expect(during).toEqual({ count: PENDING / 50, status: 'pending' })
  await expect.poll(pending, { timeout: 20 * PATIENCE, interval: 100 }).toBe(0)
  const ben = await open({ user: 'Ben' })
  await ben.seesCount('SKU-49', PENDING / 50, 4 * PATIENCE)
  await ben.seesCount('SKU-51', 1, 4 * PATIENCE)
  const ids = await ann.transactionIds()
  expect(new Set(ids).size).toBe(ids.length)
})
