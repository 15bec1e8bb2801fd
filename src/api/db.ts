import type { Keyword } from '../datom/atoms.ts'

/** How an entity may be named: id, ident, lookup ref. */
export type EntityRef = number | string | Keyword | readonly [attribute: string | Keyword, value: unknown]
/** A point in time: a `t`, a transaction's entity, its id (uuid), or a Date (the last transaction not later). */
export type TimePoint = number | string | Date
export type IndexName = 'eavt' | 'aevt' | 'avet' | 'vaet' | ':eavt' | ':aevt' | ':avet' | ':vaet'
/** EDN text, or the data form: docs/data-form.md. */
export type Query = string | object
/** EDN text, or data. */
export type PullPattern = string | readonly unknown[]
/** EDN text, or a list of list and map forms. */
export type TxForms = string | readonly unknown[]

export interface QueryOptions {
  /** Aborting rejects with `query/aborted`. */
  readonly signal?: AbortSignal
  /** Milliseconds, then `query/timeout`. */
  readonly timeout?: number
  /** Rows of any intermediate result, then `query/too-many-rows`. */
  readonly maxRows?: number
}

/** How much of an answer in index order is wanted. */
export interface PageOptions {
  readonly limit?: number
  readonly offset?: number
}

/** Pulls along an index: see {@link Db.indexPull}. */
export interface IndexPull extends PageOptions {
  readonly index: 'avet' | 'aevt' | ':avet' | ':aevt'
  readonly pattern: PullPattern
  /** An attribute, and from where on: a value (avet) or an entity (aevt). */
  readonly start: readonly [attribute: string | Keyword, ...from: unknown[]]
  readonly reverse?: boolean
}

/** One fact as applications see it; `a` is the attribute's id, `v` JavaScript's own type. */
export interface ShownDatom {
  readonly e: number
  readonly a: number
  readonly v: unknown
  readonly tx: number
  readonly added: boolean
}

/** An immutable value of the database. Every answer comes from the same facts, however late it is asked. */
export interface Db {
  /** The newest confirmed `t` in this value. */
  readonly basisT: number
  q<Row = unknown>(query: Query, inputs?: readonly unknown[], options?: QueryOptions): Promise<Row>
  /** undefined when the entity is unknown or nothing of the pattern is there. */
  pull<Entity = Record<string, unknown>>(
    pattern: PullPattern,
    entity: EntityRef,
    options?: QueryOptions,
  ): Promise<Entity | undefined>
  pullMany<Entity = Record<string, unknown>>(
    pattern: PullPattern,
    entities: readonly EntityRef[],
    options?: QueryOptions,
  ): Promise<(Entity | undefined)[]>
  /**
   * Datoms whose first components, in the index's order, are these. Here and in the seeks a last argument
   * `{ limit, offset }` says how many are wanted. Throws `db/not-indexed` for AVET of an attribute that is not in it.
   */
  datoms(index: IndexName, ...components: readonly unknown[]): Promise<ShownDatom[]>
  /** Datoms from these components on, to the end of the index. */
  seekDatoms(index: IndexName, ...components: readonly unknown[]): Promise<ShownDatom[]>
  /** Datoms from these components backwards, to the start of the index. */
  rseekDatoms(index: IndexName, ...components: readonly unknown[]): Promise<ShownDatom[]>
  /** AVET of one attribute from `start` (included) to `end` (excluded); null or undefined leaves a side open. */
  indexRange(attribute: string, start?: unknown, end?: unknown, options?: PageOptions): Promise<ShownDatom[]>
  /** One pull for each datom of AVET or AEVT from `start` on, within its attribute. */
  indexPull<Entity = Record<string, unknown>>(request: IndexPull): Promise<(Entity | undefined)[]>
  /** The entity's id; undefined when there is none. */
  entid(entity: EntityRef): Promise<number | undefined>
  explain(query: Query, inputs?: readonly unknown[]): Promise<unknown>
  asOf(point: TimePoint): Db
  since(point: TimePoint): Db
  history(): Db
  /** This value with `txData` in it, as if it had been transacted. Leaves no trace. */
  with(
    txData: TxForms,
  ): Promise<{ dbAfter: Db; txData: readonly ShownDatom[]; tempids: Readonly<Record<string, number>> }>
}
