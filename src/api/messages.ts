import type { WireError } from '../base/errors.ts'
import type { ExportOptions, RestoreReport } from './backup.ts'
import type {
  ExciseOptions,
  ExciseReport,
  LogRange,
  Migration,
  MigrationReport,
  Stats,
  TransactOptions,
  UndoOptions,
  UndoTarget,
} from './connection.ts'
import type {
  EntityRef,
  IndexName,
  IndexPull,
  PageOptions,
  PullPattern,
  Query,
  ShownDatom,
  TimePoint,
  TxForms,
} from './db.ts'
import type { Durability } from './durability.ts'
import type { Explanation } from './explanation.ts'
import type { ImportProgress } from './import.ts'
import type { LogEntry, Settled, UndoReport } from './report.ts'
import type { SchemaDef } from './schema.ts'
import type { PendingTx, RejectedTx, SyncStatus } from './sync.ts'

/**
 * What crosses between a page and its worker: plain data for structured clone. Both sides answer calls, over one channel, so
 * that whatever one side sends arrives in the order of sending.
 */

/** Raised when the messages change: a page and a worker of different builds must not talk. */
export type Protocol = 3

export interface Hello {
  readonly protocol: number
  /** A Web Lock that the worker holds while it lives; absent where there are no locks. */
  readonly lock?: string
}

export interface OpenRequest {
  readonly name: string
  readonly user?: string
  readonly schema?: SchemaDef
  readonly sync?: { readonly url: string }
  readonly durability?: Durability
  readonly cacheBytes?: number
}

export interface Opened {
  /** Whether the database was not there, and was made. */
  readonly created: boolean
}

/**
 * A database value that the worker keeps under `token` until the page releases it. One that is kept no more (its worker died,
 * or it is among the oldest of too many) is read as the newest value as of `basisT`.
 */
export interface WireDb {
  /** 0 for a value that another worker kept. */
  readonly token: number
  readonly basisT: number
  /** Facts are in it that `basisT` cannot bring back, pending or speculative ones: once it is kept no more, it is `db/gone`. */
  readonly fleeting: boolean
}

export type ViewStep = readonly ['asOf', TimePoint] | readonly ['since', TimePoint] | readonly ['history']

/** A value as the page names it, seen through time views, each upon the one before. */
export interface DbRef {
  readonly connection: number
  readonly value: WireDb
  readonly view: readonly ViewStep[]
}

/** An input of a query: a db value, or in a list what may look like anything. */
export type WireInput = DbRef | readonly [data: unknown]

export interface WireQueryOptions {
  readonly timeout?: number
  readonly maxRows?: number
  /** Names the call for `cancel`. */
  readonly ticket?: number
}

/** One column of a result. The typed arrays are transferred, and belong to this message alone. */
export type Column =
  | { readonly numbers: Int32Array | Float64Array }
  /** Cell i is `values[at[i]]`. */
  | { readonly values: readonly unknown[]; readonly at: Uint8Array }
  /** Cell i is `text` from `ends[i - 1]` (or 0) up to `ends[i]`, in UTF-16 units. */
  | { readonly text: string; readonly ends: Uint32Array }
  | { readonly cells: readonly unknown[] }

/** An answer as it is, or by columns: of arrays, of objects with `keys`, or of bare values (one column). */
export type WireRows =
  | { readonly form: 'plain'; readonly value: unknown }
  | { readonly form: 'arrays' | 'values'; readonly length: number; readonly columns: readonly Column[] }
  | {
      readonly form: 'objects'
      readonly length: number
      readonly columns: readonly Column[]
      readonly keys: readonly string[]
    }

export interface WireReport {
  readonly id: string
  readonly tx: number
  readonly t?: number
  readonly status: 'pending' | 'confirmed'
  readonly tempids: Readonly<Record<string, number>>
  readonly txData: WireRows
  readonly dbBefore: WireDb
  readonly dbAfter: WireDb
}

export interface WireImportStep extends ImportProgress {
  readonly failed?: { readonly element: number; readonly error: WireError }
}

export interface WireWith {
  readonly dbAfter: WireDb
  readonly txData: readonly ShownDatom[]
  readonly tempids: Readonly<Record<string, number>>
}

export type LiveRequest =
  | {
      readonly kind: 'q'
      readonly query: Query
      readonly inputs: readonly WireInput[]
      readonly options: WireQueryOptions
    }
  | { readonly kind: 'pull'; readonly pattern: PullPattern; readonly entity: EntityRef }

