import type { Kysely } from 'kysely'
import { closedError } from '../closed.ts'
import { checkDense } from '../dense.ts'
import { changesAnything, checkLocalCommit, meets } from '../local-commit.ts'
import { ownLogRow, ownQueueRow, ownRejectedRow, ownRoot, ownSegments } from '../own-rows.ts'
import type { IndexCommit, IndexHead, IndexRoot, LocalCommit, LocalState, LocalStore, LogRow } from '../port.ts'
import { randomEpoch } from '../random-epoch.ts'
import { commitLocal, type OwnChange } from './local-commit.ts'
import { beginIndexing, commitIndex, indexRoot, segmentBodies, storedSegments } from './local-index.ts'
import {
  firstSeq,
  type Life,
  type Local,
  localLogRows,
  localRow,
  metaBytes,
  metaValues,
  queueRows,
  rejectedRows,
} from './local-rows.ts'
import type { News } from './news.ts'
import { patiently } from './patiently.ts'
import { notMade } from './sql-error.ts'
import type { Tables } from './tables.ts'

/** One local database in the tables: from its making to its end, its life. */
export class SqlLocalStore implements LocalStore {
  readonly #db: Kysely<Tables>
  readonly #name: string
  readonly #life: string
  readonly #news: News
  readonly #isEnded: () => boolean
  /** Settles when the writes that were asked for are done. */
  #written: Promise<unknown> = Promise.resolve()
  #closed = false

  /** `isEnded`: whether the storage was closed. */
  static async open(
    db: Kysely<Tables>,
    name: string,
    newsOf: (life: string) => News,
    isEnded: () => boolean,
  ): Promise<SqlLocalStore> {
    const { life, version } = await patiently('opening a database', () => ensureRow(db, name))
    const news = newsOf(life)
    news.knows(version)
    return new SqlLocalStore(db, name, life, news, isEnded)
  }

  private constructor(db: Kysely<Tables>, name: string, life: string, news: News, isEnded: () => boolean) {
    this.#db = db
    this.#name = name
    this.#life = life
    this.#news = news
    this.#isEnded = isEnded
  }

