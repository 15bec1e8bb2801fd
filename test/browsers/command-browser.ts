import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineBrowserProvider } from '@vitest/browser'
import type { BrowserProvider, BrowserProviderOption } from 'vitest/node'

export interface BrowserCommand {
  readonly command: string
  /** Its arguments, with a new folder for its profile and the page to show. */
  readonly args: (folder: string, url: string) => readonly string[]
  readonly env?: (folder: string) => Record<string, string>
}

/** A provider of Vitest's that starts an installed browser, shows it the tests and does nothing else: no clicks, no CDP. */
export const commandBrowser = (browser: BrowserCommand): BrowserProviderOption =>
  defineBrowserProvider({ name: 'command', providerFactory: () => new CommandBrowser(browser) })

class CommandBrowser implements BrowserProvider {
  readonly name = 'command'
  readonly supportsParallelism = false
  private running: ChildProcess | undefined
  private folder = ''

  constructor(private readonly browser: BrowserCommand) {}

  getCommandsContext(): Record<string, unknown> {
    return {}
  }

  async openPage(_session: string, url: string): Promise<void> {
    await this.close()
    this.folder = mkdtempSync(join(tmpdir(), 'annals-browser-'))
    const { command, args, env } = this.browser
    this.running = spawn(command, args(this.folder, url), {
      // A group of its own, so that its helpers end with it.
      detached: true,
      stdio: 'ignore',
      env: { ...process.env, ...env?.(this.folder) },
    })
  }

  async close(): Promise<void> {
    const { running } = this
    this.running = undefined
    if (running?.pid === undefined) return
    const gone = once(running, 'exit')
    process.kill(-running.pid, 'SIGKILL')
    await gone
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 })
  }
}
