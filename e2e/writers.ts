import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { PATIENCE, type ShopPage } from './shop-page.ts'

/** Writers of one tab: their transactions share commits. */
const PER_TAB = 3
/** Every so many transactions one is too big to lie in the browser's tables. */
const BIG_EVERY = 7
const BIG = 90_000
/** Milliseconds between two of a writer's: a tab that opens must catch up with all of them. */
const PAUSE = 20

/**
 * Pages that write all the time. Writer `w` counts up: its transaction `n` says so of two items at once, so that half of one
 * would be seen; here is noted what was acknowledged.
 */
export class Writers {
  /** The last number that was acknowledged, by writer. */
  private readonly acknowledged = new Map<string, number>()
  private tabs = 0

  get total(): number {
    return [...this.acknowledged.values()].reduce((sum, n) => sum + n, 0)
  }

  /** Returns once each writer has written something. */
  async start({ page }: ShopPage): Promise<void> {
    const tab = `tab-${this.tabs++}`
    const before = this.total
    await page.exposeFunction('acknowledge', (writer: string, n: number) => this.acknowledged.set(writer, n))
    await page.evaluate(write, {
      writers: Array.from({ length: PER_TAB }, (_, i) => `${tab}-${i}`),
      BIG_EVERY,
      BIG,
      PAUSE,
    })
    await expect.poll(() => this.total, { timeout: PATIENCE, interval: 20 }).toBeGreaterThanOrEqual(before + PER_TAB)
  }

  /** Nothing that was acknowledged before is missing, nothing is half there, and every number came once. */
  async check({ page }: ShopPage): Promise<void> {
    const before = [...this.acknowledged]
    const found = await counted(page)
    for (const [writer, acknowledged] of before) {
      const { n = 0, times = 0 } = found[`left ${writer}`] ?? {}
      expect(found[`right ${writer}`], writer).toEqual({ n, times })
      expect(n, writer).toBeGreaterThanOrEqual(acknowledged)
      expect(times, writer).toBe(n)
    }
  }
}

interface Counted {
  /** The greatest number that it ever said. */
  readonly n: number
  /** How many transactions said one. */
  readonly times: number
}

/** Every item of the page's newest value. */
async function counted(page: Page): Promise<Record<string, Counted>> {
  const rows = await page.evaluate(async () => {
    const ever = '[:find ?sku (max ?n) (count ?tx) :where [?e :inv/sku ?sku] [?e :inv/count ?n ?tx true]]'
    const db = window.annalsDemo?.conn.db()
    return (await db?.history().q<[string, number, number][]>(ever)) ?? []
  })
  return Object.fromEntries(rows.map(([sku, n, times]) => [sku, { n, times }]))
}

interface Work {
  readonly writers: readonly string[]
  readonly BIG_EVERY: number
  readonly BIG: number
  readonly PAUSE: number
}

/** Runs in the page. */
function write({ writers, BIG_EVERY, BIG, PAUSE }: Work): void {
  const acknowledge = Reflect.get(window, 'acknowledge') as (writer: string, n: number) => void
  for (const writer of writers) {
    const next = async (n: number): Promise<void> => {
      const by = n % BIG_EVERY === 0 ? 'x'.repeat(BIG) : writer
      await window.annalsDemo?.conn.transact([
        { 'inv/sku': `left ${writer}`, 'inv/count': n },
        [':db/add', 'datomic.tx', 'change/by', by],
        { 'inv/sku': `right ${writer}`, 'inv/count': n },
      ])
      acknowledge(writer, n)
      await new Promise((resolve) => setTimeout(resolve, PAUSE))
      return next(n + 1)
    }
    void next(1)
  }
}
