import { join } from 'node:path'
import { expect, vi } from 'vitest'
import { it } from './fixture.ts'
import { launchKillable } from './killable-browser.ts'
import { ShopPage } from './shop-page.ts'
import { Writers } from './writers.ts'

/** Deaths in the default test command, each of them a browser to start: more with ANNALS_KILLS. */
const BROWSERS = Number(process.env.ANNALS_KILLS ?? 8)
const TABS = Number(process.env.ANNALS_KILLS ?? 6)
/** Milliseconds; anything up to this long after the first transactions of a round the end comes. */
const LIFE = 400

const local = { sync: 'off', db: 'kills' } as const
/** Other tabs hear at once; a busy machine gets some grace. */
const soon = { timeout: 10_000, interval: 50 }
const aWhile = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.random() * LIFE))

it(`loses nothing acknowledged and halves nothing in ${BROWSERS} kills of the browser`, async ({ server, folder }) => {
  const writers = new Writers()
  for (let round = 0; round <= BROWSERS; round++) {
    const browser = await launchKillable(join(folder, 'profile'))
    try {
      const shop = await ShopPage.open(browser.context, server.url, local)
      await writers.check(shop)
      if (round < BROWSERS) await writers.start(shop)
      await aWhile()
      expect(shop.complaints).toEqual([])
    } finally {
      await browser.kill()
    }
  }
  expect(writers.total).toBeGreaterThan(BROWSERS)
}, 600_000)

it(`loses nothing acknowledged and halves nothing when one of three tabs is killed, ${TABS} times`, async ({
  newContext,
  server,
}) => {
  const context = await newContext()
  const writers = new Writers()
  const open = async (): Promise<ShopPage> => {
    const shop = await ShopPage.open(context, server.url, local)
    await writers.start(shop)
    return shop
  }
  const tabs = [await open(), await open(), await open()]
  for (let round = 0; round < TABS; round++) {
    await aWhile()
    const [victim] = tabs.splice(Math.floor(Math.random() * tabs.length), 1)
    await kill(victim as ShopPage)
    // Those that stay have seen all that it was promised, and go on.
    for (const shop of tabs) await vi.waitFor(() => writers.check(shop), soon)
    tabs.push(await open())
  }
  const complaints = tabs.flatMap((shop) => shop.complaints)
  expect(complaints).toEqual([])
  const fresh = await ShopPage.open(context, server.url, local)
  await vi.waitFor(() => writers.check(fresh), soon)
}, 600_000)

/** Ends the process of one tab, its worker with it. */
async function kill({ page }: ShopPage): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const crashed = new Promise((resolve) => page.once('crash', resolve))
  session.send('Page.crash').catch(() => undefined) // nobody is left to answer
  await crashed
  await page.close()
}
