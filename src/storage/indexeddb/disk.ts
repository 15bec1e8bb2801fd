import type { DBSchema, IDBPTransaction, StoreNames } from 'idb'
import type { LocalHeads, LogRow, QueueRow, RejectedRow } from '../port.ts'

// What lies in IndexedDB. Everything here reaches disk: a change of meaning needs a new FORMAT, and so a new database.
//
//   database    "annals/1/" + name, version 1
//   log         last t of a group   ->  its rows, in order     (a group: the rows of one commit)
//   queue       last seq of a group ->  its rows, in order     (rows up to `done` have left; so has a group of only such)
//   rejected    counter             ->  a refused transaction  (index txid)
//   meta        HEAD_KEY            ->  Head;   a string       ->  the named value

/** A new format gets a new database name, so that two versions of an app never block each other. */
const FORMAT = 1
/** IndexedDB's own version number: never raised, since a new format gets a new name. */
export const DATABASE_VERSION = 1
/** A number, which sorts before every name that a value of `meta` may have. */
export const HEAD_KEY = 0

/** Also the name of the BroadcastChannel on which commits are told. */
export const databaseName = (name: string): string => `annals/${FORMAT}/${name}`

export interface Head extends LocalHeads {
  /** Made anew with the database: tells a database from another one of the same name. */
  readonly incarnation: string
  /** The seq up to which everything has left the queue. */
  readonly done: number
}

export interface Disk extends DBSchema {
  log: { key: number; value: readonly LogRow[] }
  queue: { key: number; value: readonly QueueRow[] }
  rejected: { key: number; value: RejectedRow; indexes: { txid: string } }
  meta: { key: number | string; value: unknown }
}

export type StoreName = StoreNames<Disk>
export type Tx<Mode extends IDBTransactionMode> = IDBPTransaction<Disk, StoreName[], Mode>

/** Runs inside the upgrade that makes the database. */
export function createStores(db: IDBDatabase, incarnation: string): void {
  db.createObjectStore('log')
  db.createObjectStore('queue')
  db.createObjectStore('rejected', { autoIncrement: true }).createIndex('txid', 'txid', { unique: true })
  const head: Head = { incarnation, confirmed: { t: 0, hash: '' }, queue: { seq: 0, txid: '' }, claim: 0, done: 0 }
  db.createObjectStore('meta').put(head, HEAD_KEY)
}
