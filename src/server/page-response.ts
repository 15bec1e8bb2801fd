import type { PullAnswer } from '../sync/protocol.ts'
import { answer, IMMUTABLE } from './answer.ts'

/** What was asked for: the first record, and of which state of the log, where the asker says. */
export interface Asked {
  readonly from: number
  readonly epoch: string | null
  readonly excised: number | undefined
}

/**
 * A page of the log as a response. A full one, asked for by log epoch and number of excisions, is the same for ever: whoever `may` keep it need not ask
 * again ('private': the caller's own cache, by its token; 'public': any).
 */
export function pageResponse(
  page: PullAnswer,
  { from, epoch, excised }: Asked,
  known: string | null,
  may: 'private' | 'public',
): Response {
  const last = page.rows.at(-1)
  const isWhole = last !== undefined && page.t > last.t
  if (!isWhole || epoch !== page.logEpoch || excised !== page.excised) return answer(page)
  const etag = `W/"${from}-${last.t}-${last.hash}-${excised}"`
  const vary = may === 'private' ? { vary: 'authorization' } : {}
  const headers = { 'cache-control': `${may}, ${IMMUTABLE}`, etag, ...vary }
  return known === etag ? new Response(null, { status: 304, headers }) : answer(page, headers)
}
