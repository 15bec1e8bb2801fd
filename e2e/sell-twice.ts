import type { ShopPage } from './shop-page.ts'

/** Two who both sell the last piece of SKU-42 offline; Ann is back first, and Ben comes back now. */
export async function sellTwice(
  open: (visit: { readonly user: string }) => Promise<ShopPage>,
): Promise<{ readonly ann: ShopPage; readonly ben: ShopPage }> {
  const ann = await open({ user: 'Ann' })
  await ann.loadItems()
  await ann.setCount('SKU-42', 1)
  await ann.isSynced()
  const ben = await open({ user: 'Ben' })
  await ben.seesCount('SKU-42', 1)
  for (const shop of [ann, ben]) {
    await shop.goOffline()
    await shop.sellOne('SKU-42')
    await shop.seesCount('SKU-42', 0)
  }
  await ann.goOnline()
  await ann.isSynced()
  await ben.goOnline()
  return { ann, ben }
}
