import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

/** A database server of a test's own, in a folder of its own. */
export interface DatabaseServer {
  /** A storage URL. */
  readonly url: string
  /** SIGKILL: no goodbye to anybody. Resolves when it is gone. */
  kill(): Promise<void>
  /** Starts it again over the same folder and port. */
  restart(): Promise<void>
  /** Ends it and removes the folder. */
  stop(): Promise<void>
}

/** How one kind of server is made, run and found alive. */
export interface Recipe {
  readonly name: string
  /** The account that runs it when the test runs as root, which PostgreSQL refuses. */
  readonly account: string
  make(folder: string): readonly [program: string, ...args: string[]]
  run(folder: string, port: number): readonly [program: string, ...args: string[]]
  url(port: number): string
  /** Rejects until the server answers. */
  ping(port: number): Promise<void>
}

const PATIENCE_MS = 60_000

export async function startServer(recipe: Recipe): Promise<DatabaseServer> {
  const folder = mkdtempSync(join(tmpdir(), `annals-${recipe.name}-`))
  const as = process.getuid?.() === 0 ? idsOf(recipe.account) : undefined
  if (as) chownSync(folder, as.uid, as.gid)
  const [program, ...args] = recipe.make(folder)
  const made = spawnSync(program, args, { ...as, cwd: folder, encoding: 'utf8', timeout: PATIENCE_MS })
  if (made.status !== 0) throw new Error(`${program} failed: ${made.error ?? made.stderr}`)
  const port = await freePort()
  let child: ChildProcess
  let said = ''
  const start = async (): Promise<void> => {
    const [server, ...options] = recipe.run(folder, port)
    child = spawn(server, options, { ...as, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
    child.stderr?.on('data', (data) => {
      said = `${said}${data}`.slice(-4000)
    })
    await answering(
      () => recipe.ping(port),
      () => `${server} does not answer: ${said}`,
    )
  }
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await gone
  }
  await start()
  return {
    url: recipe.url(port),
    kill: () => end('SIGKILL'),
    restart: start,
    stop: async () => {
      await end('SIGKILL')
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

async function answering(ping: () => Promise<void>, why: () => string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  for (;;) {
    try {
      return await ping()
    } catch (cause) {
      if (performance.now() > deadline) throw new Error(why(), { cause })
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

function idsOf(account: string): { uid: number; gid: number } {
  const id = (flag: string): number => Number(spawnSync('id', [flag, account], { encoding: 'utf8' }).stdout.trim())
  return { uid: id('-u'), gid: id('-g') }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
