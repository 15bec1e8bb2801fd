import type { Functions } from '../api/functions.ts'
import { createRuntime } from '../engine/create-runtime.ts'
import type { RemoteStorage } from '../storage/port.ts'
import type { Limits } from '../sync/protocol.ts'
import type { Authorize } from './access.ts'
import { refusal, statusOf } from './answer.ts'
import { compressed } from './compress.ts'
import { Databases } from './databases.ts'
import type { Proposal } from './decide.ts'
import { checkedLimits } from './limits.ts'
import { Metrics } from './metrics.ts'
import { type Origins, originHeaders, preflight } from './origins.ts'
import { Responder } from './responder.ts'
import { storageCheck } from './storage-check.ts'
import { DEFAULT_STREAMS, Streams } from './streams.ts'
import { readTarget, type Target } from './target.ts'
import { DEFAULT_RATE, type Rate, TokenBuckets } from './token-buckets.ts'
import { Transactor } from './transactor.ts'
import { checkedMs, validating } from './validating.ts'
import { withoutPatterns } from './without-patterns.ts'

export interface SyncHandlerOptions {
  /** Where the logs are kept. The handler closes it. */
  readonly storage: RemoteStorage
  /** Default: everybody may read, write and administer everything. */
  readonly authorize?: Authorize
  /** Functions that transactions may call, by name: the same module that the application's worker has. */
  readonly functions?: Functions
  /**
   * Called before a transaction is confirmed; what it throws refuses it (`tx/refused`, or the code of an AnnalsError of its
   * own; with `storage/unavailable` nothing is decided, and it is pushed again later).
   */
  readonly validate?: (proposal: Proposal) => void | Promise<void>
  /** Milliseconds that `validate` may take, else the transaction is refused: all others wait for it. Default 10,000. */
  readonly validateMs?: number
  readonly limits?: Partial<Limits>
  /**
   * Requests of one principal, or of one replica where there is no principal; more are answered 429. Default 100 a second, 1000
   * at once; false for no limit.
   */
  readonly rate?: Rate | false
  /** Streams that one principal may have open at once; more are answered 429. Default 100. */
  readonly streams?: number
  /** Pages of these origins may call besides those of the server's own; '*' for all. Default: browsers keep others out. */
  readonly origins?: Origins
  /** Who may keep full pages of the log: the caller alone (default), or, where URLs are secrets, any cache on the way. */
  readonly pages?: 'private' | 'public'
  /** Milliseconds that a query within a transaction may take, else the transaction is refused. Default 5000. */
  readonly queryMs?: number
  /**
   * Whether queries within transactions may match patterns (`re-find` and its like), else such a transaction is refused. A hostile
   * pattern stops the whole process for ever: true only where every writer is trusted. Default false.
   */
  readonly patterns?: boolean
  /** Milliseconds after which a database that nobody uses is closed. Default a minute. */
  readonly idleMs?: number
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** Hears of failures that are the server's own (5xx, following). Default `console.error`. */
  readonly onError?: (error: unknown, where: { readonly database: string; readonly what: string }) => void
  /** Hears of every answer, for logs. */
  readonly onAnswer?: (answered: Answered) => void
}

export interface Answered {
  /** '' where the request names none. */
  readonly database: string
  readonly what: string
  readonly status: number
  readonly ms: number
}

/** Answers the requests of the sync protocol, at any path that ends in `/<database>/<message>`. */
export interface SyncHandler {
  (request: Request): Promise<Response>
  /** What it has done since it started, in the text format of Prometheus. */
  metrics(): string
  /** Rejects with `storage/…` while the storage cannot be used. */
  check(): Promise<void>
  /** Ends the streams, finishes what is being worked on and closes the storage. */
  close(): Promise<void>
}

const IDLE_MS = 60_000
const QUERY_MS = 5000
const VALIDATE_MS = 10_000

/** The remote side of sync as a web-standard handler: mounts in Node, Hono, Bun, Deno and workers. */
export function createSyncHandler(options: SyncHandlerOptions): SyncHandler {
  const { storage, authorize, validate, origins, onAnswer, pages = 'private', rate = DEFAULT_RATE } = options
  const limits = checkedLimits(options.limits)
  const validateMs = checkedMs(options.validateMs ?? VALIDATE_MS)
  const every = createRuntime({
    functions: options.functions ?? {},
    // nobody aborts it, but with a signal a query lets others run meanwhile
    queryLimits: { timeout: options.queryMs ?? QUERY_MS, signal: new AbortController().signal },
    ...(options.now && { now: options.now }),
  })
  const runtime = options.patterns === true ? every : withoutPatterns(every)
  const report = options.onError ?? ((error, where) => console.error('annals:', where.database, where.what, error))
  const metrics = new Metrics()

  const openOne = async (database: string): Promise<Transactor> => {
    const own = { database, runtime, limits, validate: validating(validate, validateMs) }
    return Transactor.open(await storage.open(database), own, (error) => report(error, { database, what: 'watch' }))
  }
  const databases = new Databases(openOne, options.idleMs ?? IDLE_MS, (error, database) =>
    report(error, { database, what: 'close' }),
  )
  const responder = new Responder({
    databases,
    limits,
    authorize,
    pages,
    streams: new Streams(options.streams ?? DEFAULT_STREAMS),
    buckets: rate === false ? undefined : new TokenBuckets(rate),
    onPush: (answer) => {
      if (answer.kind === 'answers') for (const { status } of answer.outcomes) metrics.transaction(status)
    },
  })

  const respond = async (request: Request, target: Target | undefined): Promise<Response> => {
    let allowed: Record<string, string> = {}
    try {
      allowed = originHeaders(origins, request)
      if (request.method === 'OPTIONS') return preflight(allowed)
      const response = await responder.respond(request, target ?? readTarget(request.url))
      return withHeaders(await compressed(request, response), allowed)
    } catch (error) {
      if (statusOf(error) >= 500)
        report(error, { database: target?.database ?? '', what: target?.message ?? 'request' })
      return withHeaders(refusal(error), allowed)
    }
  }
  const handler = async (request: Request): Promise<Response> => {
    const started = performance.now()
    const target = targetOf(request)
    const response = await respond(request, target)
    const ms = performance.now() - started
    metrics.request(target?.message ?? 'other', response.status, ms)
    onAnswer?.({ database: target?.database ?? '', what: target?.message ?? 'other', status: response.status, ms })
    return response
  }
  return Object.assign(handler, {
    metrics: () => metrics.text({ databases: databases.size, followers: databases.followers }),
    check: storageCheck(storage),
    close: async () => {
      await databases.close().finally(() => storage.close())
    },
  })
}

function targetOf(request: Request): Target | undefined {
  try {
    return readTarget(request.url)
  } catch {
    return undefined
  }
}

function withHeaders(response: Response, headers: Readonly<Record<string, string>>): Response {
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'vary') response.headers.append(name, value)
    else response.headers.set(name, value)
  }
  return response
}
