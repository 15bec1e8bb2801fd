import { join } from 'node:path'
import { expect } from 'vitest'
import { it } from './fixture.ts'
import { launchKillable } from './killable-browser.ts'
import { ShopPage } from './shop-page.ts'

it('lets others write while a tab is frozen, which then finds all of it and goes on', async ({ open, newContext }) => {
  const context = await newContext()
  const sleeper = await open({}, context)
  await sleeper.loadItems()
  await sleeper.setCount('SKU-1', 1)
  const other = await open({}, context)
  await other.seesCount('SKU-1', 1)

  const session = await context.newCDPSession(sleeper.page)
  await session.send('Page.setWebLifecycleState', { state: 'frozen' })
  await other.setCount('SKU-1', 2)
  await other.setCount('SKU-2', 22)
  await session.send('Page.setWebLifecycleState', { state: 'active' })

  await sleeper.seesCount('SKU-2', 22)
  await sleeper.setCount('SKU-3', 33)
  await other.seesCount('SKU-3', 33)
  expect(await sleeper.stock()).toEqual(await other.stock())
  await sleeper.isSynced()
  await other.isSynced()
})

it('lets others write and sync while a tab is in the back/forward cache, which comes back to all of it', async ({
  server,
  folder,
}) => {
  // Playwright's own browsers have no back/forward cache.
  const browser = await launchKillable(join(folder, 'profile'))
  try {
    const sleeper = await ShopPage.open(browser.context, server.url)
    await sleeper.loadItems()
    await sleeper.setCount('SKU-1', 1)
    await sleeper.isSynced()
    const elsewhere = await sleeper.page.evaluate(() => {
      Object.assign(window, { stillHere: true })
      return document.querySelector<HTMLScriptElement>('script[src]')?.src ?? ''
    })
    await sleeper.page.goto(elsewhere)

    const other = await ShopPage.open(browser.context, server.url)
    await other.setCount('SKU-1', 2)
    await other.isSynced()

    await sleeper.page.goBack({ waitUntil: 'commit' })
    expect(await sleeper.page.evaluate(() => 'stillHere' in window), 'it came out of the cache').toBe(true)
    await sleeper.seesCount('SKU-1', 2)
    await sleeper.setCount('SKU-2', 22)
    await other.seesCount('SKU-2', 22)
    await other.isSynced()
    // The file that it went to has no icon.
    const complaints = [...sleeper.complaints, ...other.complaints].filter((text) => !text.includes('404'))
    expect(complaints).toEqual([])
  } finally {
    await browser.kill()
  }
})
