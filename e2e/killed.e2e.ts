import { join } from 'node:path'
import { expect } from 'vitest'
import { it } from './fixture.ts'
import { launchKillable } from './killable-browser.ts'
import { ShopPage } from './shop-page.ts'

it.for([
  ['with a server', {}],
  ['without a server', { sync: 'off' }],
] as const)('keeps what was acknowledged when the browser is killed, %s', async ([, visit], { server, folder }) => {
  const profile = join(folder, 'profile')
  const before = await launchKillable(profile)
  try {
    const shop = await ShopPage.open(before.context, server.url, visit)
    await shop.loadItems()
    // Acknowledged, and in the next moment the process is gone: the page has no time for anything else.
    await shop.page.evaluate(() =>
      window.annalsDemo?.conn.transact([[':db/add', ['inv/sku', 'SKU-42'], 'inv/count', 7]]).then(({ id }) => id),
    )
  } finally {
    await before.kill()
  }
  const after = await launchKillable(profile)
  try {
    const shop = await ShopPage.open(after.context, server.url, visit)
    await shop.seesCount('SKU-42', 7)
    await shop.setCount('SKU-42', 8)
    expect(shop.complaints).toEqual([])
  } finally {
    await after.kill()
  }
})
