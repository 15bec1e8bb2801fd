import type { LogRow, QueueRow, RejectedRow } from '../../src/storage/port.ts'
import { completed, onDisk, requested } from './raw-database.ts'

export interface Version1 {
  /** By commit: each list is one record. */
  readonly log: readonly (readonly LogRow[])[]
  readonly queue: readonly (readonly QueueRow[])[]
  readonly rejected: readonly RejectedRow[]
  readonly meta: ReadonlyMap<string, unknown>
  readonly done: number
  readonly claim: number
}

/** The upgrade of version 1, as it was: never to be changed. */
export async function openVersion1(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(onDisk(name), 1)
  request.onupgradeneeded = () => {
    const db = request.result
    db.createObjectStore('log')
    db.createObjectStore('queue')
    db.createObjectStore('rejected', { autoIncrement: true }).createIndex('txid', 'txid', { unique: true })
    const confirmed = { t: 0, hash: '' }
    const head = { incarnation: 'made by version 1', confirmed, queue: { seq: 0, txid: '' }, claim: 0, done: 0 }
    db.createObjectStore('meta').put(head, 0)
  }
  const db = await requested(request)
  db.onversionchange = () => db.close()
  return db
}

/** A database as version 1 left it; returns the handle of its tab, still open. */
export async function writeVersion1(name: string, { log, queue, rejected, meta, done, claim }: Version1) {
  const db = await openVersion1(name)
  const tx = db.transaction(['log', 'queue', 'rejected', 'meta'], 'readwrite')
  for (const group of log) tx.objectStore('log').add(group, group.at(-1)?.t)
  for (const group of queue) tx.objectStore('queue').add(group, group.at(-1)?.seq)
  for (const row of rejected) tx.objectStore('rejected').add(row)
  for (const [key, value] of meta) tx.objectStore('meta').put(value, key)
  const { t, hash } = log.at(-1)?.at(-1) ?? { t: 0, hash: '' }
  const { seq, txid } = queue.at(-1)?.at(-1) ?? { seq: 0, txid: '' }
  const head = { incarnation: 'made by version 1', confirmed: { t, hash }, queue: { seq, txid }, claim, done }
  tx.objectStore('meta').put(head, 0)
  await completed(tx)
  return db
}
