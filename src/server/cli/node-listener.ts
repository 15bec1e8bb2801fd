import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'

/** Bytes of a body that is passed on whole: as a stream it would cost more than all else that is done for a small push. */
const WHOLE = 64 * 1024
/** Methods that a Request cannot have. */
const FORBIDDEN: ReadonlySet<string> = new Set(['CONNECT', 'TRACE', 'TRACK'])

/** Lets `route`, a web-standard handler, answer node:http. What it throws is reported and answered with 500. */
export function nodeListener(
  route: (request: Request) => Promise<Response>,
  report: (error: unknown) => void,
): RequestListener {
  return (incoming, outgoing) => {
    answer(route, incoming, outgoing).catch((error: unknown) => {
      if (!outgoing.destroyed) report(error)
      if (outgoing.headersSent) outgoing.destroy()
      else outgoing.writeHead(500).end()
    })
  }
}

async function answer(
  route: (request: Request) => Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const gone = new AbortController()
  outgoing.on('close', () => {
    if (!outgoing.writableFinished) gone.abort()
  })
  const request = await toRequest(incoming, gone.signal)
  const response = request === undefined ? new Response(null, { status: 400 }) : await route(request)
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  if (response.body === null || incoming.method === 'HEAD') {
    await response.body?.cancel()
    outgoing.end()
    return
  }
  if (isWhole(response.headers.get('content-length'))) {
    outgoing.end(new Uint8Array(await response.arrayBuffer()))
    return
  }
  outgoing.flushHeaders()
  const reader = response.body.getReader()
  gone.signal.addEventListener('abort', () => void reader.cancel().catch(() => undefined))
  for (;;) {
    const next = await reader.read()
    if (next.done) break
    if (!outgoing.write(next.value)) await drained(outgoing)
  }
  outgoing.end()
}

/** undefined for what is none: a method that browsers forbid, a host that no URL can have. */
async function toRequest(incoming: IncomingMessage, signal: AbortSignal): Promise<Request | undefined> {
  const headers = new Headers()
  for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
    headers.append(incoming.rawHeaders[i] as string, incoming.rawHeaders[i + 1] as string)
  }
  const { method = 'GET' } = incoming
  const { host: named = 'localhost' } = incoming.headers
  const host = /^[\w.:[\]-]+$/.test(named) ? named : 'name.invalid'
  const hasBody = method !== 'GET' && method !== 'HEAD'
  // a URL that begins with // would name another host
  const path = `/${(incoming.url ?? '/').replace(/^\/+/, '')}`
  const url = `http://${host}${path}`
  if (!URL.canParse(url) || FORBIDDEN.has(method)) return undefined
  return new Request(url, {
    method,
    headers,
    signal,
    ...(hasBody && { body: await bodyOf(incoming), duplex: 'half' }),
  })
}

const isWhole = (length: string | null | undefined): boolean => Number(length ?? Number.NaN) <= WHOLE

async function bodyOf(incoming: IncomingMessage): Promise<BodyInit> {
  if (!isWhole(incoming.headers['content-length'])) return Readable.toWeb(incoming) as ReadableStream<Uint8Array>
  const chunks: Uint8Array[] = []
  for await (const chunk of incoming) chunks.push(chunk as Uint8Array)
  return new Uint8Array(Buffer.concat(chunks))
}

/** Resolves when more can be written, or nobody listens any more. */
function drained(outgoing: ServerResponse): Promise<void> {
  if (outgoing.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      outgoing.off('drain', done)
      outgoing.off('close', done)
      resolve()
    }
    outgoing.on('drain', done)
    outgoing.on('close', done)
  })
}
