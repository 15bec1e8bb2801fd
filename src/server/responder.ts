import { AnnalsError, isAnnalsError } from '../base/errors.ts'
import { fromCbor } from '../sync/cbor.ts'
import type { HelloAnswer, Limits, PushAnswer } from '../sync/protocol.ts'
import { readAdopt, readExcise, readHello, readPush, readRegister } from '../sync/read-request.ts'
import { type Authorize, type Granted, grant } from './access.ts'
import { answer } from './answer.ts'
import type { Databases } from './databases.ts'
import { pageResponse } from './page-response.ts'
import { readBody } from './read-body.ts'
import type { Streams } from './streams.ts'
import type { Message, Target } from './target.ts'
import type { TokenBuckets } from './token-buckets.ts'

/** Arrays and maps within each other in a message, intents aside. */
const MESSAGE_DEPTH = 16
/** Bytes of an adopted page: its callers are trusted, and a record may be large. */
const ADOPT_BODY = 256 * 1024 * 1024

const METHOD: Readonly<Record<Message, 'GET' | 'POST'>> = {
  hello: 'POST',
  register: 'POST',
  push: 'POST',
  pull: 'GET',
  follow: 'GET',
  adopt: 'POST',
  excise: 'POST',
  refusals: 'GET',
}
const NEED: Readonly<Record<Message, 'read' | 'write' | 'admin'>> = {
  hello: 'read',
  register: 'write',
  push: 'write',
  pull: 'read',
  follow: 'read',
  adopt: 'admin',
  excise: 'admin',
  refusals: 'admin',
}

export interface ResponderOptions {
  readonly databases: Databases
  readonly limits: Limits
  readonly authorize: Authorize | undefined
  readonly buckets: TokenBuckets | undefined
  readonly streams: Streams
  readonly pages: 'private' | 'public'
  readonly onPush: (answer: PushAnswer) => void
}

/** Answers one message of the protocol. Throws what is to be refused. */
export class Responder {
  constructor(private readonly options: ResponderOptions) {}

  async respond(request: Request, { database, message }: Target): Promise<Response> {
    if (request.method !== METHOD[message]) {
      throw new AnnalsError('http/method-not-allowed', `${message} is a ${METHOD[message]} request`, {})
    }
    const { authorize, buckets, databases } = this.options
    const granted = await grant(authorize, request, database, NEED[message])
    // Nobody in particular is limited by replica, once its message is read: a name that anybody may choose anew.
    if (granted.principal !== '') buckets?.take(granted.principal)
    if (METHOD[message] === 'POST') return this.post(request, database, message, granted)
    const query = new URL(request.url).searchParams
    const from = countOf(query, 'from', message === 'pull' ? 1 : 0)
    const max = countOf(query, 'max', this.options.limits.page)
    const excised = query.has('excised') ? countOf(query, 'excised', 0) : undefined
    if (message === 'follow') return this.follow(database, from, granted)
    const { transactor, release } = await databases.take(database)
    try {
      if (message === 'refusals') return answer(await transactor.refusals())
      const first = Math.max(from, 1)
      const page = await transactor.pull(first, Math.max(max, 1), excised)
      const asked = { from: first, epoch: query.get('epoch'), excised }
      return pageResponse(page, asked, request.headers.get('if-none-match'), this.options.pages)
    } finally {
      release()
    }
  }

  private async follow(database: string, from: number, { principal }: Granted): Promise<Response> {
    const end = this.options.streams.begin(principal)
    try {
      const { transactor, release } = await this.options.databases.take(database)
      return transactor.followers.follow(from, () => {
        release()
        end()
      })
    } catch (e) {
      end()
      throw e
    }
  }

  private async post(request: Request, database: string, message: Message, granted: Granted): Promise<Response> {
    const { databases, limits, onPush } = this.options
    const { principal, write } = granted
    const maxBytes = message === 'adopt' ? ADOPT_BODY : limits.body
    const said = fromCbor(await bodyOf(request, maxBytes), { maxBytes, maxDepth: MESSAGE_DEPTH })
    const ask = this.reading(message, said, principal)
    const { transactor, release } = await databases.take(database)
    try {
      switch (ask.message) {
        case 'hello':
          return greeting(await transactor.hello(ask.body, principal, write))
        case 'register':
          return answer(await transactor.register(ask.body, principal))
        case 'adopt':
          return answer(await transactor.adopt(ask.body))
        case 'excise':
          return answer(await transactor.excise(ask.body, principal))
        case 'push': {
          const done = await transactor.push(ask.body, principal)
          onPush(done)
          return answer(done)
        }
      }
    } finally {
      release()
    }
  }

  /** Checks what was said before the database is opened for it. */
  private reading(message: Message, said: unknown, principal: string) {
    const { limits, buckets } = this.options
    const limited = <B extends { readonly replica: string }>(body: B): B => {
      if (principal === '') buckets?.take(`replica ${body.replica}`)
      return body
    }
    switch (message) {
      case 'hello':
        return { message, body: limited(readHello(said)) } as const
      case 'register':
        return { message, body: limited(readRegister(said)) } as const
      case 'push':
        return { message, body: limited(readPush(said, limits)) } as const
      case 'excise':
        return { message, body: limited(readExcise(said, limits)) } as const
      default:
        return { message: 'adopt', body: readAdopt(said) } as const
    }
  }
}

/** Pages that hold what was taken out of the log since are not to lie about in the browser's cache. */
const greeting = (told: HelloAnswer): Response =>
  answer(told, told.excisions.length > 0 ? { 'clear-site-data': '"cache"' } : {})

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
