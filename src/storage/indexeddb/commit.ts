import { assert } from '../../base/assert.ts'
import { checkLocalCommit, headsAfter, meets, rewrittenRow } from '../local-commit.ts'
import { ownLogRow, ownMeta, ownQueueRow, ownRejectedRow } from '../own-rows.ts'
import type { LocalCommit, LogRow, QueueRow } from '../port.ts'
import type { Connection } from './connection.ts'
import { HEAD_KEY, type Head, type StoreName, type Tx } from './disk.ts'
import { groupsCovering } from './groups.ts'
import { readHead } from './read-head.ts'

/** One readwrite transaction: compares, writes, and resolves on its `complete`. */
export async function commitChange(
  connection: Connection,
  name: string,
  change: LocalCommit,
): Promise<'committed' | 'lost'> {
  checkLocalCommit(change)
  const own = ownChange(change)
  return connection.run('writing', {
    stores: storesOf(own),
    mode: 'readwrite',
    durability: change.durability ?? 'relaxed',
    async work(tx, attempt) {
      const head = await readHead(tx, name)
      if (!meets(head, change.expect)) return 'lost'
      const done = Math.max(head.done, own.dequeueTo)
      const next: Head = { ...head, ...headsAfter(head, change), done }
      const requeued = await requeuedGroups(tx, own.requeue, done)
      const rewrite = await rewrittenGroups(tx, own.rewrite)
      const rejectedKeys = await rejectedKeysOf(tx, [...own.reject, ...own.unreject.map((txid) => ({ txid }))])
      attempt.wrote = true
      write(tx, own, next, rewrite, requeued, rejectedKeys)
      return 'committed'
    },
  })
}

type OwnChange = ReturnType<typeof ownChange>

/** Everything made ready before the transaction: within it only its own requests may be awaited. */
function ownChange(change: LocalCommit) {
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

/** Only what is touched: a writer of one store keeps readers of that store waiting. */
function storesOf({ log, rewrite, enqueue, requeue, dequeueTo, reject, unreject }: OwnChange): StoreName[] {
  const stores: StoreName[] = ['meta']
  if (log.length > 0 || rewrite.size > 0) stores.push('log')
  if (enqueue.length > 0 || requeue.size > 0 || dequeueTo > 0) stores.push('queue')
  if (reject.length > 0 || unreject.length > 0) stores.push('rejected')
  return stores
}

/** The groups of the log in which some row gets another body, as they will be. */
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
async function rejectedKeysOf(
  tx: Tx<'readwrite'>,
  rows: readonly { readonly txid: string }[],
): Promise<Map<string, number>> {
  if (rows.length === 0) return new Map()
  const index = tx.objectStore('rejected').index('txid')
  const keys = await Promise.all(rows.map(({ txid }) => index.getKey(txid)))
  return new Map(rows.flatMap(({ txid }, i) => (keys[i] === undefined ? [] : [[txid, keys[i]] as const])))
}

/** Asks for everything; the transaction's end tells whether it was done. */
function write(
  tx: Tx<'readwrite'>,
  { log, enqueue, dequeueTo, reject, unreject, meta, claims }: OwnChange,
  next: Head,
  rewritten: readonly (readonly LogRow[])[],
  requeued: readonly QueueRow[][],
  rejectedKeys: Map<string, number>,
): void {
  const ask = (request: Promise<unknown>): void => {
    // A request that fails aborts the transaction, which then has its error.
    request.catch(() => {})
  }
  const metaStore = tx.objectStore('meta')
  const lastRow = log.at(-1)
  if (lastRow) ask(tx.objectStore('log').add(log, lastRow.t))
  for (const group of rewritten) {
    const last = group.at(-1)
    if (last) ask(tx.objectStore('log').put(group, last.t))
  }
  for (const group of requeued) {
    const last = group.at(-1)
    if (last) ask(tx.objectStore('queue').put(group, last.seq))
  }
  const lastQueued = enqueue.at(-1)
  if (lastQueued) ask(tx.objectStore('queue').add(enqueue, lastQueued.seq))
  if (dequeueTo > 0) ask(tx.objectStore('queue').delete(IDBKeyRange.upperBound(next.done)))
  for (const txid of unreject) {
    const key = rejectedKeys.get(txid)
    if (key !== undefined) ask(tx.objectStore('rejected').delete(key))
    rejectedKeys.delete(txid)
  }
  for (const row of reject) {
    const key = rejectedKeys.get(row.txid)
    ask(key === undefined ? tx.objectStore('rejected').add(row) : tx.objectStore('rejected').put(row, key))
  }
  for (const [key, value] of meta) ask(value === undefined ? metaStore.delete(key) : metaStore.put(value, key))
  if (lastRow || lastQueued || dequeueTo > 0 || claims) ask(metaStore.put(next, HEAD_KEY))
  tx.commit()
}
