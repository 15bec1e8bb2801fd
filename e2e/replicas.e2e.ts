import { expect } from 'vitest'
import { it } from './fixture.ts'
import { sellTwice } from './sell-twice.ts'

it('brings two replicas together, each transaction once, over a server that is killed in between', async ({
  open,
  server,
}) => {
  const ann = await open({ user: 'Ann' })
  await ann.loadItems()
  await ann.isSynced()
  const ben = await open({ user: 'Ben' })
  await ben.row('SKU-0').waitFor()

  await ben.goOffline()
  await ben.setCount('SKU-1', 11)
  await ben.setCount('SKU-2', 22)
  await ben.button('Receive one SKU-3').click()
  await ben.seesCount('SKU-3', 1)
  await ben.seesSync('3 waiting')
  await ann.setCount('SKU-2', 20)
  await ann.setCount('SKU-4', 44)
  await ann.button('Receive one SKU-3').click()
  await ann.isSynced()

  for (const shop of [ann, ben]) shop.serverMayBeDown = true
  await server.stop('SIGKILL')
  await ann.setCount('SKU-5', 55)
  await server.start()
  await ben.goOnline()
  await ann.isSynced()
  await ben.isSynced()

  // Ben's count of SKU-2 reached the server last; what both received adds up.
  for (const shop of [ann, ben]) {
    for (const [sku, count] of [
      ['SKU-1', 11],
      ['SKU-2', 22],
      ['SKU-3', 2],
      ['SKU-4', 44],
      ['SKU-5', 55],
    ] as const) {
      await shop.seesCount(sku, count)
    }
  }
  expect(await ben.stock()).toEqual(await ann.stock())
  const ids = await ann.transactionIds()
  expect(new Set(ids).size).toBe(ids.length)
  expect(await ben.transactionIds()).toEqual(ids)
})

it('loses nothing when the server is restarted, and a new replica sees all of it', async ({ open, server }) => {
  const ann = await open({ user: 'Ann' })
  await ann.loadItems()
  await ann.setCount('SKU-1', 11)
  await ann.isSynced()
  ann.serverMayBeDown = true
  await server.stop('SIGTERM')
  await server.start()
  const ben = await open({ user: 'Ben' })
  await ben.seesCount('SKU-1', 11)
  await ann.setCount('SKU-1', 12)
  await ben.seesCount('SKU-1', 12)
  expect(await ben.transactionIds()).toEqual(await ann.transactionIds())
})

it('lets two replicas load the same items offline: there are 64, not 128', async ({ open }) => {
  const shops = [await open({ user: 'Ann' }), await open({ user: 'Ben' })]
  for (const shop of shops) {
    await shop.goOffline()
    await shop.loadItems()
  }
  for (const shop of shops) {
    await shop.goOnline()
    await shop.isSynced()
  }
  const [ann, ben] = await Promise.all(shops.map((shop) => shop.stock()))
  expect(ann).toHaveLength(64)
  expect(ben).toEqual(ann)
})

it('sells the last piece once, and shows the other seller why not', async ({ open }) => {
  const { ann, ben } = await sellTwice(open)
  await ben.isSynced()

  await ben.seesSync('1 refused')
  await ben.seesCount('SKU-42', 0)
  const drawer = await ben.openSync()
  const refused = drawer.getByRole('region', { name: 'Refused' }).getByRole('listitem')
  expect(await refused.textContent()).toMatch(
    /sold one[\s\S]*SKU-42: count 1 → 0[\s\S]*Somebody else changed it first: it is 0 now/,
  )

  // Nothing is stuck: what comes after goes through, in both directions.
  await ben.setCount('SKU-1', 5)
  await ann.seesCount('SKU-1', 5)
  await ann.setCount('SKU-42', 3)
  await ben.seesCount('SKU-42', 3)

  await ben.button('Discard', refused).click()
  await refused.waitFor({ state: 'detached' })
  await ben.seesSync(/^Synced$/)
  expect(await ben.stock()).toEqual(await ann.stock())
})
