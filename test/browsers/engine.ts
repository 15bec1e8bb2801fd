import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { playwright } from '@vitest/browser-playwright'
import type { BrowserInstanceOption, BrowserProviderOption } from 'vitest/node'
import { launchOptions } from '../../scripts/browser.mjs'
import { type BrowserCommand, commandBrowser } from './command-browser.ts'

interface Engine {
  readonly provider: BrowserProviderOption
  readonly instances: BrowserInstanceOption[]
  /** The tests that run in it; undefined for all. */
  readonly include?: readonly string[]
}

/** What needs no more of a browser than the web's own interfaces. */
const STORAGE = ['conformance', 'deaths', 'versions'].map((what) => `test/storage-${what}.browser.test.ts`)

const flagged = (...flags: string[]): BrowserProviderOption => {
  const { args, ...options } = process.env.VITEST ? launchOptions() : { args: [] }
  return playwright({ launchOptions: { ...options, args: [...args, ...flags] } })
}

const firefox: BrowserCommand = {
  command: found('firefox-esr', 'firefox') ?? 'firefox',
  args: (folder, url) => ['--headless', '--no-remote', '--profile', folder, url],
  env: (folder) => ({ HOME: folder }),
}

/** WebKitGTK's own small browser. It wants a screen, so it gets one in memory. */
const webkit: BrowserCommand = {
  command: 'xvfb-run',
  args: (_, url) => ['--auto-servernum', miniBrowser() ?? 'MiniBrowser', url],
  env: (folder) => ({ HOME: folder, XDG_DATA_HOME: folder, XDG_CACHE_HOME: folder, XDG_RUNTIME_DIR: folder }),
}

/** Makes the named engine ready; by default the Chromium of the other tests. */
export function engine(name: string | undefined): Engine {
  switch (name) {
    case undefined:
      return { provider: flagged(), instances: [{ browser: 'chromium' }] }
    case 'chromium-sqlite':
      return {
        provider: flagged('--enable-features=IdbSqliteBackingStore'),
        instances: [{ browser: 'chromium', name: 'chromium over SQLite' }],
        include: [...STORAGE, 'test/storage.browser.test.ts', 'test/storage-failures.browser.test.ts'],
      }
    case 'firefox':
      return { provider: commandBrowser(firefox), instances: [{ browser: 'firefox' }], include: STORAGE }
    case 'webkit':
      return { provider: commandBrowser(webkit), instances: [{ browser: 'webkit' }], include: STORAGE }
    default:
      throw new Error(`ANNALS_ENGINE=${name}: want chromium-sqlite, firefox or webkit`)
  }
}

function found(...commands: string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.flatMap((folder) => commands.map((command) => join(folder, command))).find((path) => existsSync(path))
}

function miniBrowser(): string | undefined {
  const places = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map((of) => `/usr/lib/${of}/webkit2gtk-4.1/MiniBrowser`)
  return places.find((path) => existsSync(path))
}
