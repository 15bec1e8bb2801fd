import { expect } from 'vitest'
import { it } from './fixture.ts'
import { startFront } from './front-server.ts'
import { PATIENCE, ShopPage } from './shop-page.ts'

it('works offline by its switch, lists what waits, and sends it when it is back', async ({ open }) => {
  const shop = await open()
  await shop.loadItems()
  await shop.isSynced()
  await shop.seesSync(/^Synced$/)
  await shop.goOffline()
  await shop.setCount('SKU-1', 11)
  await shop.setCount('SKU-2', 22)
  await shop.seesSync(/^Offline\s*2 waiting$/)
  await shop.row('SKU-1').getByLabel('Not at the server yet').waitFor()

  const drawer = await shop.openSync()
  const waiting = drawer.getByRole('region', { name: 'Waiting' }).getByRole('listitem')
  await expect.poll(() => waiting.count(), { timeout: PATIENCE }).toBe(2)
  expect(await waiting.first().textContent()).toMatch(/counted[\s\S]*SKU-1: count 11/)
  await shop.button('Take back', waiting.first()).click()
  await shop.seesCount('SKU-1', '–')

  await shop.goOnline()
  await shop.isSynced()
  await shop.seesSync(/^Synced$/)
  await expect.poll(() => waiting.count(), { timeout: PATIENCE }).toBe(0)
  const other = await open({ user: 'Kim' })
  await other.seesCount('SKU-2', 22)
  await other.seesCount('SKU-1', '–')
})

it('works from its first start without a server, and syncs when there is one', async ({
  coldServer,
  newContext,
  watch,
}) => {
  const front = await startFront(coldServer.port)
  try {
    const shop = watch(await ShopPage.open(await newContext(), front.url, {}, true))
    await shop.seesSync(/^Server not reachable/)
    await shop.loadItems()
    await shop.setCount('SKU-42', 7)
    await shop.sellOne('SKU-42')
    await shop.seesCount('SKU-42', 6)
    await shop.seesSync(/^Server not reachable\s*\d+ waiting$/)

    await coldServer.start()
    await shop.isSynced()
    await shop.seesCount('SKU-42', 6)
    const other = watch(await ShopPage.open(await newContext(), coldServer.url, { user: 'Kim' }))
    await other.seesCount('SKU-42', 6)
    expect(await other.transactionIds()).toEqual(await shop.transactionIds())
  } finally {
    await front.stop()
  }
})

it('keeps the buttons of an empty shop in their places while the server is looked for', async ({
  coldServer,
  newContext,
  watch,
}) => {
  const front = await startFront(coldServer.port)
  try {
    const shop = watch(await ShopPage.open(await newContext(), front.url, {}, true))
    await shop.seesSync(/^Server not reachable/)
    await shop.page.locator('.welcome').evaluate((welcome: HTMLElement) => {
      const last = welcome.querySelector('.hint') as HTMLElement
      const seen: [string, number][] = []
      const look = (): number => seen.push([welcome.innerText, last.getBoundingClientRect().y])
      new MutationObserver(look).observe(welcome, { subtree: true, attributes: true, characterData: true })
      look()
      Object.assign(window, { seen })
    })
    await coldServer.start()
    await shop.isSynced()
    const seen = await shop.page.evaluate(() => (window as unknown as { seen: [string, number][] }).seen)
    expect(seen.some(([text]) => text.includes('Asking the server what is in stock…'))).toBe(true)
    expect(seen.at(-1)?.[0]).toContain('Start with the tutorial’s 64 items')
    expect(new Set(seen.map(([, y]) => y)).size).toBe(1)
  } finally {
    await front.stop()
  }
})
