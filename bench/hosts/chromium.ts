import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { launchOptions } from '../../scripts/browser.mjs'
import type { Bench } from '../browser/page.ts'
import { type Place, withPatience } from './host.ts'

/** Memory is measured at once, instead of with the next collection that happens to come. */
const EAGER_MEMORY = '--enable-blink-features=ForceEagerMeasureMemory'

export interface BrowserPlace extends Place {
  memory(): Promise<number>
}

export const makeProfile = (): Promise<string> => mkdtemp(join(tmpdir(), 'annals-bench-'))
export const dropProfile = (profile: string): Promise<void> =>
  rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })

/** A browser process of its own on `profile`, with the bench's page open. */
export async function openChromium(origin: string, profile: string): Promise<BrowserPlace> {
  const options = launchOptions()
  const context = await chromium.launchPersistentContext(profile, {
    ...options,
    args: [...options.args, EAGER_MEMORY],
    headless: true,
  })
  const page = context.pages()[0] ?? (await context.newPage())
  const troubles: string[] = []
  page.on('pageerror', (error) => troubles.push(error.message))
  page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()))
  await page.goto(origin, { waitUntil: 'load' })
  return {
    async run(job) {
      try {
        return await withPatience(
          job,
          page.evaluate((given) => (globalThis as unknown as { bench: Bench }).bench.run(given), job),
          () => void context.close(),
        )
      } catch (error) {
        const told = troubles.length > 0 ? `; the console says: ${troubles.join('; ')}` : ''
        throw new Error(`${error instanceof Error ? error.message : error}${told}`)
      }
    },
    memory: () => page.evaluate(() => (globalThis as unknown as { bench: Bench }).bench.memory()),
    close: () => context.close(),
  }
}

/** Uses a browser on a profile of its own, and removes both. */
export async function inFreshBrowser<T>(origin: string, use: (place: BrowserPlace) => Promise<T>): Promise<T> {
  const profile = await makeProfile()
  try {
    const place = await openChromium(origin, profile)
    try {
      return await use(place)
    } finally {
      await place.close()
    }
  } finally {
    await dropProfile(profile)
  }
}

/** The version of the browser that runs are made in. */
export async function browserVersion(): Promise<string> {
  const browser = await chromium.launch(launchOptions())
  const version = browser.version()
  await browser.close()
  return version
}
