import type { AnnalsError } from '../base/errors.ts'
import type { Db, PullPattern, Query, TimePoint, TxForms } from './db.ts'
import type { Functions } from './functions.ts'
import type { LiveQuery, Store } from './live.ts'
import type { LogEntry, TxReport, UndoReport } from './report.ts'
import type { SchemaDef } from './schema.ts'
import type { Sync } from './sync.ts'
import type {
  Answer,
  App,
  Arguments,
  Checked,
  CheckedForms,
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
   * migration; leaves alone and reports what was changed since. `strict` refuses instead, with `tx/undo-conflict`.
   */
  undo(target: UndoTarget, options?: { readonly strict?: boolean }): Promise<UndoReport>
  /** What `undo` would do; changes nothing. */
  planUndo(target: UndoTarget): Promise<UndoReport>
  /** Runs the migrations that this database has not had, in order, one transaction each, named by `tx/migration`. */
  migrate(migrations: readonly Migration[]): Promise<readonly MigrationReport[]>
  /** Confirmed transactions from `from` (a `t`, default 1) up to and including `to`; with `live`, then follows for ever. */
  log(range?: { readonly from?: number; readonly to?: number; readonly live?: boolean }): AsyncIterable<LogEntry>
  readonly sync: Sync
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
}
