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
import type { News } from './news.ts'
import { patiently } from './patiently.ts'
import { commitChange } from './remote-commit.ts'
import { aliasRows, excisionTs, headRow, leaseRows, logRows, outcomeRows, refusedRows, replicaRows } from './rows.ts'
import { notMade } from './sql-error.ts'
import type { Tables } from './tables.ts'

/** One remote log in the tables. */
export class SqlRemoteStore implements RemoteStore {
  readonly #db: Kysely<Tables>
  readonly #name: string
  readonly #news: News
  readonly #isEnded: () => boolean
  #closed = false

  /** `isEnded`: whether the storage was closed. */
  static async open(db: Kysely<Tables>, name: string, news: News, isEnded: () => boolean): Promise<SqlRemoteStore> {
    await patiently('opening a database', () => ensureHead(db, name))
    return new SqlRemoteStore(db, name, news, isEnded)
  }

  private constructor(db: Kysely<Tables>, name: string, news: News, isEnded: () => boolean) {
    this.#db = db
    this.#name = name
    this.#news = news
    this.#isEnded = isEnded
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

  replicas(ids: readonly string[]): Promise<ReadonlyMap<string, ReplicaRow>> {
    return this.#ask('reading replicas', () => replicaRows(this.#db, this.#name, ids))
  }

  leases(replicas: readonly string[]): Promise<readonly LeaseRow[]> {
    return this.#ask('reading leases', () => leaseRows(this.#db, this.#name, replicas))
  }

  aliases(replicas: readonly string[], ids?: readonly number[]): Promise<readonly AliasRow[]> {
    return this.#ask('reading aliases', () => aliasRows(this.#db, this.#name, replicas, ids))
  }

  refusals(limit: number): Promise<readonly OutcomeRow[]> {
    return this.#ask('reading refusals', () => refusedRows(this.#db, this.#name, limit))
  }

  excisions(after: number): Promise<readonly number[]> {
    return this.#ask('reading excisions', () => excisionTs(this.#db, this.#name, after))
  }

  async commit(change: RemoteCommit): Promise<'committed' | 'lost'> {
    checkRemoteCommit(change)
    const outcome = await this.#ask('writing', () => commitChange(this.#db, this.#name, change))
    const last = change.log?.at(-1)
    if (outcome === 'committed' && last) this.#news.made(this, change.expect.t, last.t)
    return outcome
  }

  watch(listener: () => void): () => void {
    this.#checkOpen()
    return this.#news.watch(this, listener)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#news.leave(this)
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
    if (!(await headRow(db, name))) throw notMade(e, name)
  }
}