  read(rootBeyond = -1, queueBeyond = 0): Promise<LocalState> {
    return this.#ask('reading', async () => {
      for (;;) {
        const { heads, version } = await this.#row()
        const [queue, firstQueued, rejected, meta, root] = await Promise.all([
          queueRows(this.#db, this.#life, queueBeyond),
          firstSeq(this.#db, this.#life),
          rejectedRows(this.#db, this.#life),
          metaValues(this.#db, this.#life),
          indexRoot(this.#db, this.#life, rootBeyond),
        ])
        if ((await this.#row()).version !== version) continue
        const done = (firstQueued ?? heads.queue.seq + 1) - 1
        const seqs = queue.map(({ seq }) => seq)
        checkDense(this.#name, 'queue', seqs, Math.max(done, queueBeyond) + 1, heads.queue.seq)
        return { heads, queue, done, rejected, meta, root }
      }
    })
  }

  readLog(from: number, limit = Number.POSITIVE_INFINITY): Promise<readonly LogRow[]> {
    return this.#ask('reading the log', async () => {
      const { t } = (await this.#row()).heads.confirmed
      const first = Math.max(from, 1)
      const last = Math.min(first + limit - 1, t)
      const rows = last < first ? [] : await localLogRows(this.#db, this.#life, first, last)
      const ts = rows.map((row) => row.t)
      checkDense(this.#name, 'log', ts, first, last)
      return rows
    })
  }

  async commit(change: LocalCommit): Promise<'committed' | 'lost'> {
    checkLocalCommit(change)
    const own = ownChange(change)
    if (!changesAnything(change)) {
      const { heads } = await this.#ask('comparing', () => this.#row())
      return meets(heads, change.expect) ? 'committed' : 'lost'
    }
    const outcome = await this.#write('writing', () => commitLocal(this.#db, this.#one, own))
    if (outcome === 'gone') throw closedError(this.#name, 'destroyed')
    if (outcome === 'lost') return 'lost'
    this.#news.made(this, outcome - 1, outcome)
    return 'committed'
  }

  readRoot(): Promise<IndexRoot | undefined> {
    return this.#ask('reading the root', async () => {
      await this.#row()
      return indexRoot(this.#db, this.#life)
    })
  }

  readSegments(ids: readonly number[]): Promise<readonly (Uint8Array | undefined)[]> {
    return this.#ask('reading segments', async () => {
      await this.#row()
      const found = await segmentBodies(this.#db, this.#life, [...new Set(ids)])
      // each its own bytes, also where one is asked for twice
      return ids.map((id) => found.get(id)?.slice())
    })
  }

  async beginIndexing(): Promise<{ readonly head: IndexHead; readonly root: IndexRoot | undefined }> {
    const head = await this.#write('beginning to index', () => beginIndexing(this.#db, this.#one))
    if (head === 'gone') throw closedError(this.#name, 'destroyed')
    return { head, root: await this.readRoot() }
  }

  async commitIndex(epoch: number, change: IndexCommit): Promise<'committed' | 'lost'> {
    const { write, root, ...rest } = change
    const own = { ...rest, ...(write && { write: ownSegments(write) }), ...(root && { root: ownRoot(root) }) }
    const outcome = await this.#write('indexing', () => commitIndex(this.#db, this.#one, epoch, own))
    if (outcome === 'gone') throw closedError(this.#name, 'destroyed')
    if (outcome === 'lost') return 'lost'
    if (root) this.#news.made(this, outcome - 1, outcome)
    return 'committed'
  }

  segmentIds(): Promise<readonly number[]> {
    return this.#ask('reading segments', async () => {
      await this.#row()
      return storedSegments(this.#db, this.#life)
    })
  }

  watch(listener: () => void): () => void {
    this.#checkOpen()
    return this.#news.watch(this, listener)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#news.leave(this)
  }

  get #one(): Life {
    return { db: this.#name, life: this.#life }
  }

  async #row(): Promise<Local> {
    const row = await localRow(this.#db, this.#name)
    if (row?.life !== this.#life) throw closedError(this.#name, 'destroyed')
    return row
  }

  async #ask<T>(doing: string, work: () => Promise<T>): Promise<T> {
    this.#checkOpen()
    return patiently(doing, work)
  }

  /** One after another, in the order of asking: they would only meet at the row's lock, in any order. */
  async #write<T>(doing: string, work: () => Promise<T>): Promise<T> {
    this.#checkOpen()
    const write = () => patiently(doing, work)
    const done = this.#written.then(write, write)
    this.#written = done.catch(() => undefined)
    return done
  }

  #checkOpen(): void {
    if (this.#closed || this.#isEnded()) throw closedError(this.#name, 'closed')
  }
}

/** Removes the database `name`, if it is there, in one step. */
/** Returns the life that ended; undefined for none. */
export async function destroyLocal(db: Kysely<Tables>, name: string): Promise<string | undefined> {
  return db.transaction().execute(async (tx) => {
    const row = await localRow(tx, name)
    if (row === undefined) return undefined
    const { life } = row
    await tx.deleteFrom('annals_local').where('db', '=', name).where('life', '=', life).execute()
    await tx.deleteFrom('annals_local_log').where('life', '=', life).execute()
    await tx.deleteFrom('annals_local_queue').where('life', '=', life).execute()
    await tx.deleteFrom('annals_local_rejected').where('life', '=', life).execute()
    await tx.deleteFrom('annals_local_meta').where('life', '=', life).execute()
    await tx.deleteFrom('annals_local_root').where('life', '=', life).execute()
    await tx.deleteFrom('annals_local_segment').where('life', '=', life).execute()
    return life
  })
}

async function ensureRow(db: Kysely<Tables>, name: string): Promise<Local> {
  const there = await localRow(db, name)
  if (there) return there
  const heads = { version: 0, t: 0, hash: '', seq: 0, txid: '', claim: 0, index_epoch: 0, next_segment: 1 }
  const row = { db: name, life: randomEpoch(), ...heads }
  try {
    await db.transaction().execute((tx) => tx.insertInto('annals_local').values(row).execute())
  } catch (e) {
    // Another process may have been faster.
    const made = await localRow(db, name)
    if (made === undefined) throw notMade(e, name)
    return made
  }
  return ensureRow(db, name)
}

/** The caller may change its bytes as soon as `commit` was called. */
function ownChange({ log, rewrite, enqueue, requeue, reject, meta, ...rest }: LocalCommit): OwnChange {
  const values = [...(meta ?? [])].map(
    ([name, value]) => [name, value === undefined ? undefined : metaBytes(name, value)] as const,
  )
  return {
    ...rest,
    ...(log && { log: log.map(ownLogRow) }),
    ...(rewrite && { rewrite: rewrite.map(ownLogRow) }),
    ...(enqueue && { enqueue: enqueue.map(ownQueueRow) }),
    ...(requeue && { requeue: requeue.map(ownQueueRow) }),
    ...(reject && { reject: reject.map(ownRejectedRow) }),
    meta: new Map(values),
  }
}
