import type { Settled } from '../api/report.ts'
import { append } from '../base/append.ts'
import { AnnalsError } from '../base/errors.ts'
import { txOfT } from '../datom/ids.ts'
import type { TxData } from '../datom/tx-data.ts'
import type { Db } from '../db/db.ts'
import { decodeRecord, type LogRecord } from '../engine/record.ts'
import { applyRows } from '../engine/replay.ts'
import type { Confirmed } from '../engine/segments.ts'
import type { ConfirmedHead, LocalCommit, LogRow } from '../storage/port.ts'
import { withAliases } from './aliases.ts'
import { type Pending, pendingTx } from './pending.ts'
import type { RejectedBody } from './rejected-body.ts'
import { metaChange, type ReplicaMeta, readMeta } from './replica-meta.ts'

/** All that an open replica knows, of one moment. A later moment is another value. */
export interface ReplicaState {
  readonly meta: ReplicaMeta
  /** The store's claim head. */
  readonly claim: number
  readonly head: ConfirmedHead
  /** The fold of the log. */
  readonly confirmed: Db
  /** The seq of the newest transaction ever queued. */
  readonly seq: number
  /** The queue, in order. */
  readonly entries: readonly Pending[]
  readonly rejected: ReadonlyMap<string, RejectedBody>
  /** What users see: confirmed and pending. */
  readonly view: Db
}

/** What a replica knows that has nothing but a confirmed value. */
export const bareState = ({ db, head }: Confirmed, excisions: number): ReplicaState => ({
  meta: readMeta(metaChange({ excisions })),
  claim: 0,
  head,
  confirmed: db,
  seq: 0,
  entries: [],
  rejected: new Map(),
  view: db,
})

/** A step from one state to the next: what to store, and what is so once it is stored. */
export interface Step<T> {
  /** Absent when nothing changes. */
  readonly commit?: LocalCommit
  readonly next?: ReplicaState
  /** Attributes of the facts that came or went in the view; absent when the view is as it was. */
  readonly touched?: ReadonlySet<number>
  /** Those facts themselves, where they are all at hand. */
  readonly data?: readonly TxData[]
  /** Transactions that have come to their end. */
  readonly ended?: ReadonlyMap<string, Settled>
  readonly result: T
}

export const confirmedAt = (t: number): Settled => ({ status: 'confirmed', t, tx: txOfT(t) })

/** What of a state follows from the log and the queue together. */
export interface Folded {
  readonly confirmed: Db
  readonly head: ConfirmedHead
  readonly entries: readonly Pending[]
  readonly records: readonly LogRecord[]
}

/**
 * Folds `rows` into a state, of which `reached` is the confirmed value after them where it is known without. Throws `storage/corrupt`
 * when they do not follow.
 */
export async function foldRows(
  state: Pick<ReplicaState, 'confirmed' | 'head' | 'entries' | 'meta'>,
  rows: readonly LogRow[],
  reached?: Confirmed,
): Promise<Folded> {
  const mine = new Set([state.meta.replica, ...state.meta.lineage])
  const queued = new Map(state.entries.map((p) => [p.txid, p]))
  const places = new Map<string, number>()
  const records: LogRecord[] = []
  const aliases: [number, number][] = []
  const seen = (record: LogRecord): void => {
    records.push(record)
    const own = queued.get(record.txid)
    if (own !== undefined) {
      places.set(record.txid, record.t)
      aliases.push([pendingTx(own.seq), txOfT(record.t)])
    }
    if (own !== undefined || mine.has(record.origin?.replica ?? '')) append(aliases, record.aliases)
  }
  if (reached !== undefined) for (const row of rows) seen(decodeRecord(row))
  const { db, head } = reached ?? (await applyRows(state.confirmed, state.head, rows, seen))
  const known = reached === undefined ? [] : state.confirmed.aliases
  return {
    confirmed: withAliases(db, [...known, ...aliases]),
    head,
    entries: state.entries.map((p) => (p.t === undefined && places.has(p.txid) ? { ...p, t: places.get(p.txid) } : p)),
    records,
  }
}

/** Attributes of what any of these predictions says. */
export function addTouched(touched: Set<number>, entries: readonly Pending[]): void {
  for (const { body } of entries) for (const a of body.predicted?.a ?? []) touched.add(a)
}

export const notPending = (id: string): AnnalsError =>
  new AnnalsError('sync/not-pending', `no pending or refused transaction has the id ${id}`, { id })
