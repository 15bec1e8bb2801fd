import type { ExportOptions } from '../api/backup.ts'
import type {
  Connection,
  ExciseOptions,
  ExciseReport,
  LogRange,
  Migration,
  MigrationReport,
  Stats,
  TransactOptions,
  UndoOptions,
  UndoTarget,
  WaitOptions,
} from '../api/connection.ts'
import type { Db, EntityRef, PullPattern, Query, QueryOptions, TxForms, WithResult } from '../api/db.ts'
import type { ImportOptions, ImportProgress, ImportSource, ImportStep } from '../api/import.ts'
import type { LiveQuery } from '../api/live.ts'
import type { ChangeEvent, OpenRequest, WireDb, WireWith, WorkerCalls } from '../api/messages.ts'
import type { LogEntry, Settled, TxReport, UndoReport } from '../api/report.ts'
import { assert } from '../base/assert.ts'
import { streamOf } from '../base/byte-stream.ts'
import { COUNT, checkOptions } from '../base/check-options.ts'
import { AnnalsError, fromWireError, isAnnalsError } from '../base/errors.ts'
import { Failures } from '../base/failures.ts'
import { Listeners } from '../base/listeners.ts'
import { logPages } from '../base/log-pages.ts'
import { plainKeyIfAny } from '../base/plain-key.ts'
import { closedError, reachBasis } from '../base/reach-basis.ts'
import { runImport } from '../base/run-import.ts'
import { onAbort, waitUntil } from '../base/wait-until.ts'
import { browserStorage } from './browser-storage.ts'
import type { Args, Value } from './calls.ts'
import { exported } from './exported.ts'
import { KeptValue } from './kept-values.ts'
import { isKnown, makeKnown } from './known-databases.ts'
import { liveKey } from './live-key.ts'
import { LiveStores } from './live-stores.ts'
import { packElements } from './pack-elements.ts'
import { type DbOwner, PageDb, wireInputs } from './page-db.ts'
import { pageReport } from './page-report.ts'
import { type OwnArgs, PageSync } from './page-sync.ts'
import { settledEnd } from './settled-end.ts'
import { wireOptions } from './with-signal.ts'
import type { Tenant, WorkerHost } from './worker-host.ts'
import type { WorkerLink } from './worker-link.ts'

/** What a connection is opened with. */
export interface Opening {
  readonly request: OpenRequest
  readonly auth?: () => string | undefined | Promise<string | undefined>
}

/** The newest value, which nobody may ever ask for. */
interface Newest {
  readonly link: WorkerLink
  readonly wire: WireDb
  shown?: PageDb
}

let lastNumber = 0

