import { assert } from '../../base/assert.ts'
import { rewrittenRow } from '../local-commit.ts'
import { ownLogRow, ownMeta, ownQueueRow, ownRejectedRow } from '../own-rows.ts'
import type { LocalCommit, LogRow, QueueRow } from '../port.ts'
import { CONFIRMED_KEY, HEAD_KEY, type Head, type StoredHead, type StoreName, type Tx } from './disk.ts'
import { groupsCovering } from './groups.ts'

export type OwnChange = ReturnType<typeof ownChange>

/** Everything made ready before the transaction: within it only its own requests may be awaited. */
export function ownChange(change: LocalCommit) {
  return {
    log: (change.log ?? []).map(ownLogRow),
    rewrite: new Map((change.rewrite ?? []).map((row) => [row.t, ownLogRow(row)])),
    enqueue: (change.enqueue ?? []).map(ownQueueRow),
    requeue: new Map((change.requeue ?? []).map((row) => [row.seq, ownQueueRow(row)])),
    dequeueTo: change.dequeueTo ?? 0,
    reject: (change.reject ?? []).map(ownRejectedRow),
    unreject: change.unreject ?? [],
    meta: ownMeta(change.meta ?? new Map()),
    claims: change.claim !== undefined,
  }
}

/** Whether nothing must be looked up before it is written, and nothing depends on where the queue stands. */
export function isPlain({ rewrite, requeue, dequeueTo, reject, unreject }: OwnChange): boolean {
  return rewrite.size === 0 && requeue.size === 0 && dequeueTo === 0 && reject.length === 0 && unreject.length === 0
}

/** What must be known of the stored rows that a change replaces or removes. */
interface Found {
  /** The groups of the log in which some row gets another body, as they will be. */
  readonly rewritten: readonly (readonly LogRow[])[]
  /** The groups in which some row is replaced, as they will be. */
  readonly requeued: readonly QueueRow[][]
  /** Where refused rows lie, by txid. */
  readonly rejectedKeys: Map<string, number>
}

export const NOTHING_FOUND: Found = { rewritten: [], requeued: [], rejectedKeys: new Map() }

export async function find(
  tx: Tx<'readwrite'>,
  { rewrite, requeue, reject, unreject }: OwnChange,
  { done }: Head,
): Promise<Found> {
  return {
    rewritten: await rewrittenGroups(tx, rewrite),
    requeued: await requeuedGroups(tx, requeue, done),
    rejectedKeys: await rejectedKeysOf(tx, [...reject.map(({ txid }) => txid), ...unreject]),
  }
}

/** Bytes of a body up to which a row that is appended alone tells the head by itself: where it is the last it is read on opening. */
const SMALL_BODY = 4096
const tellsHead = ([row, other]: OwnChange['log']): boolean =>
  other === undefined && (row?.body.length ?? 0) <= SMALL_BODY

/** Only what is touched: a writer of one store keeps readers of that store waiting. */
export const appendingStores = ({ log, meta }: OwnChange): StoreName[] =>
  tellsHead(log) && meta.size === 0 ? ['log'] : ['log', 'meta']

/** The same for a change that is compared with the head, which lies in two of them. */
export function comparingStores({ enqueue, requeue, dequeueTo, reject, unreject }: OwnChange): StoreName[] {
  const stores: StoreName[] = ['log', 'meta']
  if (enqueue.length > 0 || requeue.size > 0 || dequeueTo > 0) stores.push('queue')
  if (reject.length > 0 || unreject.length > 0) stores.push('rejected')
  return stores
}

async function rewrittenGroups(tx: Tx<'readwrite'>, rewrite: ReadonlyMap<number, LogRow>): Promise<LogRow[][]> {
  const ts = [...rewrite.keys()]
  if (ts.length === 0) return []
  const groups = await groupsCovering(tx.objectStore('log'), Math.min(...ts), Math.max(...ts))
  return groups
    .filter((group) => group.some(({ t }) => rewrite.has(t)))
    .map((group) => group.map((old) => rewrittenRow(old, rewrite.get(old.t) ?? old)))
}

/** The groups in which some row is replaced, as they will be, without the rows up to `done`. */
async function requeuedGroups(
  tx: Tx<'readwrite'>,
  requeue: ReadonlyMap<number, QueueRow>,
  done: number,
): Promise<QueueRow[][]> {
  const seqs = [...requeue.keys()].filter((seq) => seq > done)
  if (seqs.length === 0) return []
  const groups = await groupsCovering(tx.objectStore('queue'), Math.min(...seqs), Math.max(...seqs))
  return groups
    .filter((group) => group.some(({ seq }) => requeue.has(seq)))
    .map((group) => group.filter(({ seq }) => seq > done).map((row) => replaced(row, requeue.get(row.seq))))
}

function replaced(old: QueueRow, row: QueueRow | undefined): QueueRow {
  assert(row === undefined || row.txid === old.txid, () => `seq ${old.seq} is ${old.txid}, requeued as ${row?.txid}`)
  return row ?? old
}

/** Where the refused ones among them lie. */
async function rejectedKeysOf(tx: Tx<'readwrite'>, txids: readonly string[]): Promise<Map<string, number>> {
  if (txids.length === 0) return new Map()
  const index = tx.objectStore('rejected').index('txid')
  const keys = await Promise.all(txids.map((txid) => index.getKey(txid)))
  return new Map(txids.flatMap((txid, i) => (keys[i] === undefined ? [] : [[txid, keys[i]] as const])))
}

/**
 * Asks for everything; a request that fails aborts the transaction, whose end tells whether it was done. Asked of IndexedDB
 * itself: in a small commit, promises that nobody awaits can be felt.
 */
export function write(
  tx: IDBTransaction,
  { log, enqueue, dequeueTo, reject, unreject, meta, claims }: OwnChange,
  next: Head,
  { rewritten, requeued, rejectedKeys }: Found,
): void {
  const store = (name: StoreName): IDBObjectStore => tx.objectStore(name)
  const lastRow = log.at(-1)
  if (lastRow) {
    const [first, ...others] = log as [LogRow, ...LogRow[]]
    store('log').add([first], first.t)
    if (others.length > 0) store('log').add(others, lastRow.t)
    if (!tellsHead(log)) store('meta').put(next.confirmed, CONFIRMED_KEY)
  }
  for (const group of rewritten) {
    const last = group.at(-1)
    if (last) store('log').put(group, last.t)
  }
  for (const group of requeued) {
    const last = group.at(-1)
    if (last) store('queue').put(group, last.seq)
  }
  const lastQueued = enqueue.at(-1)
  if (lastQueued) store('queue').add(enqueue, lastQueued.seq)
  if (dequeueTo > 0) store('queue').delete(IDBKeyRange.upperBound(next.done))
  for (const txid of unreject) {
    const key = rejectedKeys.get(txid)
    if (key !== undefined) store('rejected').delete(key)
    rejectedKeys.delete(txid)
  }
  for (const row of reject) store('rejected').put(row, rejectedKeys.get(row.txid))
  for (const [key, value] of meta) {
    if (value === undefined) store('meta').delete(key)
    else store('meta').put(value, key)
  }
  if (lastQueued || dequeueTo > 0 || claims) writeHead(tx, next)
}

/** All of the head but the log's. */
export function writeHead(tx: IDBTransaction, { confirmed: _, ...head }: Head): void {
  tx.objectStore('meta').put(head satisfies StoredHead, HEAD_KEY)
}
