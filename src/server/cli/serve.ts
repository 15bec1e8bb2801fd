import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { refusal } from '../answer.ts'
import { type Answered, createSyncHandler, type SyncHandler } from '../handler.ts'
import type { ServeOptions } from './arguments.ts'
import type { Failure } from './log-line.ts'
import { nodeListener } from './node-listener.ts'
import { foreignHost, ownHosts } from './own-hosts.ts'
import { staticFiles } from './static-files.ts'
import { storageAt } from './storage.ts'

export interface RunningServer {
  /** Such as `http://localhost:8080`. */
  readonly url: string
  /** Lets go of followers, finishes what is being worked on, closes storage and port. */
  stop(): Promise<void>
}

/** Milliseconds that open connections get to finish when the server stops. */
const GRACE_MS = 5000
const FRESH = { 'cache-control': 'no-store' }
/** `/sync/<database>/<message>`: without a database, a message is none of the protocol's. */
const MESSAGE = /^\/sync\/[^/]+\/[^/]+$/
const PROMETHEUS = 'text/plain; version=0.0.4; charset=utf-8'

/** What hears of a server's work. */
export interface Reports {
  readonly failed: (failure: Failure) => void
  readonly answered: (answered: Answered) => void
}

/** Listens. Rejects with a message for people when the port or the storage cannot be had. */
export async function serve(options: ServeOptions, { failed, answered }: Reports): Promise<RunningServer> {
  const files = options.static === undefined ? undefined : await staticFiles(options.static)
  const sync = createSyncHandler({
    storage: storageAt(options.storage),
    onError: (error, where) => failed({ ...where, error }),
    onAnswer: answered,
    patterns: options.patterns,
    ...(options.origins && { origins: options.origins }),
  })
  let stopping = false
  const isOwn = ownHosts(options.host, options.hosts)
  const route = async (request: Request): Promise<Response> => {
    const { pathname, hostname } = new URL(request.url)
    if (!isOwn(hostname)) return refusal(foreignHost(hostname))
    if (MESSAGE.test(pathname)) return sync(request)
    if (pathname === '/health') {
      const ok = !stopping && (await isUsable(sync))
      return Response.json({ ok }, { status: ok ? 200 : 503, headers: FRESH })
    }
    if (pathname === '/metrics')
      return new Response(sync.metrics(), { headers: { ...FRESH, 'content-type': PROMETHEUS } })
    return (await files?.(request)) ?? new Response('not found\n', { status: 404 })
  }
  const server = createServer(nodeListener(route, (error) => failed({ database: '', what: 'http', error })))
  try {
    await sync.check()
    await listen(server, options)
  } catch (e) {
    await sync.close()
    throw e
  }
  const { port } = server.address() as AddressInfo
  const shown = options.host === '127.0.0.1' || options.host === '0.0.0.0' ? 'localhost' : options.host
  return {
    url: `http://${shown.includes(':') ? `[${shown}]` : shown}:${port}`,
    stop: async () => {
      stopping = true
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      await sync.close()
      server.closeIdleConnections()
      const late = setTimeout(() => server.closeAllConnections(), GRACE_MS)
      await closed
      clearTimeout(late)
    },
  }
}

const isUsable = ({ check }: SyncHandler): Promise<boolean> =>
  check().then(
    () => true,
    () => false,
  )

function listen(server: Server, { port, host }: ServeOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (e: NodeJS.ErrnoException) => {
      const taken = e.code === 'EADDRINUSE'
      reject(
        taken ? new Error(`port ${port} is taken; choose another with --port (0 picks a free one)`, { cause: e }) : e,
      )
    })
    server.listen(port, host, () => resolve())
  })
}
