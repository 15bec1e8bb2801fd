import { AnnalsError } from '../base/errors.ts'
import { Listeners } from '../base/listeners.ts'
import type { IndexRoot, LocalStore, LogRow } from '../storage/port.ts'
import type { DatomsOf } from '../transact/transaction.ts'
import { Indexer, type IndexingOptions } from './indexer.ts'
import type { Change } from './ledger.ts'
import { LedgerFailures } from './ledger-failures.ts'
import { Mutex } from './mutex.ts'
import { LogOrigin } from './origin.ts'
import { readingAnew } from './reading-anew.ts'
import type { Runtime } from './runtime.ts'
import type { Confirmed, Segments } from './segments.ts'

/**
 * What the ledgers over a store have in common, whatever they append: they move one step at a time, look at what others have
 * written there, and take their values from new segments when there are some.
 */
export abstract class StoreLedger {
  protected readonly changes = new Listeners<Change>()
  protected readonly failures = new LedgerFailures()
  protected readonly steps = new Mutex()
  protected readonly indexer: Indexer
  protected readonly unwatch: () => void
  /** Whether a look at the store is still to come: more hints say nothing more. */
  #refreshing = false
  protected closed = false

  protected readonly datomsOf: DatomsOf = (tx) => this.saidBy(tx)
  origin = new LogOrigin(this.datomsOf)

  protected constructor(
    protected readonly store: LocalStore,
    protected readonly runtime: Runtime,
    protected readonly segments: Segments,
    options: IndexingOptions,
  ) {
    const host = {
      confirmed: () => this.confirmed,
      adopt: (root: IndexRoot | undefined) => this.#adoptRoot(root),
      fail: (e: unknown) => this.fail(e),
    }
    this.indexer = new Indexer(store, segments, host, options)
    this.unwatch = store.watch(() => {
      if (this.#refreshing) return
      this.#refreshing = true
      this.wake()
    })
  }

  onChange = (listener: (change: Change) => void): (() => void) => this.changes.add(listener)
  onFailure = this.failures.on
  readLog = (from: number, limit: number): Promise<readonly LogRow[]> => this.store.readLog(from, limit)
  stats = () => this.segments.stats(this.confirmed.db)

  /** Tells of a failure that nobody awaits. */
  fail(e: unknown): void {
    if (!this.closed) this.failures.tell(e)
  }

  /** The newest confirmed value. */
  protected abstract get confirmed(): Confirmed
  /** Goes on to what the store holds. */
  protected abstract catchUp(): Promise<void>
  /** Takes the newest value from the store alone: segments that the one before names are damaged, or were removed. */
  protected abstract readAnew(): Promise<void>
  /** Takes the confirmed value from `root`: what it says stays the same. */
  protected abstract stand(root: IndexRoot | undefined): Promise<void>
  /** The datoms of a transaction of this log; undefined when there is none such. */
  protected abstract saidBy(tx: number): ReturnType<DatomsOf>

  /** Begins to index, as soon as all of the store is here. */
  protected start(): void {
    this.failures.damage = this.segments.broken
    this.runtime.confirmed = () => this.indexer.moved.then(() => this.confirmed.db)
    this.indexer.start()
  }

  /** What `attempt` comes to, as a step of its own; again where it met segments that were removed. Throws `connection/closed`. */
  protected step<T>(attempt: () => Promise<T>): Promise<T> {
    return this.steps.run(() => {
      this.checkOpen()
      return readingAnew(attempt, () => this.readAnew())
    })
  }

  wake(): void {
    this.refresh().catch((e: unknown) => this.fail(e))
  }

  /** Reads what others have written. */
  protected refresh(): Promise<void> {
    return this.steps.run(async () => {
      this.#refreshing = false
      if (!this.closed) await this.catchUp()
    })
  }

  /** Values taken before answer no more, and segments made before are of no use: facts were taken out, `excisions` times in all. */
  protected forget(excisions: number): void {
    this.segments.excised(excisions)
    this.origin.gone = true
    this.origin = new LogOrigin(this.datomsOf)
  }

  /** Throws `connection/closed`. */
  protected checkOpen(): void {
    if (this.closed) throw closedError()
  }

  #adoptRoot(root: IndexRoot | undefined): Promise<void> {
    return this.steps.run(async () => {
      if (this.closed) return
      if (root !== undefined && root.t > this.confirmed.head.t) await this.catchUp()
      await this.stand(root)
    })
  }
}

export const closedError = (): AnnalsError => new AnnalsError('connection/closed', 'this connection is closed')
