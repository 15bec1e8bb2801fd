import type { PullAnswer } from '../sync/protocol.ts'
import { answer, IMMUTABLE } from './answer.ts'

/**
 * A page of the log as a response. A full one, asked for by log epoch, is the same for ever: whoever `may` keep it need not ask
 * again ('private': the caller's own cache, by its token; 'public': any).
 */
export function pageResponse(
  page: PullAnswer,
  from: number,
  epoch: string | null,
  known: string | null,
  may: 'private' | 'public',
): Response {
  const last = page.rows.at(-1)
  if (last === undefined || page.t <= last.t || epoch !== page.logEpoch) return answer(page)
  const etag = `W/"${from}-${last.t}-${last.hash}"`
  const vary = may === 'private' ? { vary: 'authorization' } : {}
  const headers = { 'cache-control': `${may}, ${IMMUTABLE}`, etag, ...vary }
  return known === etag ? new Response(null, { status: 304, headers }) : answer(page, headers)
}
