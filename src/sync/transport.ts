import { AnnalsError, type ErrorCode } from '../base/errors.ts'
import { fromCbor, toCbor } from './cbor.ts'
import { eventStream } from './event-stream.ts'
import { Fields } from './fields.ts'
import type {
  Adopt,
  AdoptAnswer,
  Excise,
  ExciseAnswer,
  Hello,
  HelloAnswer,
  Pull,
  PullAnswer,
  Push,
  PushAnswer,
  Register,
  RegisterAnswer,
} from './protocol.ts'
import {
  readAdoptAnswer,
  readExciseAnswer,
  readHelloAnswer,
  readPullAnswer,
  readPushAnswer,
  readRegisterAnswer,
} from './read-answer.ts'

/** The messages of the protocol, sent to one remote database. All reject with `sync/…`; an aborted one with `sync/unreachable`. */
export interface Transport {
  /** `freshToken`: the last one was refused. */
  hello(message: Hello, freshToken: boolean, signal: AbortSignal): Promise<HelloAnswer>
  register(message: Register, signal: AbortSignal): Promise<RegisterAnswer>
  push(message: Push, signal: AbortSignal): Promise<PushAnswer>
  pull(ask: Pull, signal: AbortSignal): Promise<PullAnswer>
  /** Appends records that were decided here. Rejects with `backup/does-not-follow` too. */
  adopt(message: Adopt, signal: AbortSignal): Promise<AdoptAnswer>
  /** Of whoever asks: it needs no hello before it. */
  excise(message: Excise, signal: AbortSignal): Promise<ExciseAnswer>
  /** Calls `poke` with each `t` heard of, until the stream ends; then resolves. */
  follow(from: number, poke: (t: number) => void, signal: AbortSignal): Promise<void>
}

export interface HttpTransportOptions {
  /** The remote database, such as `https://example.org/sync/inventory`. */
  readonly url: string
  readonly auth?: (() => string | undefined | Promise<string | undefined>) | undefined
  readonly fetch?: typeof fetch
}

/** Milliseconds until a hello counts as lost. */
const HELLO_MS = 30_000
/** Bytes a millisecond of the slowest line that is waited for: 20 kbit/s. */
const SLOWEST = 2.5
/** The same of other requests: a large record takes its time on a slow line, and that the line is dead the stream tells sooner. */
const REQUEST_MS = 300_000
/** Milliseconds without a byte until a stream counts as dead: three heartbeats. */
const SILENCE_MS = 45_000
/** Bytes of an answer: a page of the log, or one record however large. */
const MAX_ANSWER = 256 * 1024 * 1024
const MAX_DEPTH = 16

