import type { BrowserContext, Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import type { Connection } from '../src/api/connection.ts'
import type { connect } from '../src/index.ts'

declare global {
  interface Window {
    annalsDemo?: { readonly conn: Connection; readonly connect: typeof connect }
  }
}

export interface Visit {
  readonly user?: string
  readonly db?: string
  readonly sync?: 'off'
}

/** How long anything on the page may take, ms: the machine may be busy. */
export const PATIENCE = 30_000
const soon = { timeout: PATIENCE, interval: 50 }

/** What a browser says when a server is down: expected wherever a test takes it down. */
const UNREACHABLE = /net::ERR_(CONNECTION|EMPTY_RESPONSE|INTERNET|NETWORK|INCOMPLETE_CHUNKED)/

/** The demo in one tab, as somebody uses it. */
export class ShopPage {
  /** What the console complained of, and errors that nobody caught. */
  readonly complaints: string[] = []

  private constructor(
    readonly page: Page,
    private readonly url: URL,
    /** Whether the server may be unreachable from now on. */
    public serverMayBeDown: boolean,
  ) {
    page.setDefaultTimeout(PATIENCE)
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.complain(message.text())
    })
    page.on('pageerror', (error) => this.complain(error.stack ?? error.message))
  }

  static async open(
    context: BrowserContext,
    base: string,
    visit: Visit = {},
    serverMayBeDown = false,
  ): Promise<ShopPage> {
    const url = new URL(base)
    for (const [name, value] of Object.entries({ test: '', ...visit })) url.searchParams.set(name, value)
    const shop = new ShopPage(await context.newPage(), url, serverMayBeDown)
    await shop.load()
    return shop
  }

  /** Opens the page, or opens it anew. */
  async load(): Promise<void> {
    await this.page.goto(this.url.href)
    await this.page.waitForFunction(() => window.annalsDemo !== undefined)
  }

  private complain(text: string): void {
    if (!this.serverMayBeDown || !UNREACHABLE.test(text)) this.complaints.push(text)
  }

  button(name: string | RegExp, within: Page | Locator = this.page): Locator {
    return within.getByRole('button', { name, exact: true })
  }

  /** Fills an empty shop with the tutorial's 64 items, which nobody has counted. */
  async loadItems(): Promise<void> {
    await this.button('Only its items, not counted yet').click()
    await this.row('SKU-0').waitFor()
  }

  row(sku: string): Locator {
    return this.page.locator(`tr[data-sku="${sku}"]`)
  }

  count(sku: string): Locator {
    return this.row(sku).locator('.count')
  }

  /** Waits until the table shows a count, at most `within` ms. */
  async seesCount(sku: string, count: number | '–', within = PATIENCE): Promise<void> {
    const shown = () => this.count(sku).textContent({ timeout: within })
    await expect.poll(shown, { ...soon, timeout: within }).toBe(String(count))
  }

  /** Types a count into the table, by keyboard. */
  async typeCount(sku: string, text: string): Promise<void> {
    await this.count(sku).press('Enter')
    const field = this.page.getByRole('textbox', { name: `Count of ${sku}`, exact: true })
    await field.fill(text)
    await field.press('Enter')
  }

  /** Sets a count and waits until it is acknowledged, which is when the table shows it. */
  async setCount(sku: string, count: number): Promise<void> {
    await this.typeCount(sku, String(count))
    await this.seesCount(sku, count)
  }

  async sellOne(sku: string): Promise<void> {
    await this.button(`Sell one ${sku}`).click()
  }

  /** The panel with the history of an item. */
  async openItem(sku: string): Promise<Locator> {
    await this.row(sku)
      .getByRole('button', { name: `${sku}: history and details` })
      .click()
    return this.page.getByRole('dialog', { name: sku, exact: true })
  }

  get badge(): Locator {
    return this.page.locator('.badge')
  }

  /** The panel with what waits and what was refused. */
  async openSync(): Promise<Locator> {
    await this.badge.click()
    return this.page.getByRole('dialog', { name: 'Sync', exact: true })
  }

  /** Waits until the badge says so. */
  async seesSync(said: string | RegExp): Promise<void> {
    await expect.poll(() => this.badge.textContent(), soon).toMatch(said)
  }

  /** Waits until nothing is pending and the server is heard. */
  async isSynced(): Promise<void> {
    await expect.poll(() => this.badge.evaluate((b) => `${b.dataset.state} ${b.dataset.pending}`), soon).toBe('live 0')
  }

  async goOffline(): Promise<void> {
    await this.page.getByRole('switch', { name: 'Online', checked: true }).click()
    await this.seesSync(/^Offline/)
  }

  async goOnline(): Promise<void> {
    await this.page.getByRole('switch', { name: 'Online', checked: false }).click()
  }

  /** What the page shows and what its database says, for whoever wonders why a test failed. */
  async describe(): Promise<string> {
    if (this.page.isClosed()) return 'closed'
    const patience = new Promise<string>((resolve) => setTimeout(resolve, 2_000, 'no answer'))
    const shown = this.page.locator('body').innerText({ timeout: 2_000 })
    const told = this.page.evaluate(async () => {
      const conn = window.annalsDemo?.conn
      const health = conn?.health.getSnapshot().map(String)
      return JSON.stringify({ sync: conn?.sync.getSnapshot(), health, stats: await conn?.stats() })
    })
    const texts = [shown, told].map((text) => Promise.race([text, patience]).catch(String))
    return [this.page.url(), ...(await Promise.all(texts)), ...this.complaints].join('\n')
  }

  /** Asks the page's own database, past the page. */
  ask<T>(query: string): Promise<T> {
    return this.page.evaluate((q) => window.annalsDemo?.conn.db().q(q) as Promise<unknown>, query) as Promise<T>
  }

  /** The uuids of every transaction, in the order of the log. */
  async transactionIds(): Promise<string[]> {
    return (await this.ask<[number, string][]>('[:find ?tx ?id :where [?tx :tx/id ?id]]'))
      .sort(([a], [b]) => a - b)
      .map(([, id]) => id)
  }

  /** Every item with its count, by SKU: two replicas in the same state answer the same. */
  async stock(): Promise<unknown[]> {
    const rows = await this.ask<[string, number, number][]>(
      '[:find ?sku ?e ?n :where [?e :inv/sku ?sku] [(get-else $ ?e :inv/count -1) ?n]]',
    )
    return rows.sort(([a], [b]) => (a < b ? -1 : 1))
  }
}
