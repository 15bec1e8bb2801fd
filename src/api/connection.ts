import type { AnnalsError } from '../base/errors.ts'
import type { ExportOptions } from './backup.ts'
import type { Db, EntityRef, PullPattern, Query, TimePoint, TxForms } from './db.ts'
import type { Functions } from './functions.ts'
import type { ImportOptions, ImportProgress, ImportSource } from './import.ts'
import type { LiveQuery, Store } from './live.ts'
import type { LogEntry, TxReport, UndoReport } from './report.ts'
import type { SchemaDef } from './schema.ts'
import type { Sync } from './sync.ts'
import type {
  Answer,
  App,
  Arguments,
  Checked,
  CheckedElements,
  CheckedForms,
  CheckedMigrations,
  CheckedPattern,
  EntityOf,
  Inferred,
  PullAnswer,
  Typed,
  Unread,
} from './typed/answer.ts'

export interface TransactOptions {
  /** Refuses with `tx/basis-moved` unless this is still the newest confirmed `t`. */
  readonly ifBasis?: number
}

/** What to undo: a transaction, several, or a migration by its id. */
export type UndoTarget = TimePoint | readonly TimePoint[] | { readonly migration: string }

export interface UndoOptions {
  /** Refuses with `tx/undo-conflict`, unless all of it can be reverted. */
  readonly strict?: boolean
  /**
   * What else the undoing transaction says, such as who made it and why: `[{ 'db/id': 'datomic.tx', 'db/doc': 'a slip' }]`. Not
   * said where nothing is left to revert, since no transaction is made then.
   */
  readonly txData?: TxForms
}

/** Which facts of an entity, or values of an attribute, are to be removed. */
export interface ExciseOptions {
  /** Facts asserted at this point or later stay; default: all go, whenever they were asserted. */
  readonly before?: TimePoint
  /** Of an entity, these attributes alone. */
  readonly attrs?: readonly string[]
  /** What else the transaction says that records the removal, such as who ordered it. */
  readonly txData?: TxForms
}
export interface ExciseReport {
  /** The transaction that says that something was removed, but not what. */
  readonly id: string
  readonly t: number
  /** How many facts are gone. */
  readonly removed: number
}

/** How long to wait. */
export interface WaitOptions {
  /** Aborting rejects with `db/aborted`. */
  readonly signal?: AbortSignal
  /** Milliseconds, then `db/timeout`; default for ever. */
  readonly timeout?: number
}

/** A part of the log. What is known by a Date means the transactions of that moment too. */
export interface LogRange {
  /** The first transaction; default that of `t` 1. */
  readonly from?: TimePoint
  /** The last one; default the newest. */
  readonly to?: TimePoint
  /** Newest first. Not with `live`. */
  readonly reverse?: boolean
  /** So many at most. */
  readonly limit?: number
  /** When all are told, goes on with those that come, without a gap, until the reader stops; up to `to`, where that is a `t`. */
  readonly live?: boolean
}

/** A change that a database is to have once: transaction data, or the name of a registered function that makes them. */
export interface Migration {
  readonly id: string
  readonly up: TxForms
}
export interface MigrationReport {
  readonly id: string
  /** `known`: the database had it already. */
  readonly status: 'applied' | 'known'
  /** The transaction's uuid, where it was applied now. */
  readonly txid?: string
}

/**
 * A database by name: the one thing that changes. The same in a page, in Node and in tests. What is known of its schema and
 * functions types all that is asked of it and transacted; see {@link Db}.
 */