/** Speaks CBOR over `fetch`; the token is asked for at each hello and kept until the next. */
export function httpTransport({ url, auth, fetch: send = fetch }: HttpTransportOptions): Transport {
  const base = url.replace(/\/+$/, '')
  let token: string | undefined
  /** Of the remote's log: a page that names it may be kept by caches. */
  let epoch: string | undefined
  /** Whether the remote takes bodies packed by gzip. */
  let gzip = false
  /** The page that was asked for last: who asks for it again could not use what a cache may keep. */
  let page = ''

  const request = async (path: string, init: RequestInit, signal: AbortSignal): Promise<Response> => {
    const cache = !path.includes('&epoch=') ? 'no-store' : path === page ? 'reload' : 'default'
    if (cache !== 'no-store') page = path
    const headers = { ...init.headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) }
    const response = await send(`${base}/${path}`, { ...init, headers, signal, cache }).catch((cause: unknown) => {
      throw unreachable(`the server at ${base} cannot be reached`, cause)
    })
    if (response.ok) return response
    throw await refusalOf(response)
  }
  const ask = async <T>(
    path: string,
    body: object | undefined,
    read: (x: unknown) => T,
    signal: AbortSignal,
  ): Promise<T> => {
    const post = body && (await postOf(body, gzip))
    // no stream watches over these: it is opened once the remote has said hello
    const isEarly = path === 'hello' || path === 'adopt'
    const patience = isEarly ? HELLO_MS + Math.ceil((post?.body.length ?? 0) / SLOWEST) : REQUEST_MS
    const response = await request(path, post ?? {}, AbortSignal.any([signal, AbortSignal.timeout(patience)]))
    const bytes = await response.arrayBuffer().catch((cause: unknown) => {
      throw unreachable(`the answer of ${base} broke off`, cause)
    })
    return read(fromCbor(new Uint8Array(bytes), { maxBytes: MAX_ANSWER, maxDepth: MAX_DEPTH }))
  }

  return {
    hello: async (message, _freshToken, signal) => {
      token = await auth?.()
      const answer = await ask('hello', message, readHelloAnswer, signal)
      epoch = answer.logEpoch
      gzip = answer.gzip
      return answer
    },
    register: (message, signal) => ask('register', message, readRegisterAnswer, signal),
    push: (message, signal) => ask('push', message, readPushAnswer, signal),
    pull: ({ from, max, excised }, signal) => {
      const of = epoch === undefined ? '' : `&epoch=${encodeURIComponent(epoch)}`
      return ask(`pull?from=${from}&max=${max}&excised=${excised}${of}`, undefined, readPullAnswer, signal)
    },
    adopt: (message, signal) => ask('adopt', message, readAdoptAnswer, signal),
    excise: async (message, signal) => {
      token = await auth?.()
      return ask('excise', message, readExciseAnswer, signal)
    },
    follow: async (from, poke, signal) => {
      const silence = new AbortController()
      let timer = setTimeout(() => silence.abort(), SILENCE_MS)
      try {
        const response = await request(`follow?from=${from}`, {}, AbortSignal.any([signal, silence.signal]))
        for await (const event of eventStream(response.body)) {
          clearTimeout(timer)
          timer = setTimeout(() => silence.abort(), SILENCE_MS)
          if (event?.type === 'poke') poke(new Fields(JSON.parse(event.data), 'poke').count('t'))
        }
      } catch (cause) {
        throw cause instanceof AnnalsError ? cause : unreachable(`the stream of ${base} broke off`, cause)
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

/** Bytes below which packing costs more than it saves. */
const WORTH_PACKING = 2048

/** A message as a request, packed where that is worth it. */
async function postOf(
  message: object,
  gzip: boolean,
): Promise<RequestInit & { readonly body: Uint8Array<ArrayBuffer> }> {
  const bytes = toCbor(message) as Uint8Array<ArrayBuffer>
  const headers = { 'content-type': 'application/cbor' }
  if (!gzip || bytes.length < WORTH_PACKING || typeof CompressionStream === 'undefined') {
    return { method: 'POST', headers, body: bytes }
  }
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'))
  const body = new Uint8Array(await new Response(stream).arrayBuffer())
  return { method: 'POST', headers: { ...headers, 'content-encoding': 'gzip' }, body }
}

const unreachable = (message: string, cause?: unknown): AnnalsError =>
  new AnnalsError('sync/unreachable', message, {}, { cause })

/** What a refused request says: the server's own words where they are there. */
export async function refusalOf(response: Response): Promise<AnnalsError> {
  const { status } = response
  const said: unknown = await response.json().catch(() => undefined)
  const { code, message } = { ...(said as { code?: unknown; message?: unknown } | null | undefined) }
  const seconds = secondsUntil(response.headers.get('retry-after') ?? '?')
  const data = { status, ...(seconds >= 0 && { retryAfter: seconds }) }
  const text = typeof message === 'string' ? message : `the server answers ${status} ${response.statusText}`.trim()
  if (status === 401 || status === 403) return new AnnalsError('sync/unauthorized', text, { status })
  // what is wrong over there, such as with the server's storage, is nothing wrong here
  if (status >= 500) return new AnnalsError('sync/unreachable', text, { ...data, ...(code !== undefined && { code }) })
  if (typeof code === 'string' && /^[a-z]+\/[a-z-]+$/.test(code)) return new AnnalsError(code as ErrorCode, text, data)
  return new AnnalsError('sync/unreachable', text, data)
}

/** From now to what a server asks to wait for: a number of seconds, or a date. NaN for neither. */
const secondsUntil = (text: string): number =>
  Number.isNaN(Number(text)) ? (Date.parse(text) - Date.now()) / 1000 : Number(text)
