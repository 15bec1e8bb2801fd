import type { BrowserContext } from 'playwright-core'
import { expect } from 'vitest'
import type { Connection } from '../src/api/connection.ts'
import { it } from './fixture.ts'
import { type Fate, startFront } from './front-server.ts'
import { sellTwice } from './sell-twice.ts'
import { PATIENCE, ShopPage } from './shop-page.ts'

declare global {
  interface Window {
    /** A database that wants a token. */
    guarded?: Promise<Connection> | undefined
  }
}

const soon = { timeout: 2 * PATIENCE, interval: 50 }
type Status = { state: string; pending: number; rejected: number; t: number; remoteT?: number }
const status = ({ page }: ShopPage): Promise<Status> =>
  page.evaluate(() => {
    const { state, pending, rejected, t, remoteT } = (
      window.annalsDemo as NonNullable<Window['annalsDemo']>
    ).conn.sync.getSnapshot()
    return { state, pending, rejected, t, ...(remoteT !== undefined && { remoteT }) }
  })

/** A front whose fate can be changed at any time. */
async function fickleFront(port: number) {
  const fate: { of: (path: string) => Fate } = { of: () => 'passes' }
  const asked: string[] = []
  const front = await startFront(port, (req) => {
    asked.push(req.url ?? '')
    return fate.of((req.url ?? '').split('?')[0]?.split('/').at(-1) ?? '')
  })
  return { ...front, fate, asked }
}

it('sends a thousand transactions that were made offline, each once and in order', async ({ open }) => {
  const ann = await open({ user: 'Ann' })
  await ann.loadItems()
  await ann.isSynced()
  await ann.goOffline()
  await ann.page.evaluate(async () => {
    const conn = window.annalsDemo?.conn
    const made = Array.from({ length: 1000 }, (_, i) =>
      conn?.transact([[':db/inc', ['inv/sku', `SKU-${i % 64}`], 'inv/count', 1]]),
    )
    await Promise.all(made)
  })
  await ann.seesSync(/1,?000 waiting/)
  await ann.goOnline()
  await expect.poll(async () => (await status(ann)).pending, soon).toBe(0)
  await ann.isSynced()
  const ben = await open({ user: 'Ben' })
  await ben.seesCount('SKU-0', 16)
  await ben.isSynced()
  expect(await ben.stock()).toEqual(await ann.stock())
  const ids = await ann.transactionIds()
  expect(new Set(ids).size).toBe(ids.length)
  expect(await ben.transactionIds()).toEqual(ids)
})

it('lets a refused sale be amended and accepted', async ({ open }) => {
  const { ann, ben } = await sellTwice(open)
  await ben.seesSync('1 refused')
  const code = await ben.page.evaluate(async () => {
    const conn = window.annalsDemo?.conn
    const [refused] = (await conn?.sync.rejected()) ?? []
    await conn?.sync.amend(refused?.id as string, [[':db/add', ['inv/sku', 'SKU-42'], 'inv/count', 9]])
    return refused?.code
  })
  expect(code).toBe('tx/cas-failed')
  await ben.seesSync(/^Synced$/)
  await ann.seesCount('SKU-42', 9)
})

it('pushes once what a killed tab had pushed without hearing the answer', async ({ coldServer, newContext, watch }) => {
  await coldServer.start()
  const front = await fickleFront(coldServer.port)
  try {
    const context = await newContext()
    const first = watch(await ShopPage.open(context, front.url, {}, true))
    await first.loadItems()
    await first.isSynced()
    front.fate.of = (what) => (what === 'push' ? 'loses its answer' : 'passes')
    const before = front.asked.length
    await first.button('Receive one SKU-3').click()
    await expect.poll(() => front.asked.slice(before).some((url) => url.endsWith('/push')), soon).toBe(true)
    await first.page.close()
    front.fate.of = () => 'passes'
    const again = watch(await ShopPage.open(context, front.url, {}, true))
    await again.isSynced()
    await again.seesCount('SKU-3', 1)
    const ids = await again.transactionIds()
    expect(new Set(ids).size).toBe(ids.length)
  } finally {
    await front.stop()
  }
})

it('asks for another token when the server no longer takes the old one', async ({ coldServer, newContext }) => {
  await coldServer.start()
  let token = 'first'
  const tokens: string[] = []
  const front = await startFront(coldServer.port, (req) => {
    if (!req.url?.includes('/guarded/')) return 'passes'
    const given = req.headers.authorization ?? ''
    if (req.url.endsWith('/hello')) tokens.push(given)
    return given === `Bearer ${token}`
      ? 'passes'
      : { status: 401, body: JSON.stringify({ code: 'sync/unauthorized', message: 'the token has expired' }) }
  })
  try {
    const context = await newContext()
    await context.exposeFunction('tokenNow', () => token)
    const { page } = await ShopPage.open(context, front.url)
    await page.evaluate(() => {
      const auth = () => (window as unknown as { tokenNow(): Promise<string> }).tokenNow()
      window.guarded = window.annalsDemo?.connect('guarded', { sync: { url: '/sync/guarded', auth } })
    })
    const stands = (): Promise<string> =>
      page.evaluate(async () => {
        const { state, pending } = (await window.guarded)?.sync.getSnapshot() ?? {}
        return `${state} ${pending}`
      })
    const say = (text: string): Promise<unknown> =>
      page.evaluate(async (doc) => void (await (await window.guarded)?.transact([{ 'db/doc': doc }])), text)
    await say('with the first token')
    await expect.poll(stands, soon).toBe('live 0')
    token = 'second'
    await say('with the second token')
    await expect.poll(stands, soon).toBe('live 0')
    expect(new Set(tokens)).toEqual(new Set(['Bearer first', 'Bearer second']))
  } finally {
    await front.stop()
  }
})

