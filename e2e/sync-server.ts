import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { inject } from 'vitest'

/** How long a server may take until it answers, ms. */
const PATIENCE = 30_000

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port was found')
  return address.port
}

/** `annals serve` in a process of its own: the demo's page and its remote log. */
export class SyncServer {
  private process: ChildProcess | undefined
  private said = ''

  private constructor(
    private readonly storage: string,
    readonly port: number,
  ) {}

  /** Of a storage URL. Reserves a port; nothing listens on it before `start`. */
  static async at(storage: string): Promise<SyncServer> {
    return new SyncServer(storage, await freePort())
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`
  }

  /** Resolves when the server answers. */
  async start(): Promise<void> {
    const storage = ['--storage', this.storage]
    const args = [inject('cli'), 'serve', ...storage, '--port', String(this.port), '--static', inject('demo')]
    const started = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.process = started
    const listen = (chunk: Buffer): void => {
      this.said += String(chunk)
    }
    started.stdout.on('data', listen)
    started.stderr.on('data', listen)
    const until = Date.now() + PATIENCE
    while (!(await this.answers())) {
      if (started.exitCode !== null || Date.now() > until) throw new Error(`the server does not answer: ${this.said}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  /** Resolves when the process is gone. With SIGKILL it has no time to say goodbye. */
  async stop(signal: 'SIGKILL' | 'SIGTERM' = 'SIGTERM'): Promise<void> {
    const running = this.process
    this.process = undefined
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return
    running.kill(signal)
    await once(running, 'exit')
  }

  private answers(): Promise<boolean> {
    return fetch(this.url).then(
      (response) => response.ok,
      () => false,
    )
  }
}