/** The page's end of one open database. */
export class PageConnection implements Connection, Tenant, DbOwner {
  readonly name: string
  readonly health = new Failures()
  readonly sync = new PageSync((op, ...args) => this.#call(op, ...args))
  readonly #number = ++lastNumber
  readonly #lives = new LiveStores(this.#number, () => this.#link)
  readonly #changes = new Listeners<void>()
  readonly #closing = new AbortController()
  /** The living worker, once the database is open in it. */
  #link: WorkerLink | undefined
  #opening: Promise<WorkerLink> | undefined
  #newest: Newest | undefined

  /** `release`: one holder is done with this connection; answers whether it was the last. */
  constructor(
    private readonly host: WorkerHost,
    private readonly options: Opening,
    private readonly release: () => boolean,
  ) {
    this.name = options.request.name
    host.enter(this.#number, this)
  }

  async transact(txData: TxForms, options: TransactOptions = {}): Promise<TxReport> {
    const link = await this.open()
    const wire = await link.call('transact', this.#number, txData, options)
    const settled = (): Promise<Settled> => settledEnd(this.sync, wire.id, this.subscribe, this.#closing.signal)
    return pageReport(wire, (db) => this.#show(db, link), settled)
  }

  import(elements: ImportSource, options?: ImportOptions): Promise<ImportProgress> {
    return runImport(elements, (chunk) => this.#importStep(chunk), options)
  }

  async #importStep(elements: readonly unknown[]): Promise<ImportStep> {
    const { failed, ...done } = await this.#call('import', packElements(elements))
    return { ...done, ...(failed && { failed: { ...failed, error: fromWireError(failed.error) } }) }
  }

  readonly db = (): Db => {
    this.#checkOpen()
    assert(this.#newest !== undefined, 'a connection was handed out before its first value came')
    this.#newest.shown ??= this.#show(this.#newest.wire, this.#newest.link)
    return this.#newest.shown
  }

  live<T = unknown>(query: Query, inputs: readonly unknown[] = [], options?: QueryOptions): LiveQuery<T> {
    this.#checkOpen()
    const wire = wireOptions(options)
    return this.#lives.open(liveKey(query, inputs, options), (link) => ({
      kind: 'q',
      query,
      inputs: wireInputs(inputs, link),
      options: wire,
    })) as LiveQuery<T>
  }

  livePull<T = Record<string, unknown>>(pattern: PullPattern, entity: EntityRef): LiveQuery<T | undefined> {
    this.#checkOpen()
    const key = plainKeyIfAny(['pull', pattern, entity])
    return this.#lives.open(key, () => ({ kind: 'pull', pattern, entity })) as LiveQuery<T | undefined>
  }

  undo(target: UndoTarget, options: UndoOptions = {}): Promise<UndoReport> {
    return this.#call('undo', target, options)
  }

  planUndo(target: UndoTarget): Promise<UndoReport> {
    return this.#call('planUndo', target)
  }

  excise(target: EntityRef, options: ExciseOptions = {}): Promise<ExciseReport> {
    return this.#call('excise', target, options)
  }

  migrate(migrations: readonly Migration[]): Promise<readonly MigrationReport[]> {
    return this.#call('migrate', migrations)
  }

  log(range: LogRange = {}): AsyncIterable<LogEntry> {
    this.#checkOpen()
    return logPages(
      { t: () => this.#newestT, read: (page) => this.#call('log', page), beyond: (t) => this.#beyond(t) },
      range,
    )
  }

  export(options: ExportOptions = {}): ReadableStream<Uint8Array> {
    this.#checkOpen()
    checkOptions('export', options, { since: COUNT })
    return streamOf(exported(() => this.open(), this.#number, options))
  }

  syncTo(t: number, options?: WaitOptions): Promise<Db> {
    const { name, db, subscribe } = this
    return reachBasis({ name, db, subscribe, closing: this.#closing.signal }, t, options)
  }

  readonly subscribe = (listener: () => void): (() => void) => this.#changes.add(listener)

  async stats(): Promise<Stats> {
    const [stats, storage] = await Promise.all([this.#call('stats'), browserStorage()])
    return { ...stats, name: this.name, ...(storage && { storage }) }
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted || !this.release()) return
    this.#closing.abort()
    this.#lives.close()
    // awaited either way: what was asked before goes before
    const link = await (this.#link ?? this.#opening?.catch(() => undefined))
    try {
      await link?.call('close', this.#number)
    } catch (error) {
      if (!isAnnalsError(error, 'client/worker-died')) throw error // with the worker everything is closed
    } finally {
      this.host.leave(this.#number)
    }
  }

  /** The living worker with the database open in it. Rejects with `client/worker-failed`, `connection/closed`, or why it cannot be opened. */
  open(): WorkerLink | Promise<WorkerLink> {
    if (this.#closing.signal.aborted) return Promise.reject(closedError(this.name))
    return this.#link ?? this.settle()
  }

  async settle(): Promise<WorkerLink> {
    if (this.#link !== undefined) return this.#link
    this.#opening ??= this.#openIn().finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  lost(): void {
    this.#link = undefined
    this.sync.lost()
  }

  failed(error: AnnalsError): void {
    this.health.add([error])
    this.health.tell()
  }

  async auth(): Promise<string | undefined> {
    return this.options.auth?.()
  }

  /** Puts everything of the event in place, then tells the listeners: all that they read is of one moment. */
  changed(event: ChangeEvent, link: WorkerLink): void {
    const moved: { tell(): void }[] = []
    if (event.db !== undefined) this.#move({ link, wire: event.db })
    for (const update of event.live ?? []) moved.push(...this.#lives.put(update))
    if (event.sync !== undefined) {
      const { error, ...status } = event.sync
      this.sync.put(Object.freeze({ ...status, ...(error && { error: fromWireError(error) }) }))
      moved.push(this.sync)
    }
    if (event.failures !== undefined) {
      this.health.add(event.failures.map(fromWireError))
      moved.push(this.health)
    }
    for (const store of moved) store.tell()
    if (event.db !== undefined) this.#changes.call()
  }

  adopt(link: WorkerLink, { dbAfter, txData, tempids }: WireWith): Omit<WithResult, 'dbBefore'> {
    return { dbAfter: this.#show(dbAfter, link), txData, tempids }
  }

  async #openIn(): Promise<WorkerLink> {
    const link = await this.host.link()
    const { request } = this.options
    const wasKnown = isKnown(request)
    const { created } = await link.call('open', this.#number, request)
    this.#link = link
    // Known since then: another tab was as quick to open what this one made. No more known: another tab has removed it.
    if (created && wasKnown && isKnown(request)) this.failed(databaseLost(this.name))
    makeKnown(request)
    this.sync.restore()
    this.#lives.ask()
    return link
  }

  async #call<K extends keyof WorkerCalls>(op: K, ...args: OwnArgs<K>): Promise<Value<WorkerCalls, K>> {
    const link = await this.open()
    return link.call(op, ...([this.#number, ...args] as unknown as Args<WorkerCalls, K>))
  }

  #move(next: Newest): void {
    const last = this.#newest
    this.#newest = next
    if (last !== undefined && last.shown === undefined) last.link.releases.release(last.wire.token)
  }

  #show(wire: WireDb, link: WorkerLink): PageDb {
    return new PageDb(this, new KeptValue(link, this.#number, wire))
  }

  /** Resolves when the newest value lies beyond `t`. */
  #beyond(t: number): Promise<true> {
    const closed = onAbort(this.#closing.signal, () => closedError(this.name))
    return waitUntil(() => this.#newestT > t || undefined, this.subscribe, [closed])
  }

  get #newestT(): number {
    return this.#newest?.wire.basisT ?? 0
  }

  #checkOpen(): void {
    if (this.#closing.signal.aborted) throw closedError(this.name)
  }
}

const databaseLost = (name: string): AnnalsError =>
  new AnnalsError(
    'storage/lost',
    `The database ${name} was here before, and gone when it was opened: the browser removed it, or its files broke. ` +
      'An empty one was made. What was synced comes back from the remote, the rest from a backup alone.',
    { name },
  )