it('keeps everything when it is too old for the server, until a newer version comes', async ({
  coldServer,
  newContext,
}) => {
  await coldServer.start()
  const front = await fickleFront(coldServer.port)
  try {
    const shop = await ShopPage.open(await newContext(), front.url)
    await shop.loadItems()
    await shop.isSynced()
    await shop.goOffline()
    await shop.setCount('SKU-1', 11)
    const upgrade = {
      status: 426,
      body: JSON.stringify({ code: 'sync/upgrade', message: 'this server speaks protocol 2' }),
    }
    front.fate.of = () => upgrade
    await shop.goOnline()
    await expect.poll(() => status(shop), soon).toMatchObject({ state: 'too-old', pending: 1 })
    await shop.setCount('SKU-2', 22)
    await expect.poll(() => status(shop), soon).toMatchObject({ state: 'too-old', pending: 2 })

    front.fate.of = () => 'passes'
    await shop.load()
    await shop.isSynced()
    const other = await ShopPage.open(await newContext(), coldServer.url, { user: 'Kim' })
    await other.seesCount('SKU-1', 11)
    await other.seesCount('SKU-2', 22)
  } finally {
    await front.stop()
  }
})

/** Fills the server with so many transactions of a thousand facts each, of texts that do not compress. */
async function fill(context: BrowserContext, url: string, transactions: number, length: number): Promise<void> {
  const filler = await ShopPage.open(context, url, { user: 'Filler' })
  await filler.page.evaluate(
    async ([n, characters]) => {
      const conn = window.annalsDemo?.conn
      const text = (): string => {
        let out = ''
        while (out.length < characters) out += Math.random().toString(36).slice(2)
        return out.slice(0, characters)
      }
      const forms = (): object[] => Array.from({ length: 1000 }, () => ({ 'db/doc': text() }))
      for (let sent = 0; sent < n; sent += 10) {
        await Promise.all(Array.from({ length: Math.min(10, n - sent) }, () => conn?.transact(forms())))
        await conn?.sync.flush()
      }
    },
    [transactions, length] as const,
  )
  await filler.page.close()
}

it('copies a hundred thousand facts page by page, and goes on where it was interrupted', async ({
  coldServer,
  newContext,
}) => {
  await coldServer.start()
  const front = await fickleFront(coldServer.port)
  try {
    await fill(await newContext(), coldServer.url, 100, 20)
    let pages = 0
    front.fate.of = (what) => (what === 'pull' && ++pages > 2 ? { status: 503, body: '{}' } : 'passes')
    const shop = await ShopPage.open(await newContext(), front.url, { user: 'Kim' })
    await expect.poll(async () => (await status(shop)).state, soon).toBe('backing-off')
    const halfway = await status(shop)
    expect(halfway.t).toBeGreaterThan(0)
    expect(halfway.t).toBeLessThan(halfway.remoteT as number)

    const before = front.asked.length
    front.fate.of = () => 'passes'
    await shop.load()
    await expect.poll(async () => (await status(shop)).t, soon).toBeGreaterThanOrEqual(halfway.remoteT as number)
    const pulls = front.asked.slice(before).flatMap((url) => /pull\?from=(\d+)/.exec(url)?.[1] ?? [])
    expect(Math.min(...pulls.map(Number))).toBe(halfway.t + 1)
    expect(await shop.ask<number>('[:find (count ?e) . :where [?e :db/doc]]')).toBeGreaterThanOrEqual(100_000)
  } finally {
    await front.stop()
  }
})

it('says that the disk is full in the middle of a sync, and goes on when there is room', async ({
  coldServer,
  newContext,
}) => {
  await coldServer.start()
  await fill(await newContext(), coldServer.url, 16, 200)
  const context = await newContext()
  const { origin } = new URL(coldServer.url)
  const cdp = await context.newCDPSession(await context.newPage())
  // before the origin is first used: Chromium remembers for a while how much room there is
  await cdp.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1_500_000 })
  const shop = await ShopPage.open(context, coldServer.url, { user: 'Kim' })
  const failures = (): Promise<readonly string[]> =>
    shop.page.evaluate(() => window.annalsDemo?.conn.health.getSnapshot().map(({ code }) => code) ?? [])
  await expect.poll(failures, soon).toContain('storage/quota-exceeded')
  const full = await status(shop)
  expect(full.t).toBeLessThan(full.remoteT as number)
  await cdp.send('Storage.overrideQuotaForOrigin', { origin })
  await expect.poll(async () => (await status(shop)).t, soon).toBe(full.remoteT)
  await shop.isSynced()
})
