import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { expect } from 'vitest'
import { launchOptions } from '../scripts/browser.mjs'
import { it } from './fixture.ts'
import { ShopPage } from './shop-page.ts'

/** A browser in a process group of its own, which can be killed whole, as by a crash. */
async function launch(profile: string) {
  const { executablePath = chromium.executablePath(), args } = launchOptions() as {
    executablePath?: string
    args: string[]
  }
  const portFile = join(profile, 'DevToolsActivePort')
  rmSync(portFile, { force: true })
  const flags = [...args, '--headless=new', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank']
  const started = spawn(executablePath, flags, { detached: true, stdio: 'ignore' })
  // The file has a second line once the browser listens.
  await expect
    .poll(() => existsSync(portFile) && readFileSync(portFile, 'utf8').split('\n').length, { timeout: 30_000 })
    .toBeGreaterThan(1)
  const [port] = readFileSync(portFile, 'utf8').split('\n')
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`)
  const [context] = browser.contexts()
  if (context === undefined) throw new Error('the browser has no context')
  return {
    context,
    kill: async () => {
      const gone = once(started, 'exit')
      process.kill(-(started.pid as number), 'SIGKILL')
      await gone
    },
  }
}

it.for([
  ['with a server', {}],
  ['without a server', { sync: 'off' }],
] as const)('keeps what was acknowledged when the browser is killed, %s', async ([, visit], { server, folder }) => {
  const profile = join(folder, 'profile')
  const before = await launch(profile)
  try {
    const shop = await ShopPage.open(before.context, server.url, visit)
    await shop.loadItems()
    // Acknowledged, and in the next moment the process is gone: the page has no time for anything else.
    await shop.page.evaluate(() =>
      window.annalsDemo?.conn.transact([[':db/add', ['inv/sku', 'SKU-42'], 'inv/count', 7]]).then(({ id }) => id),
    )
  } finally {
    await before.kill()
  }
  const after = await launch(profile)
  try {
    const shop = await ShopPage.open(after.context, server.url, visit)
    await shop.seesCount('SKU-42', 7)
    await shop.setCount('SKU-42', 8)
    expect(shop.complaints).toEqual([])
  } finally {
    await after.kill()
  }
})
