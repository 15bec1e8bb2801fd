import { expect } from 'vitest'
import { it } from './fixture.ts'

/** Between tabs nothing waits for a network; a busy machine gets some grace. */
const AT_ONCE = 5_000

it('shows in each of three tabs what another changed, and goes on when the one that syncs is closed', async ({
  open,
  newContext,
}) => {
  const context = await newContext()
  const first = await open({}, context)
  await first.loadItems()
  await first.isSynced()
  const second = await open({}, context)
  await second.row('SKU-0').waitFor()
  const third = await open({}, context)
  await third.row('SKU-0').waitFor()
  const elsewhere = await open({ user: 'Kim' })

  await first.setCount('SKU-1', 11)
  await second.seesCount('SKU-1', 11, AT_ONCE)
  await third.seesCount('SKU-1', 11, AT_ONCE)
  await second.setCount('SKU-2', 22)
  await first.seesCount('SKU-2', 22, AT_ONCE)
  await elsewhere.seesCount('SKU-1', 11)
  await elsewhere.seesCount('SKU-2', 22)

  // The first tab is the one that synced: one of the others takes over.
  await first.page.close()
  await second.setCount('SKU-3', 33)
  await third.seesCount('SKU-3', 33, AT_ONCE)
  await elsewhere.seesCount('SKU-3', 33)
  await elsewhere.setCount('SKU-4', 44)
  await second.seesCount('SKU-4', 44)
  await third.seesCount('SKU-4', 44)
  await third.isSynced()

  await third.setCount('SKU-5', 55)
  await second.seesCount('SKU-5', 55, AT_ONCE)
  await third.page.close()
  await second.setCount('SKU-6', 66)
  await elsewhere.seesCount('SKU-6', 66)
  expect(await second.stock()).toEqual(await elsewhere.stock())
})