/** The next answer of a live query: whole, or as rows of the answer before and new ones. */
export type LiveUpdate =
  | { readonly live: number; readonly t: number; readonly rows: WireRows }
  /** Row i is row `from[i]` of the answer before, or where that is negative, row `-1 - from[i]` of `rows`. */
  | { readonly live: number; readonly t: number; readonly from: Int32Array; readonly rows: WireRows }
  | { readonly live: number; readonly error: WireError }

export type WireSyncStatus = Omit<SyncStatus, 'error'> & { readonly error?: WireError }

/** All that moved on one connection since the last one, in one message. */
export interface ChangeEvent {
  readonly connection: number
  readonly db?: WireDb
  readonly live?: readonly LiveUpdate[]
  readonly sync?: WireSyncStatus
  /** New ones alone. */
  readonly failures?: readonly WireError[]
}

/** A part of the log as it is now. */
export interface LogPage extends Omit<LogRange, 'live'> {
  readonly limit: number
}

/** What a page calls in its worker. `connection` is a number of the page's choosing. */
export interface WorkerCalls {
  hello(protocol: Protocol): Hello
  ping(): void
  /** The page goes into the back/forward cache: locks are released, and nothing is synced. */
  pause(): void
  resume(): Hello
  /** The page may be gone for good in a moment: what was acknowledged is made to outlive a power cut. */
  harden(): void
  /** Before it answers, the worker sends the connection's first change event. */
  open(connection: number, request: OpenRequest): Opened
  close(connection: number): void
  /** Tokens that the page holds no more. */
  release(tokens: readonly number[]): void
  cancel(ticket: number): void

  q(db: DbRef, query: Query, inputs: readonly WireInput[], options: WireQueryOptions): WireRows
  pullMany(
    db: DbRef,
    pattern: PullPattern,
    entities: readonly EntityRef[],
    options: WireQueryOptions,
  ): readonly unknown[]
  datoms(db: DbRef, index: IndexName, components: readonly unknown[]): WireRows
  seek(db: DbRef, index: IndexName, components: readonly unknown[], reverse: boolean): WireRows
  indexRange(db: DbRef, attribute: string, start: unknown, end: unknown, options: PageOptions | undefined): WireRows
  indexPull(db: DbRef, request: IndexPull): readonly unknown[]
  entid(db: DbRef, entity: EntityRef): number | undefined
  explain(db: DbRef, query: Query, inputs: readonly WireInput[], options: WireQueryOptions): Explanation
  with(db: DbRef, txData: TxForms): WireWith

  transact(connection: number, txData: TxForms, options: TransactOptions): WireReport
  import(connection: number, elements: WireRows): WireImportStep
  undo(connection: number, target: UndoTarget, options: UndoOptions): UndoReport
  planUndo(connection: number, target: UndoTarget): UndoReport
  excise(connection: number, target: EntityRef, options: ExciseOptions): ExciseReport
  migrate(connection: number, migrations: readonly Migration[]): readonly MigrationReport[]
  /** Fewer than `range.limit` only at the end of the log. */
  log(connection: number, page: LogPage): readonly LogEntry[]
  stats(connection: number): Stats
  /** A ticket for the pieces of a backup. */
  exportBegin(connection: number, options: ExportOptions): number
  /** undefined after the last. */
  exportNext(ticket: number): Uint8Array | undefined
  exportEnd(ticket: number): void
  /** A ticket for bringing a backup, in pieces; rejections come with the next piece or the end. */
  restoreBegin(request: OpenRequest): number
  restoreNext(ticket: number, bytes: Uint8Array): void
  /** `isCut`: there should be more, but the page has not got it. */
  restoreEnd(ticket: number, isCut: boolean): RestoreReport
  destroy(request: OpenRequest, discard: boolean): void
  watch(connection: number, live: number, request: LiveRequest): void
  unwatch(connection: number, live: number): void

  pending(connection: number): readonly PendingTx[]
  rejected(connection: number): readonly RejectedTx[]
  retry(connection: number, id: string): string
  amend(connection: number, id: string, txData: TxForms): string
  withdraw(connection: number, id: string): Settled
  settled(connection: number, id: string): Settled
  flush(connection: number): void
  setOnline(connection: number, online: boolean): void
}

/** What a worker calls in its page. */
export interface PageCalls {
  changed(event: ChangeEvent): void
  /** The token for the connection's remote; undefined for none. */
  auth(connection: number): string | undefined
}
