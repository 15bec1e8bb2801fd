import { expect } from 'vitest'
import { it } from './fixture.ts'

it('syncs a shop that was used without a server, in several tabs, and lets the next one see all of it', async ({
  open,
  newContext,
}) => {
  const context = await newContext()
  const before = await open({ user: 'Ann', sync: 'off' }, context)
  await before.loadItems()
  await before.setCount('SKU-1', 11)
  const stock = await before.stock()
  const ids = await before.transactionIds()
  await before.page.close()

  const tabs = [await open({ user: 'Ann' }, context), await open({ user: 'Ann' }, context)]
  const [ann] = tabs as [(typeof tabs)[0]]
  for (const tab of tabs) await tab.isSynced()
  expect(await ann.stock()).toEqual(stock)
  await ann.setCount('SKU-2', 22)
  await ann.isSynced()
  const ben = await open({ user: 'Ben' })
  await ben.seesCount('SKU-1', 11)
  await ben.seesCount('SKU-2', 22)
  await ben.isSynced()
  expect((await ben.transactionIds()).slice(0, ids.length)).toEqual(ids)
})

it('takes an item out of every browser for good, those included that were away', async ({ open }) => {
  const ann = await open({ user: 'Ann' })
  await ann.loadItems()
  await ann.setCount('SKU-7', 77)
  await ann.isSynced()
  const ben = await open({ user: 'Ben' })
  await ben.seesCount('SKU-7', 77)
  await ben.isSynced()
  await ben.goOffline()
  await ben.setCount('SKU-8', 88)
  const removed = await ann.page.evaluate(async () => {
    const report = await window.annalsDemo?.conn.excise(['inv/sku', 'SKU-7'])
    return report?.removed ?? 0
  })
  expect(removed).toBeGreaterThan(1)
  await ben.goOnline()
  await ben.isSynced()
  await ann.seesCount('SKU-8', 88)
  for (const shop of [ann, ben]) {
    await shop.row('SKU-7').waitFor({ state: 'detached' })
    const said = await shop.page.evaluate(async () => {
      const db = window.annalsDemo?.conn.db().history()
      return ((await db?.datoms('aevt', 'inv/sku')) ?? []).map(({ v }) => v)
    })
    expect(said).toContain('SKU-8')
    expect(said).not.toContain('SKU-7')
  }
})
