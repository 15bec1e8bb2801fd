import type { DBSchema, IDBPTransaction, StoreNames } from 'idb'
import type { IndexHead, LocalHeads, LogRow, QueueRow, RejectedRow } from '../port.ts'

// What lies in IndexedDB. Everything here reaches disk: a change of meaning needs a new FORMAT, and so a new database; an
// addition that older code may not see needs a new version and its step in `upgradeStores`.
//
//   database    "annals/1/" + name, version 4
//   log         last t of a group   ->  its rows, in order     (a group: rows of one commit; since version 3 its first row is
//                                                               one by itself, so that two commits to one head share a key)
//   queue       last seq of a group ->  its rows, in order     (rows up to `done` have left; so has a group of only such)
//   rejected    counter             ->  a refused transaction  (index txid)
//   meta        HEAD_KEY            ->  StoredHead;   CONFIRMED_KEY  ->  ConfirmedHead (since version 3; before it in the head;
//                                                               since version 4 not when one small row is appended: where the
//                                                               log goes further, its last row tells the head)
//               a string            ->  the named value
//   since version 2:
//   segments    id              ->  its bytes
//   index       HEAD_KEY        ->  StoredIndexHead;   ROOT_KEY  ->  IndexRoot     (apart from meta: the log does not wait)

/** A new format gets a new database name, so that two versions of an app never block each other. */
const FORMAT = 1
/** IndexedDB's own version number. Whoever knows only an older one is refused, and must be reloaded. */
export const DATABASE_VERSION = 4
/** A number, which sorts before every name that a value of `meta` may have. */
export const HEAD_KEY = 0
/** In `meta`: the head of the log as it was last written apart, which a small row appended alone does not. */
export const CONFIRMED_KEY = 1
/** In `index`. */
export const ROOT_KEY = 1

/** Also the name of the BroadcastChannel on which commits are told. */
export const databaseName = (name: string): string => `annals/${FORMAT}/${name}`

export interface Head extends LocalHeads {
  /** Made anew with the database: tells a database from another one of the same name. */
  readonly incarnation: string
  /** The seq up to which everything has left the queue. */
  readonly done: number
}

export type StoredHead = Omit<Head, 'confirmed'>

export interface StoredIndexHead extends IndexHead {
  /** The root's t; absent before the first root: who finds none then has lost none. */
  readonly rootT?: number
}

export interface Disk extends DBSchema {
  log: { key: number; value: readonly LogRow[] }
  queue: { key: number; value: readonly QueueRow[] }
  rejected: { key: number; value: RejectedRow; indexes: { txid: string } }
  meta: { key: number | string; value: unknown }
  segments: { key: number; value: Uint8Array<ArrayBuffer> }
  index: { key: number; value: unknown }
}

export type StoreName = StoreNames<Disk>
export type Tx<Mode extends IDBTransactionMode> = IDBPTransaction<Disk, StoreName[], Mode>

/** Runs inside the upgrade from `oldVersion`, 0 for a database that is not there yet: only ever adds. */
export function upgradeStores(tx: IDBTransaction, oldVersion: number, incarnation: string): void {
  const { db } = tx
  if (oldVersion < 1) {
    db.createObjectStore('log')
    db.createObjectStore('queue')
    db.createObjectStore('rejected', { autoIncrement: true }).createIndex('txid', 'txid', { unique: true })
    const head: Head = { incarnation, confirmed: { t: 0, hash: '' }, queue: { seq: 0, txid: '' }, claim: 0, done: 0 }
    db.createObjectStore('meta').put(head, HEAD_KEY)
  }
  if (oldVersion < 2) {
    db.createObjectStore('segments')
    const indexHead: StoredIndexHead = { epoch: 0, nextId: 1 }
    db.createObjectStore('index').put(indexHead, HEAD_KEY)
  }
  if (oldVersion < 3) {
    const meta = tx.objectStore('meta')
    const head: IDBRequest<Head | undefined> = meta.get(HEAD_KEY)
    head.onsuccess = () => head.result && meta.put(head.result.confirmed, CONFIRMED_KEY)
  }
}
