/** `annals`: the page's side. The engine is in the worker; `annals/engine` has it for this thread. */
export type { ByteSource, ExportOptions, RestoreReport } from './api/backup.ts'
export type {
  BrowserStorage,
  CacheStats,
  Connection,
  ExciseOptions,
  ExciseReport,
  IndexStats,
  LogRange,
  Migration,
  MigrationReport,
  Stats,
  TransactOptions,
  UndoOptions,
  UndoTarget,
  WaitOptions,
} from './api/connection.ts'
export type {
  Db,
  EntityRef,
  IndexName,
  PullPattern,
  Query,
  QueryOptions,
  ShownDatom,
  TimePoint,
  TxForms,
  WithResult,
} from './api/db.ts'
export type { Durability } from './api/durability.ts'
export type { ExplainedStep, Explanation } from './api/explanation.ts'
export type { Functions, TxFunction, ValueFunction } from './api/functions.ts'
export type { ImportOptions, ImportProgress, ImportSource } from './api/import.ts'
export type { LiveQuery, LiveSnapshot, Store } from './api/live.ts'
export type { LogEntry, Settled, TxReport, UndoReport } from './api/report.ts'
export type { AttributeDef, SchemaDef } from './api/schema.ts'
export type { PendingTx, RejectedTx, Sync, SyncOptions, SyncStatus } from './api/sync.ts'
export type { App } from './api/typed/answer.ts'
export type { DatomOf } from './api/typed/components.ts'
export type { HoistedPattern, HoistedQuery } from './api/typed/hoisted.ts'
export type { Reference } from './api/typed/pulled.ts'
export { AnnalsError, type ErrorCode, isAnnalsError } from './base/errors.ts'
export { connect } from './client/connect.ts'
export type { ConnectOptions } from './client/connect-options.ts'
export { defineFunctions } from './client/define-functions.ts'
export { defineSchema } from './client/define-schema.ts'
export { pattern } from './client/pattern.ts'
export { query } from './client/query.ts'
export { type DestroyOptions, destroy, restore, type StoredOptions } from './client/stored.ts'
export { type Keyword, kw, type Literal, lit } from './datom/atoms.ts'
