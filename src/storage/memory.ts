import { assert } from '../base/assert.ts'
import { closedError, type EndReason } from './closed.ts'
import { checkIndexCommit, indexHeadAfter } from './index-commit.ts'
import { changesAnything, checkLocalCommit, headsAfter, meets, rewrittenRow } from './local-commit.ts'
import { ownLogRow, ownMeta, ownQueueRow, ownRejectedRow, ownRoot, ownSegments } from './own-rows.ts'
import type {
  IndexCommit,
  IndexHead,
  IndexRoot,
  LocalCommit,
  LocalHeads,
  LocalState,
  LocalStorage,
  LocalStore,
  LogRow,
  QueueRow,
  RejectedRow,
} from './port.ts'
import { Watchers } from './watchers.ts'

/** Databases that live as long as the returned object. Two opens of one name see each other's commits, as two tabs would. */
export function memory(): LocalStorage {
  const databases = new Map<string, Database>()
  return {
    async open(name) {
      const database = databases.get(name) ?? new Database()
      databases.set(name, database)
      return new MemoryStore(name, database)
    },
    async destroy(name) {
      const database = databases.get(name)
      if (database) database.destroyed = true
      databases.delete(name)
    },
  }
}

class Database {
  destroyed = false
  heads: LocalHeads = { confirmed: { t: 0, hash: '' }, queue: { seq: 0, txid: '' }, claim: 0 }
  /** The row of `t` at `t - 1`. */
  readonly log: LogRow[] = []
  /** Dense by seq up to the queue head. */
  queue: QueueRow[] = []
  readonly rejected = new Map<string, RejectedRow>()
  readonly meta = new Map<string, unknown>()
  indexHead: IndexHead = { epoch: 0, nextId: 1 }
  root: IndexRoot | undefined
  readonly segments = new Map<number, Uint8Array>()
  readonly watchers = new Watchers()
}

class MemoryStore implements LocalStore {
  readonly #name: string
  readonly #database: Database
  #closed = false

  constructor(name: string, database: Database) {
    this.#name = name
    this.#database = database
  }

  async read(rootBeyond = -1, queueBeyond = 0): Promise<LocalState> {
    const { heads, queue, rejected, meta, root } = this.#live()
    return {
      heads,
      queue: queue.filter(({ seq }) => seq > queueBeyond).map(ownQueueRow),
      done: heads.queue.seq - queue.length,
      rejected: [...rejected.values()].map(ownRejectedRow),
      meta: ownMeta(meta),
      root: root && root.t > rootBeyond ? ownRoot(root) : undefined,
    }
  }

  async readLog(from: number, limit = Number.POSITIVE_INFINITY): Promise<readonly LogRow[]> {
    const start = Math.max(from, 1) - 1
    return this.#live()
      .log.slice(start, start + Math.max(limit, 0))
      .map(ownLogRow)
  }

  async commit(change: LocalCommit): Promise<'committed' | 'lost'> {
    const database = this.#live()
    checkLocalCommit(change)
    if (!meets(database.heads, change.expect)) return 'lost'
    // Whatever may be refused is refused above `apply`.
    const heads = headsAfter(database.heads, change)
    const meta = ownMeta(change.meta ?? new Map())
    const rewrite = (change.rewrite ?? []).map((row) => rewrittenRow(database.log[row.t - 1], ownLogRow(row)))
    apply(database, change, requeued(database.queue, change.requeue ?? []))
    for (const row of rewrite) database.log[row.t - 1] = row
    database.heads = heads
    for (const [name, value] of meta) {
      if (value === undefined) database.meta.delete(name)
      else database.meta.set(name, value)
    }
    if (changesAnything(change)) database.watchers.tellOthers(this)
    return 'committed'
  }

  async readRoot(): Promise<IndexRoot | undefined> {
    const { root } = this.#live()
    return root && ownRoot(root)
  }

  async readSegments(ids: readonly number[]): Promise<readonly (Uint8Array | undefined)[]> {
    const { segments } = this.#live()
    return ids.map((id) => {
      const bytes = segments.get(id)
      return bytes && new Uint8Array(bytes)
    })
  }

  async beginIndexing(): Promise<{ readonly head: IndexHead; readonly root: IndexRoot | undefined }> {
    const database = this.#live()
    const { epoch, nextId } = database.indexHead
    database.indexHead = { epoch: epoch + 1, nextId }
    return { head: database.indexHead, root: await this.readRoot() }
  }

  async commitIndex(epoch: number, change: IndexCommit): Promise<'committed' | 'lost'> {
    const database = this.#live()
    const { indexHead: head, root, heads, segments } = database
    if (epoch !== head.epoch) return 'lost'
    checkIndexCommit(change, { head, rootT: root?.t ?? 0, confirmedT: heads.confirmed.t })
    database.indexHead = indexHeadAfter(head, change)
    for (const [id, bytes] of ownSegments(change.write ?? new Map())) segments.set(id, bytes)
    for (const id of change.remove ?? []) segments.delete(id)
    if (change.root) {
      database.root = ownRoot(change.root)
      database.watchers.tellOthers(this)
    }
    return 'committed'
  }

  async segmentIds(): Promise<readonly number[]> {
    return [...this.#live().segments.keys()].sort((a, b) => a - b)
  }

  watch(listener: () => void): () => void {
    return this.#live().watchers.add(this, listener)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#database.watchers.leave(this)
  }

  #live(): Database {
    const reason: EndReason | undefined = this.#closed ? 'closed' : this.#database.destroyed ? 'destroyed' : undefined
    if (reason) throw closedError(this.#name, reason)
    return this.#database
  }
}

/** The queue with those of `rows` that are still in it in their places. */
function requeued(queue: QueueRow[], rows: readonly QueueRow[]): QueueRow[] {
  if (rows.length === 0) return queue
  const next = [...queue]
  const first = queue[0]?.seq ?? 0
  for (const row of rows) {
    const old = next[row.seq - first]
    if (old === undefined) continue
    assert(old.txid === row.txid, () => `seq ${row.seq} is ${old.txid}, requeued as ${row.txid}`)
    next[row.seq - first] = ownQueueRow(row)
  }
  return next
}

function apply(database: Database, change: LocalCommit, queue: QueueRow[]): void {
  const { log = [], enqueue = [], dequeueTo = 0, reject = [], unreject = [] } = change
  for (const row of log) database.log.push(ownLogRow(row))
  for (const row of enqueue) queue.push(ownQueueRow(row))
  database.queue = dequeueTo === 0 ? queue : queue.filter(({ seq }) => seq > dequeueTo)
  for (const txid of unreject) database.rejected.delete(txid)
  for (const row of reject) database.rejected.set(row.txid, ownRejectedRow(row))
}
