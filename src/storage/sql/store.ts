import type { Kysely } from 'kysely'
import { assert } from '../../base/assert.ts'
import { closedError } from '../closed.ts'
import { checkDense } from '../dense.ts'
import type {
  AliasRow,
  LeaseRow,
  LogRow,
  OutcomeRow,
  RemoteCommit,
  RemoteHead,
  RemoteStore,
  ReplicaRow,
} from '../port.ts'
import { randomEpoch } from '../random-epoch.ts'
import { checkRemoteCommit } from '../remote-commit.ts'
import type { Watchers } from '../watchers.ts'
import { commitChange } from './commit.ts'
import { HeadPoll } from './head-poll.ts'
import { patiently } from './patiently.ts'
import { aliasRows, headRow, leaseRows, logRows, outcomeRows, replicaRow } from './rows.ts'
import type { Tables } from './tables.ts'

/** One remote log in the tables. */
export class SqlStore implements RemoteStore {
  readonly #db: Kysely<Tables>
  readonly #name: string
  readonly #watchers: Watchers
  readonly #poll: HeadPoll
  readonly #isEnded: () => boolean
  #closed = false

  /** `watchers`: those of all stores of this name in this process. `isEnded`: whether the storage was closed. */
  static async open(db: Kysely<Tables>, name: string, watchers: Watchers, isEnded: () => boolean): Promise<SqlStore> {
    await patiently('opening a database', () => ensureHead(db, name))
    return new SqlStore(db, name, watchers, isEnded)
  }

  private constructor(db: Kysely<Tables>, name: string, watchers: Watchers, isEnded: () => boolean) {
    this.#db = db
    this.#name = name
    this.#watchers = watchers
    this.#isEnded = isEnded
    this.#poll = new HeadPoll(
      async () => (await this.head()).t,
      () => !isEnded() && watchers.has(this),
      () => watchers.tellOwn(this),
    )
  }

  async head(): Promise<RemoteHead> {
    const head = await this.#ask('reading the head', () => headRow(this.#db, this.#name))
    assert(head !== undefined, () => `the head of database "${this.#name}" has vanished`)
    return head
  }

  async readLog(from: number, limit = Number.POSITIVE_INFINITY): Promise<readonly LogRow[]> {
    const first = Math.max(from, 1)
    const rows = await this.#ask('reading the log', () => logRows(this.#db, this.#name, first, first + limit - 1))
    const ts = rows.map(({ t }) => t)
    checkDense(this.#name, 'log', ts, first, 0)
    return rows
  }

  async outcomes(txids: readonly string[]): Promise<ReadonlyMap<string, OutcomeRow>> {
    const rows = await this.#ask('reading outcomes', () => outcomeRows(this.#db, this.#name, txids))
    return new Map(rows.map((row) => [row.txid, row]))
  }

  replica(id: string): Promise<ReplicaRow | undefined> {
    return this.#ask('reading a replica', () => replicaRow(this.#db, this.#name, id))
  }

  leases(replica: string): Promise<readonly LeaseRow[]> {
    return this.#ask('reading leases', () => leaseRows(this.#db, this.#name, replica))
  }

  aliases(replica: string): Promise<readonly AliasRow[]> {
    return this.#ask('reading aliases', () => aliasRows(this.#db, this.#name, replica))
  }

  async commit(change: RemoteCommit): Promise<'committed' | 'lost'> {
    checkRemoteCommit(change)
    const outcome = await this.#ask('writing', () => commitChange(this.#db, this.#name, change))
    const last = change.log?.at(-1)
    if (outcome === 'committed' && last) {
      this.#poll.made(last.t)
      this.#watchers.tellOthers(this)
    }
    return outcome
  }

  watch(listener: () => void): () => void {
    this.#checkOpen()
    const stop = this.#watchers.add(this, listener)
    this.#poll.start()
    return stop
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#watchers.leave(this)
  }

  async #ask<T>(doing: string, work: () => Promise<T>): Promise<T> {
    this.#checkOpen()
    return patiently(doing, work)
  }

  #checkOpen(): void {
    if (this.#closed || this.#isEnded()) throw closedError(this.#name, 'closed')
  }
}

async function ensureHead(db: Kysely<Tables>, name: string): Promise<void> {
  if (await headRow(db, name)) return
  const row = { db: name, t: 0, hash: '', epoch: randomEpoch(), next_id: 0 }
  try {
    await db.transaction().execute((tx) => tx.insertInto('annals_head').values(row).execute())
  } catch (e) {
    // Another node may have been faster.
    if (!(await headRow(db, name))) throw e
  }
}
