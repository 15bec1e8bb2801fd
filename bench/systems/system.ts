import type { Data } from '../data/data.ts'

export type MaybePromise<T> = T | Promise<T>

/** An answer by columns, for systems that make no rows. */
export interface Columns {
  readonly columns: readonly ArrayLike<unknown>[]
  readonly length: number
}

/** Rows as the system gives them: arrays, objects or bare values; or columns. */
export type Answer = readonly unknown[] | Columns

/** A query made ready: all that can be done once has been done. */
export type Run = () => MaybePromise<Answer>

export interface OpenOptions {
  /** Databases of one name in one profile are the same, and on one server; systems in memory start empty. */
  readonly name: string
  /** Whether items are indexed by count, as the live query wants. */
  readonly countIndexed: boolean
}

export interface StockRow {
  readonly sku: string
  readonly count: number
}

/**
 * One open database of one system: the interface that every adapter implements, as far as its system can. Bytes on disk are
 * weighed from outside: what the browser tells of them is rounded, reserved and late.
 */
export interface Session {
  /** Takes all of `data` in, the fastest way the system's manual tells; durable when it resolves. */
  import(data: Data): MaybePromise<void>
  /** The count of an item. */
  lookup?(sku: string): MaybePromise<number | undefined>
  /** A query of workloads/queries.ts. */
  joins?(query: string): Run
  /** All pairs (follower, followed directly or through others). */
  rules?(): Run
  /** A pattern of PULLS for the root of a family: resolves to its map. */
  pulls?(name: string): () => MaybePromise<unknown>
  /** Reads every fact in each order that the system decodes only when it is asked for. */
  readAll?(): MaybePromise<void>
  /** How many items have a lower count: a walk over all of them, unless counts are indexed. */
  countBelow?(count: number): MaybePromise<number>
  /** One transaction that sets an item's count; durable, as far as the settings say, when it resolves. */
  update?(sku: string, count: number): MaybePromise<void>
  /** Calls `show` with the `limit` items of lowest count now and after every change. Resolves to the way to stop. */
  live?(limit: number, show: (rows: readonly StockRow[]) => void): MaybePromise<() => void>
  /** Calls `show` with the count of an item now and after every change of it: a live query beside others. */
  watch?(sku: string, show: (count: number | undefined) => void): void
  /**
   * Waits until what the system does in the background after an import or writes is done; never timed with them. Resolves to
   * the moment at which it was done, where the system knows.
   */
  settle?(): MaybePromise<number | undefined>
  close(): MaybePromise<void>
  /** Turns the system's own entity id into the place of a person in the import, or into the number of a tree's node. */
  places?(): MaybePromise<(entity: number) => number>
}

export interface Adapter {
  /** Loads what must be there before `open` can start: never the data. Time up to here counts for nobody. */
  ready?(): Promise<void>
  open(options: OpenOptions): MaybePromise<Session>
}
