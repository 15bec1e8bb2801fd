import { join } from 'node:path'
import { expect, vi } from 'vitest'
import { it } from './fixture.ts'
import { beganAnew, launchKillable } from './killable-browser.ts'
import { ShopPage } from './shop-page.ts'
import { Writers } from './writers.ts'

/** Deaths in the default test command, each of them a browser to start: more with ANNALS_KILLS. */
const BROWSERS = Number(process.env.ANNALS_KILLS ?? 5)
const TABS = Number(process.env.ANNALS_KILLS ?? 4)
/** Tabs that die in one database: whoever opens it reads all that was written since the last index. */
const TABS_OF_ONE = 10
/** Milliseconds that a round may take on a machine that does much else: a browser starts, and reads all that was written. */
const ROUND = 60_000
/** Milliseconds; anything up to this long after the first transactions of a round the end comes. */
const LIFE = 400

const local = { sync: 'off', db: 'kills' } as const
/** Other tabs hear at once; a busy machine gets some grace. */
const soon = { timeout: 30_000, interval: 50 }
const aWhile = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.random() * LIFE))

it(
  `loses nothing acknowledged and halves nothing in ${BROWSERS} kills of the browser`,
  async ({ server, folder }) => {
    const profile = join(folder, 'profile')
    let writers = new Writers()
    let kept = 0
    for (let round = 0; round <= BROWSERS; round++) {
      const browser = await launchKillable(profile)
      try {
        const shop = await ShopPage.open(browser.context, server.url, local)
        if (round > 0 && beganAnew(profile)) {
          // Nobody could have kept it: the shop goes on, and tells if a note of it had reached the disk.
          console.warn(`kill ${round}: Chromium found its own files damaged, and began anew`)
          writers = new Writers()
        } else kept++
        await writers.check(shop).catch(async (e: unknown) => {
          console.error(`after ${round} kills:`, await shop.describe())
          throw e
        })
        if (round < BROWSERS) await writers.start(shop)
        await aWhile()
        expect(shop.complaints.filter((text) => !text.includes('storage/lost'))).toEqual([])
      } finally {
        await browser.kill()
      }
    }
    expect(kept).toBeGreaterThan(BROWSERS / 2)
  },
  ROUND * (BROWSERS + 1),
)

it(
  `loses nothing acknowledged and halves nothing when one of three tabs is killed, ${TABS} times`,
  async ({ newContext, server }) => {
    for (let killed = 0; killed < TABS; killed += TABS_OF_ONE) {
      const context = await newContext()
      await killTabs(Math.min(TABS_OF_ONE, TABS - killed), () => ShopPage.open(context, server.url, local))
      await context.close()
    }
  },
  ROUND * (TABS + 1),
)

/** Kills one of three tabs so many times, and opens another in its place. */
async function killTabs(times: number, openPage: () => Promise<ShopPage>): Promise<void> {
  const writers = new Writers()
  const open = async (): Promise<ShopPage> => {
    const shop = await openPage()
    await writers.start(shop)
    return shop
  }
  const tabs = [await open(), await open(), await open()]
  for (let round = 0; round < times; round++) {
    await aWhile()
    const [victim] = tabs.splice(Math.floor(Math.random() * tabs.length), 1)
    await kill(victim as ShopPage)
    // Those that stay have seen all that it was promised, and go on.
    for (const shop of tabs) await vi.waitFor(() => writers.check(shop), soon)
    tabs.push(await open())
  }
  expect(tabs.flatMap((shop) => shop.complaints)).toEqual([])
  const fresh = await openPage()
  await vi.waitFor(() => writers.check(fresh), soon)
}

/** Ends the process of one tab, its worker with it. */
async function kill({ page }: ShopPage): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const crashed = new Promise((resolve) => page.once('crash', resolve))
  session.send('Page.crash').catch(() => undefined) // nobody is left to answer
  await crashed
  await page.close()
}