export interface Connection<S extends SchemaDef = SchemaDef, F extends Functions = Functions> extends Typed<S, F> {
  readonly name: string
  /** Resolves when the transaction is durable; rejects with its coded reason when it is not made. */
  transact<const T extends TxForms & CheckedForms<A, T> = TxForms, A extends App = App<S, F>>(
    txData: T,
    options?: TransactOptions,
  ): Promise<TxReport<S, F>>
  /**
   * Imports elements of any number, read as they are needed: each an entity's map, or transaction data. In order, and as though
   * each were a transaction of its own, with tempids of its own; but maps without tempids share transactions, a thousand or so
   * each, in which lookup refs find what was there before. What is refused stops it: the error is the element's own, with
   * `data.element` (its place, from 0) and `data.imported` (how far it came); what was imported by then stays.
   * `import/source-failed`, `import/aborted`.
   */
  import<T, A extends App = App<S, F>>(
    elements: ImportSource<T> & CheckedElements<A, T>,
    options?: ImportOptions,
  ): Promise<ImportProgress>
  /** The newest value seen here; includes what this connection has transacted. */
  db(): Db<S, F>
  live<Row = Inferred, const Q extends Query & Checked<A, Q> = Query | Unread, A extends App = App<S, F>>(
    query: Q,
    ...inputsAndOptions: NoInfer<Arguments<A, Q>>
  ): LiveQuery<Answer<Row, A, Q>>
  livePull<
    Entity = Inferred,
    const P extends PullPattern & CheckedPattern<A, P> = PullPattern | (readonly unknown[] & Unread),
    A extends App = App<S, F>,
  >(pattern: P, entity: NoInfer<EntityOf<A>>): LiveQuery<PullAnswer<Entity, A, P> | undefined>
  /**
   * Reverts what still stands of a transaction (by id, `t` or transaction entity), of several (newest first, as one), or of a
   * migration; leaves alone and reports what was changed since. Where nothing is left to revert, no transaction is made.
   */
  undo(target: UndoTarget, options?: UndoOptions): Promise<UndoReport>
  /** What `undo` would do; changes nothing. */
  planUndo(target: UndoTarget): Promise<UndoReport>
  /**
   * Removal by law: takes the facts of an entity, or the values of an attribute, out of log, indexes and past for good; a fact
   * goes with its retraction, and nothing can undo it. Values taken before are `db/gone` from then on. Facts that others have
   * about the entity stay, and so do its components: excise them too. Refuses schema, built-ins and transactions with
   * `tx/not-excisable`. Of a replica the remote carries it out, for administrators (`sync/unauthorized`), and every replica after it:
   * it resolves when the facts are gone there and here. What is pending is no part of the log: withdraw it.
   */
  excise(target: EntityRef, options?: ExciseOptions): Promise<ExciseReport>
  /** Runs the migrations that this database has not had, in order, one transaction each, named by `tx/migration`. */
  migrate<
    const M extends readonly Migration[] & CheckedMigrations<A, M> = readonly Migration[],
    A extends App = App<S, F>,
  >(migrations: M): Promise<readonly MigrationReport[]>
  /** Confirmed transactions, in order. `db/unknown-point`, `log/unknown-transaction`, `db/bad-option`. */
  log(range?: LogRange): AsyncIterable<LogEntry>
  /**
   * A value whose basis is at least `t`, as soon as there is one: what somebody else saw is in it. Datomic's `sync`.
   * `db/timeout`, `db/aborted`, `connection/closed`.
   */
  syncTo(t: number, options?: WaitOptions): Promise<Db<S, F>>
  /**
   * The log as lines of JSON, which `restore` and the command `annals restore` read: the whole of it, or what came after `since`.
   * Holds what is confirmed when it is called; what is pending or refused stays here. `db/bad-option`; its stream fails with
   * `log/unknown-transaction` where the log does not reach `since`. A file: `new Response(conn.export()).blob()`.
   */
  export(options?: ExportOptions): ReadableStream<Uint8Array>
  readonly sync: Sync<S, F>
  /** Calls `listener` after each change of `db()`. */
  subscribe(listener: () => void): () => void
  /** Failures that nobody awaited: storage, sync. Newest last; empty when all is well. */
  readonly health: Store<readonly AnnalsError[]>
  stats(): Promise<Stats>
  close(): Promise<void>
}

export interface Stats {
  readonly name: string
  readonly basisT: number
  readonly datoms: number
  readonly pastDatoms: number
  readonly attributes: number
  readonly pending: number
  readonly rejected: number
  /** Transactions in the local copy of the log. */
  readonly logLength: number
  readonly index: IndexStats
  readonly cache: CacheStats
  /** What the browser says of the storage of this page's whole origin; absent where it says nothing, and outside of browsers. */
  readonly storage?: BrowserStorage
}

/** The segments in which confirmed facts lie. */
export interface IndexStats {
  /** The `t` that they reach; 0 while there are none. */
  readonly t: number
  readonly segments: number
  /** Facts that are held in memory because no segment has them right yet. */
  readonly novelty: number
  /** Bytes of all segments, judged by those that were read since the database was opened; absent while none was. */
  readonly bytes?: number
  /** The same for each datom, present or past, in all its indexes. */
  readonly bytesPerDatom?: number
}

/** Segments in memory, shared by all values of the open database. Counts are since it was opened. */
export interface CacheStats {
  /** Bytes in use, roughly, and those that may be: `cacheBytes` of `connect`. */
  readonly bytes: number
  readonly budget: number
  /** Segments that were wanted and there, and those that had to be read, with their bytes. */
  readonly hits: number
  readonly misses: number
  readonly readBytes: number
}

export interface BrowserStorage {
  /** Bytes, roughly: everything that the origin keeps, other databases and caches too. */
  readonly usedBytes: number
  /** Bytes that the origin might have. A promise of nothing: Chromium says 10 GiB more than is used. */
  readonly quotaBytes: number
  /** Whether the browser has promised not to remove it by itself. */
  readonly persisted: boolean
}
