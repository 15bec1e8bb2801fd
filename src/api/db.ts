import type { Keyword } from '../datom/atoms.ts'
import type { Explanation } from './explanation.ts'
import type { Functions } from './functions.ts'
import type { SchemaDef } from './schema.ts'
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
import type { CheckedComponents, CheckedName, DatomOf, NameIn, ValueOf } from './typed/components.ts'

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

/** Others are refused with `db/bad-option`. */
export interface QueryOptions {
  /** Aborting rejects with `query/aborted`. For single questions: a live query ends with its last listener. */
  readonly signal?: AbortSignal
  /** Milliseconds, then `query/timeout`; a minute when absent. */
  readonly timeout?: number
  /** Rows of any intermediate result, and facts that a pull shows, then `query/too-many-rows`. */
  readonly maxRows?: number
}

/** How much of an answer in index order is wanted. */
export interface PageOptions {
  readonly limit?: number
  readonly offset?: number
}

/** Pulls along an index: see {@link Db.indexPull}. */
export interface IndexPull<P = PullPattern, N = string> extends PageOptions {
  readonly index: 'avet' | 'aevt' | ':avet' | ':aevt'
  readonly pattern: P
  /** An attribute, and from where on: a value (avet) or an entity (aevt). */
  readonly start: readonly [attribute: N | Keyword, ...from: unknown[]]
  readonly reverse?: boolean
}

/** One fact as applications see it; `a` is the attribute's id, `v` JavaScript's own type. */
export interface ShownDatom<V = unknown> {
  readonly e: number
  readonly a: number
  readonly v: V
  readonly tx: number
  readonly added: boolean
}

/**
 * An immutable value of the database. Every answer comes from the same facts, however late it is asked.
 *
 * Where the schema is known (`connect(name, { schema })`), queries and patterns that are written out are checked against it and
 * tell the type of their answer; where it is not, or where the caller names a type (`db.q<Row>(query)`), that one counts.
 * docs/typed-queries.md has the details.
 */
export interface Db<S extends SchemaDef = SchemaDef, F extends Functions = Functions> extends Typed<S, F> {
  /** The newest confirmed `t` in this value. */
  readonly basisT: number
  q<Row = Inferred, const Q extends Query & Checked<A, Q> = Query | Unread, A extends App = App<S, F>>(
    query: Q,
    ...inputsAndOptions: NoInfer<Arguments<A, Q>>
  ): Promise<Answer<Row, A, Q>>
  /** undefined when the entity is unknown or nothing of the pattern is there. */
  pull<
    Entity = Inferred,
    const P extends PullPattern & CheckedPattern<A, P> = PullPattern | (readonly unknown[] & Unread),
    A extends App = App<S, F>,
  >(pattern: P, entity: NoInfer<EntityOf<A>>, options?: QueryOptions): Promise<PullAnswer<Entity, A, P> | undefined>
  pullMany<
    Entity = Inferred,
    const P extends PullPattern & CheckedPattern<A, P> = PullPattern | (readonly unknown[] & Unread),
    A extends App = App<S, F>,
  >(
    pattern: P,
    entities: readonly NoInfer<EntityOf<A>>[],
    options?: QueryOptions,
  ): Promise<(PullAnswer<Entity, A, P> | undefined)[]>
  /**
   * Datoms whose first components, in the index's order, are these. Here and in the seeks a last argument
   * `{ limit, offset }` says how many are wanted. Throws `db/not-indexed` for AVET of an attribute that is not in it.
   */
  datoms<
    const I extends IndexName,
    const C extends readonly unknown[] & CheckedComponents<A, I, C>,
    A extends App = App<S, F>,
  >(index: I, ...components: C): Promise<DatomOf<A, NameIn<I, C>>[]>
  /** Datoms from these components on, to the end of the index. */
  seekDatoms<
    const I extends IndexName,
    const C extends readonly unknown[] & CheckedComponents<A, I, C>,
    A extends App = App<S, F>,
  >(index: I, ...components: C): Promise<ShownDatom[]>
  /** Datoms from these components backwards, to the start of the index. */
  rseekDatoms<
    const I extends IndexName,
    const C extends readonly unknown[] & CheckedComponents<A, I, C>,
    A extends App = App<S, F>,
  >(index: I, ...components: C): Promise<ShownDatom[]>
  /** AVET of one attribute from `start` (included) to `end` (excluded); null or undefined leaves a side open. */
  indexRange<const N extends string & CheckedName<A, N>, A extends App = App<S, F>>(
    attribute: N,
    start?: NoInfer<ValueOf<A, N>> | null,
    end?: NoInfer<ValueOf<A, N>> | null,
    options?: PageOptions,
  ): Promise<DatomOf<A, N>[]>
  /**
   * One pull for each datom of AVET or AEVT from `start` on, within its attribute: of the entity that has the value, or, in
   * AEVT of a ref, of the one that it leads to.
   */
  indexPull<
    Entity = Inferred,
    const P extends PullPattern & CheckedPattern<A, P> = PullPattern | (readonly unknown[] & Unread),
    const N extends string & CheckedName<A, N> = string,
    A extends App = App<S, F>,
  >(request: IndexPull<P, N>): Promise<(PullAnswer<Entity, A, P> | undefined)[]>
  /** The entity's id; undefined when there is none. */
  entid<A extends App = App<S, F>>(entity: NoInfer<EntityOf<A>>): Promise<number | undefined>
  /** Runs a query and tells how: the order of its clauses, expected and actual rows, time. Throws what the query throws. */
  explain<const Q extends Query & Checked<A, Q>, A extends App = App<S, F>>(
    query: Q,
    ...inputsAndOptions: NoInfer<Arguments<A, Q>>
  ): Promise<Explanation>
  asOf(point: TimePoint): Db<S, F>
  since(point: TimePoint): Db<S, F>
  history(): Db<S, F>
  /**
   * This value with `txData` in it, as if it had been transacted. Leaves no trace. A view stays one, and `asOf` no branch: `txData`
   * is decided on the value that it is a view of, so that `asOf` hides what comes of it, like all that came later.
   */
  with<const T extends TxForms & CheckedForms<A, T> = TxForms, A extends App = App<S, F>>(
    txData: T,
  ): Promise<WithResult<S, F>>
}

/** What `with` makes. */
export interface WithResult<S extends SchemaDef = SchemaDef, F extends Functions = Functions> {
  /** The value that it was asked of. */
  readonly dbBefore: Db<S, F>
  readonly dbAfter: Db<S, F>
  readonly txData: readonly ShownDatom[]
  readonly tempids: Readonly<Record<string, number>>
}
