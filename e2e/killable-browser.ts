import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type BrowserContext, chromium } from 'playwright-core'
import { expect } from 'vitest'
import { launchOptions } from '../scripts/browser.mjs'

export interface KillableBrowser {
  readonly context: BrowserContext
  /** Ends all of its processes at once, as a crash would. */
  readonly kill: () => Promise<void>
}

/** A browser with its profile in a folder, in a process group of its own. */
export async function launchKillable(profile: string, moreFlags: readonly string[] = []): Promise<KillableBrowser> {
  const { executablePath = chromium.executablePath(), args } = launchOptions() as {
    executablePath?: string
    args: string[]
  }
  const portFile = join(profile, 'DevToolsActivePort')
  rmSync(portFile, { force: true })
  const own = ['--headless=new', '--remote-debugging-port=0', `--user-data-dir=${profile}`, ...moreFlags]
  const started = spawn(executablePath, [...args, ...own, 'about:blank'], { detached: true, stdio: 'ignore' })
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

/**
 * Whether a browser with this profile made its IndexedDB files anew when they were opened last. Chromium does so, without a word, when
 * it finds the log of its LevelDB damaged ("checksum mismatch"), as a kill in the middle of a write leaves it in one of a hundred.
 */
export function beganAnew(profile: string): boolean {
  const folder = join(profile, 'Default', 'IndexedDB')
  const opened = readdirSync(folder).map((name) => join(folder, name, 'LOG'))
  return opened.some((log) => existsSync(log) && readFileSync(log, 'utf8').includes('since it was missing'))
}
