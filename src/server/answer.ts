import { AnnalsError, type ErrorCode, isAnnalsError, toWireError } from '../base/errors.ts'
import { toCbor } from '../sync/cbor.ts'
import { plainFacts } from './outcome-detail.ts'

const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }

/** Of what never changes. */
export const IMMUTABLE = 'max-age=31536000, immutable'

const STATUS: Partial<Record<ErrorCode, number>> = {
  'http/bad-request': 400,
  'http/not-found': 404,
  'http/method-not-allowed': 405,
  'http/too-large': 413,
  'http/forbidden-origin': 403,
  'http/too-many-requests': 429,
  'backup/corrupt': 400,
  'backup/does-not-follow': 409,
  'sync/malformed': 400,
  'sync/fork': 409,
  'sync/upgrade': 426,
  'connection/overloaded': 503,
}

export function answer(message: object, headers: Readonly<Record<string, string>> = {}): Response {
  const body = toCbor(message) as Uint8Array<ArrayBuffer>
  const own = { 'content-type': 'application/cbor', 'content-length': String(body.length) }
  return new Response(body, { headers: { ...HEADERS, ...own, ...headers } })
}

/** A failure as JSON: code, message and facts; what is the server's own affair stays with it. */
export function refusal(e: unknown): Response {
  const status = statusOf(e)
  const isTold = status < 500 || isAnnalsError(e, 'connection/overloaded')
  const { code, message, data } = isTold ? toWireError(e) : hidden(e)
  const body = JSON.stringify({ code, message, data: plainFacts(data) })
  const headers = { ...HEADERS, 'content-type': 'application/json' }
  const retry = status === 429 ? { 'retry-after': String(data.retryAfter) } : {}
  return new Response(body, { status, headers: { ...headers, ...retry } })
}

/** The HTTP status that tells of `e`. */
export function statusOf(e: unknown): number {
  if (!isAnnalsError(e)) return 500
  if (e.code === 'sync/unauthorized') return e.data.status === 401 ? 401 : 403
  return STATUS[e.code] ?? (e.code.startsWith('storage/') ? 503 : 500)
}

function hidden(e: unknown): AnnalsError {
  const code = isAnnalsError(e) && e.code.startsWith('storage/') ? 'storage/unavailable' : 'internal/unexpected'
  return new AnnalsError(code, 'the server failed; its log says why', {})
}
