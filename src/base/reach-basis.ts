import type { WaitOptions } from '../api/connection.ts'
import type { Db } from '../api/db.ts'
import { AMOUNT, checkOptions, SIGNAL } from './check-options.ts'
import { AnnalsError } from './errors.ts'
import { after, onAbort, waitUntil } from './wait-until.ts'

/** A connection whose value moves. */
export interface Moving {
  readonly name: string
  db(): Db
  subscribe(listener: () => void): () => void
  /** Aborted when the connection is closed. */
  readonly closing: AbortSignal
}

/** The connection's value, as soon as its basis is at least `t`. Rejects with `db/timeout`, `db/aborted`, `connection/closed`. */
export async function reachBasis(moving: Moving, t: number, options: WaitOptions = {}): Promise<Db> {
  checkOptions('syncTo', options, { signal: SIGNAL, timeout: AMOUNT })
  const { signal, timeout } = options
  if (!Number.isSafeInteger(t) || t < 0) {
    throw new AnnalsError('db/unknown-point', `a basis is a t, an integer from 0, got ${t}`, { t })
  }
  const facts = { t, name: moving.name }
  const short = (code: 'db/timeout' | 'db/aborted', why: string) => (): AnnalsError =>
    new AnnalsError(code, `${moving.name} has not come to t ${t} ${why}`, facts, { cause: signal?.reason })
  const look = (): Db | undefined => {
    const db = moving.db()
    return db.basisT >= t ? db : undefined
  }
  return waitUntil(look, moving.subscribe, [
    onAbort(moving.closing, () => closedError(moving.name)),
    ...(signal === undefined ? [] : [onAbort(signal, short('db/aborted', 'before the wait was aborted'))]),
    ...(timeout === undefined ? [] : [after(timeout, short('db/timeout', `within ${timeout} ms`))]),
  ])
}

export const closedError = (name: string): AnnalsError =>
  new AnnalsError('connection/closed', `the connection to ${name} is closed`, { name })
