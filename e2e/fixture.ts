import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium } from 'playwright-core'
import { expect, test } from 'vitest'
import { launchOptions } from '../scripts/browser.mjs'
import { ShopPage, type Visit } from './shop-page.ts'
import { SyncServer } from './sync-server.ts'

interface Fixture {
  readonly folder: string
  readonly browser: Browser
  /** Not started yet. */
  readonly coldServer: SyncServer
  readonly server: SyncServer
  /** A browser profile of its own: one replica for each user in it. */
  readonly newContext: () => Promise<BrowserContext>
  /** Opens the demo of `server`, in a new context if none is given. */
  readonly open: (visit?: Visit, context?: BrowserContext) => Promise<ShopPage>
  /** Pages whose console is looked at when the test is over. */
  readonly watch: (shop: ShopPage) => ShopPage
}

/** A test with a server, browser profiles and pages of its own. It fails when a page complained of something. */
export const it = test.extend<Fixture>({
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads the pattern to know what a fixture needs
  folder: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'annals-e2e-'))
    await use(folder)
    rmSync(folder, { recursive: true, force: true })
  },
  browser: [
    // biome-ignore lint/correctness/noEmptyPattern: Vitest reads the pattern to know what a fixture needs
    async ({}, use) => {
      const browser = await chromium.launch(launchOptions())
      await use(browser)
      await browser.close()
    },
    { scope: 'file' },
  ],
  coldServer: async ({ folder }, use) => {
    const server = await SyncServer.at(`sqlite:${join(folder, 'remote.db')}`)
    await use(server)
    await server.stop()
  },
  server: async ({ coldServer }, use) => {
    await coldServer.start()
    await use(coldServer)
  },
  newContext: async ({ browser }, use) => {
    const contexts: BrowserContext[] = []
    await use(async () => {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' })
      contexts.push(context)
      return context
    })
    await Promise.all(contexts.map((context) => context.close()))
  },
  watch: async ({ task }, use) => {
    const pages: ShopPage[] = []
    await use((shop) => {
      pages.push(shop)
      return shop
    })
    if (task.result?.state === 'fail') for (const shop of pages) console.error(await shop.describe())
    expect(pages.flatMap(({ complaints }) => complaints)).toEqual([])
  },
  open: async ({ server, newContext, watch }, use) => {
    await use(async (visit = {}, context) =>
      watch(await ShopPage.open(context ?? (await newContext()), server.url, visit)),
    )
  },
})
