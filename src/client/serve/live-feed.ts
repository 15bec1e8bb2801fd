import type { LiveQuery } from '../../api/live.ts'
import type { LiveUpdate, WireRows } from '../../api/messages.ts'
import { type AnnalsError, toWireError } from '../../base/errors.ts'
import { packRows } from './pack-rows.ts'

/** An update and the buffers in it to transfer. */
export interface FeedUpdate {
  readonly update: LiveUpdate
  readonly buffers: readonly ArrayBuffer[]
}

/** A live query that a page watches: what the page has, and what it lacks. */
export class LiveFeed {
  #sent: unknown
  /** Why the last answer could not cross, as long as that is to be told. */
  #refused: AnnalsError | undefined
  readonly #stop: () => void

  constructor(
    private readonly live: number,
    private readonly query: LiveQuery<unknown>,
    moved: () => void,
  ) {
    this.#stop = query.subscribe(moved)
    if (query.getSnapshot().status !== 'loading') moved()
  }

  /** What brings the page from the last update to the present; undefined before the first answer. */
  next(): FeedUpdate | undefined {
    const { live } = this
    const refused = this.#refused
    const snapshot = refused === undefined ? this.query.getSnapshot() : ({ status: 'error', error: refused } as const)
    this.#refused = undefined
    if (snapshot.status === 'loading') return undefined
    if (snapshot.status === 'error') return { update: { live, error: toWireError(snapshot.error) }, buffers: [] }
    const { data, t } = snapshot
    const change = rowsChanged(this.#sent, data)
    this.#sent = data
    const rows = packRows(change === undefined ? data : change.fresh)
    const update = { live, t, rows: rows.value as WireRows }
    if (change === undefined) return { update, buffers: rows.buffers }
    const { from } = change
    return { update: { ...update, from }, buffers: [...rows.buffers, from.buffer as ArrayBuffer] }
  }

  /** The page did not get the last update; `error`: and would not, if it were sent again. */
  lost(error: AnnalsError | undefined): void {
    this.#sent = undefined
    this.#refused = error
  }

  close(): void {
    this.#stop()
  }
}

/**
 * `next` in terms of `old`, rows told apart by identity: where each comes from, and the fresh ones. undefined when little was
 * kept, or rows have no identity.
 */
function rowsChanged(
  old: unknown,
  next: unknown,
): { readonly from: Int32Array; readonly fresh: unknown[] } | undefined {
  if (!Array.isArray(old) || !Array.isArray(next)) return undefined
  const places = new Map<unknown, number>()
  for (const [i, row] of old.entries()) {
    if (typeof row !== 'object' || row === null) return undefined
    places.set(row, i)
  }
  const fresh: unknown[] = []
  const from = Int32Array.from(next, (row) => places.get(row) ?? -fresh.push(row))
  return fresh.length * 2 > next.length ? undefined : { from, fresh }
}
