import { it } from './fixture.ts'

it('keeps a change over a reload', async ({ open }) => {
  const shop = await open()
  await shop.loadItems()
  await shop.setCount('SKU-42', 7)
  await shop.load()
  await shop.seesCount('SKU-42', 7)
  await shop.seesCount('SKU-41', '–')
})

it('keeps a change over a reload without a server', async ({ open }) => {
  const shop = await open({ sync: 'off' })
  await shop.loadItems()
  await shop.setCount('SKU-42', 7)
  await shop.seesSync('On this device only')
  await shop.load()
  await shop.seesCount('SKU-42', 7)
})

it('keeps a change made offline over a reload, and sends it afterwards', async ({ open }) => {
  const shop = await open()
  await shop.loadItems()
  await shop.isSynced()
  await shop.goOffline()
  await shop.setCount('SKU-42', 7)
  await shop.load()
  await shop.seesCount('SKU-42', 7)
  await shop.isSynced()
  const other = await open({ user: 'Kim' })
  await other.seesCount('SKU-42', 7)
})
