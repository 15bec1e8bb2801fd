import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import type {} from '../../e2e/shop-page.ts'
import { launchOptions } from '../../scripts/browser.mjs'
import { serve } from '../../src/server/cli/serve.ts'
import { type Propagation, spreadOf } from './propagation.ts'

/** A value that a page has in view, and when, ms since 1970. */
interface Arrival {
  readonly t: number
  readonly at: number
}

/** Milliseconds between two transactions: what the demo draws of one is drawn by then. */
const PAUSE_MS = 50

/**
 * One transaction after the other from one browser to another: pages of the demo, each with its worker, IndexedDB and HTTP, over SQLite.
 * Both read one machine's clock. `demo`: the folder that it was built into.
 */
export async function betweenBrowsers(demo: string, transactions: number): Promise<Propagation> {
  const folder = mkdtempSync(join(tmpdir(), 'annals-bench-'))
  const listening = {
    port: 0,
    host: '127.0.0.1',
    hosts: [],
    patterns: false,
    origins: undefined,
    log: 'errors' as const,
  }
  const storage = `sqlite:${join(folder, 'remote.db')}`
  const reports = { failed: console.error, answered: () => undefined }
  const server = await serve({ ...listening, storage, static: demo }, reports)
  const browsers = await Promise.all([chromium.launch(launchOptions()), chromium.launch(launchOptions())])
  const [from, to] = await Promise.all(
    browsers.map(async (browser, i) => {
      const page = await browser.newPage()
      await page.goto(`${server.url}/?test&user=user${i}`)
      await page.waitForFunction(() => window.annalsDemo?.conn.sync.getSnapshot().state === 'live')
      return page
    }),
  )
  if (from === undefined || to === undefined) throw new Error('two pages are wanted')
  await to.evaluate(() => {
    const { conn } = window.annalsDemo ?? {}
    const arrivals: Arrival[] = []
    conn?.subscribe(() => {
      arrivals.push({ t: conn.db().basisT, at: performance.timeOrigin + performance.now() })
    })
    Object.assign(window, { arrivals })
  })
  const sent = await from.evaluate(
    async ([count, pause]) => {
      const { conn } = window.annalsDemo ?? {}
      const all: { t: number; called: number; confirmed: number }[] = []
      for (let i = 0; i < count && conn !== undefined; i++) {
        const called = performance.timeOrigin + performance.now()
        const { settled } = await conn.transact([{ 'inv/sku': `B-${i}`, 'inv/count': i }])
        const end = await settled
        if (end.status !== 'confirmed') throw new Error(`not confirmed: ${JSON.stringify(end)}`)
        all.push({ t: end.t, called, confirmed: performance.timeOrigin + performance.now() })
        await new Promise((resolve) => setTimeout(resolve, pause))
      }
      await new Promise((resolve) => setTimeout(resolve, 1000))
      return all
    },
    [transactions, PAUSE_MS] as const,
  )
  const arrivals = await to.evaluate(() => (window as unknown as { arrivals: Arrival[] }).arrivals)
  await Promise.all(browsers.map((browser) => browser.close()))
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
  const warm = sent.slice(transactions / 10)
  const seen = warm.map(({ t, confirmed }) => {
    const arrival = arrivals.find((a) => a.t >= t)
    if (arrival === undefined) throw new Error(`transaction ${t} was not seen`)
    return Math.max(0, arrival.at - confirmed)
  })
  return { confirmed: spreadOf(warm.map((s) => s.confirmed - s.called)), seen: spreadOf(seen) }
}
