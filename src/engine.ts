/** `annals/engine`: the database in this very thread, for tests, Node and server rendering. */
export type { ByteSource, ExportOptions, RestoreReport } from './api/backup.ts'
export type {
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
  PullPattern,
  Query,
  QueryOptions,
  ShownDatom,
  TimePoint,
  TxForms,
  WithResult,
} from './api/db.ts'
export type { ExplainedStep, Explanation } from './api/explanation.ts'
export type { Functions, TxFunction, ValueFunction } from './api/functions.ts'
export type { ImportOptions, ImportProgress, ImportSource } from './api/import.ts'
export type { LiveQuery, LiveSnapshot, Store } from './api/live.ts'
export type { LogEntry, Settled, TxReport, UndoReport } from './api/report.ts'
export type { AttributeDef, SchemaDef } from './api/schema.ts'
export type { App } from './api/typed/answer.ts'
export type { DatomOf } from './api/typed/components.ts'
export type { Reference } from './api/typed/pulled.ts'
export { AnnalsError, type ErrorCode, isAnnalsError } from './base/errors.ts'
export { type Keyword, kw, type Literal, lit } from './datom/atoms.ts'
export { open } from './engine/open.ts'
export type { OpenOptions } from './engine/open-local.ts'
export { restore } from './engine/restore.ts'
export { memory } from './storage/memory.ts'
