import type { Functions } from '../api/functions.ts'
import { AnnalsError, isAnnalsError } from '../base/errors.ts'
import { createRuntime } from '../engine/create-runtime.ts'
import type { RemoteStorage } from '../storage/port.ts'
import { fromCbor } from '../sync/cbor.ts'
import { DEFAULT_LIMITS, type Limits } from '../sync/protocol.ts'
import { readHello, readPush, readRegister } from '../sync/read-request.ts'
import { type Authorize, grant } from './access.ts'
import { answer, refusal, statusOf } from './answer.ts'
import { type Proposal, refusing } from './decide.ts'
import { follow } from './follow.ts'
import { readBody } from './read-body.ts'
import { Transactor } from './transactor.ts'

export interface SyncHandlerOptions {
  /** Where the logs are kept. The handler closes it. */
  readonly storage: RemoteStorage
  /** Default: everybody may read and write everything. */
  readonly authorize?: Authorize
  /** Functions that transactions may call, by name: the same module that the application's worker has. */
  readonly functions?: Functions
  /** Called before a transaction is confirmed; what it throws refuses it (`tx/refused`, or the code of an AnnalsError). */
  readonly validate?: (proposal: Proposal) => void | Promise<void>
  readonly limits?: Partial<Limits>
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** Hears of failures that are the server's own (5xx, following). Default `console.error`. */
  readonly onError?: (error: unknown, where: { readonly database: string; readonly what: string }) => void
}

/** Answers the requests of the sync protocol, at any path that ends in `/<database>/<message>`. */
export interface SyncHandler {
  (request: Request): Promise<Response>
  /** Ends the streams, waits for what is being worked on and closes the storage. */
  close(): Promise<void>
}

const PATH = /\/([^/]+)\/(hello|register|push|pull|follow)$/
/** Names of databases: letters, digits, `.`, `_`, `-`; not starting with a dot. */
const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/
/** Arrays and maps within each other in a message, intents aside. */
const MESSAGE_DEPTH = 16

type What = 'hello' | 'register' | 'push' | 'pull' | 'follow'

/** The remote side of sync as a web-standard handler: mounts in Node, Hono, Bun, Deno and workers. */
export function createSyncHandler(options: SyncHandlerOptions): SyncHandler {
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const runtime = createRuntime({ functions: options.functions ?? {}, ...(options.now && { now: options.now }) })
  const open = new Map<string, Promise<Transactor>>()
  const ending = new AbortController()
  const report = options.onError ?? ((error, where) => console.error('annals:', where.database, where.what, error))

  const transactorOf = (database: string): Promise<Transactor> => {
    if (ending.signal.aborted) throw new AnnalsError('storage/closed', 'the server is shutting down', {})
    let transactor = open.get(database)
    if (transactor === undefined) {
      const own = { database, runtime, limits, depth: limits.depth, validate: refusing(options.validate) }
      transactor = options.storage
        .open(database)
        .then((store) => Transactor.open(store, own, (error) => report(error, { database, what: 'watch' })))
      open.set(database, transactor)
      // the next request tries again
      transactor.catch(() => open.delete(database))
    }
    return transactor
  }

  const handle = async (request: Request, database: string, what: What): Promise<Response> => {
    const method = what === 'pull' || what === 'follow' ? 'GET' : 'POST'
    if (request.method !== method)
      throw new AnnalsError('http/method-not-allowed', `${what} is a ${method} request`, {})
    const query = new URL(request.url).searchParams
    const need = what === 'push' || what === 'register' ? 'write' : 'read'
    const { principal, write } = await grant(options.authorize, request, database, need)
    const read = async (): Promise<unknown> =>
      fromCbor(await bodyOf(request, limits.body), { maxBytes: limits.body, maxDepth: MESSAGE_DEPTH })
    switch (what) {
      case 'hello': {
        const message = readHello(await read())
        return answer(await (await transactorOf(database)).hello(message, principal, write))
      }
      case 'register': {
        const message = readRegister(await read())
        return answer(await (await transactorOf(database)).register(message, principal))
      }
      case 'push': {
        const message = readPush(await read(), limits)
        return answer(await (await transactorOf(database)).push(message, principal))
      }
      case 'pull': {
        const from = countOf(query, 'from', 1)
        const max = countOf(query, 'max', limits.page)
        return answer(await (await transactorOf(database)).pull(Math.max(from, 1), Math.max(max, 1)))
      }
      case 'follow':
        return follow(await transactorOf(database), countOf(query, 'from', 0), ending.signal)
    }
  }

  const handler = async (request: Request): Promise<Response> => {
    let database = ''
    let what = 'request'
    try {
      const target = readPath(request.url)
      database = target.database
      what = target.what
      return await handle(request, database, target.what)
    } catch (error) {
      if (statusOf(error) >= 500) report(error, { database, what })
      return refusal(error)
    }
  }
  const close = async (): Promise<void> => {
    ending.abort()
    const all = await Promise.allSettled(open.values())
    for (const one of all) if (one.status === 'fulfilled') await one.value.close()
    await options.storage.close()
  }
  return Object.assign(handler, { close })
}

/** Throws `http/not-found` for a path that is none of the protocol's, `http/bad-request` for a bad name. */
function readPath(url: string): { database: string; what: What } {
  const [, encoded, what] = PATH.exec(new URL(url).pathname) ?? []
  if (encoded === undefined || what === undefined) {
    throw new AnnalsError('http/not-found', 'paths end in /<database>/hello, register, push, pull or follow', {})
  }
  if (!NAME.test(encoded)) {
    throw new AnnalsError(
      'http/bad-request',
      'a database is named by up to 128 letters, digits, dots, dashes and underscores',
      {},
    )
  }
  return { database: encoded, what: what as What }
}

/** Requires the content type, which a page of another origin cannot send without being asked about first. */
async function bodyOf(request: Request, limit: number): Promise<Uint8Array> {
  if (request.headers.get('content-type') !== 'application/cbor') {
    throw new AnnalsError('http/bad-request', 'messages are sent as application/cbor', {})
  }
  try {
    return await readBody(request, limit)
  } catch (cause) {
    if (isAnnalsError(cause)) throw cause
    throw new AnnalsError('http/bad-request', 'the body ended before it was whole', {}, { cause })
  }
}

function countOf(query: URLSearchParams, name: string, missing: number): number {
  const text = query.get(name)
  if (text === null) return missing
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new AnnalsError('http/bad-request', `${name} is a whole number, got ${JSON.stringify(text.slice(0, 40))}`, {})
}
