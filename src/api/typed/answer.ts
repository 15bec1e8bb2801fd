import type { Migration } from '../connection.ts'
import type { EntityRef, PullPattern, Query, TxForms } from '../db.ts'
import type { Functions } from '../functions.ts'
import type { ImportSource } from '../import.ts'
import type { SchemaDef } from '../schema.ts'
import type { IsUntyped } from './attributes.ts'
import type { CheckPattern } from './check-pull.ts'
import type { CheckQuery } from './check-query.ts'
import type { CheckForms } from './check-transaction.ts'
import type { Found } from './find.ts'
import type { HoistedPattern, HoistedQuery } from './hoisted.ts'
import type { AnyArguments, QueryArguments } from './inputs.ts'
import type { AnyPulled, Pulled } from './pulled.ts'
import type { EntityGiven } from './values.ts'

/** What is known of a database when the application is compiled. */
export interface App<S extends SchemaDef = SchemaDef, F extends Functions = Functions> {
  readonly schema: S
  readonly functions: F
}

/** Carries what is known of a database in its type alone: there is no such property. */
export interface Typed<S extends SchemaDef, F extends Functions> {
  readonly [known]?: App<S, F>
}
declare const known: unique symbol

/** Stands where the caller names no type of the answer, so that it is inferred. */
export interface Inferred {
  readonly [inferred]: true
}
declare const inferred: unique symbol

/** Beside the types of queries, or of patterns, says that the caller named the type of the answer and theirs is not read. */
export interface Unread {
  readonly [unread]?: never
}
declare const unread: unique symbol
type IsRead<Q> = [Q extends unknown ? (typeof unread extends keyof Q ? Q : never) : never] extends [never]
  ? true
  : false

/** The type that the caller names, where one is named. */
type Stated<T> = T extends Inferred ? never : NoInfer<T>

/** The answer of a query: the caller's type, or what follows from the query. */
export type Answer<Row, A extends App, Q> = IsRead<Q> extends true ? Stated<Row> | InferredAnswer<A, Q> : Stated<Row>
type InferredAnswer<A extends App, Q> =
  Q extends HoistedQuery<infer Hoisted, AnyArguments>
    ? Hoisted
    : IsUntyped<A['schema']> extends true
      ? unknown
      : Found<A['schema'], A['functions'], Q>

/** What follows a query among the arguments. */
export type Arguments<A extends App, Q> =
  Q extends HoistedQuery<unknown, infer Hoisted extends AnyArguments>
    ? Hoisted
    : IsUntyped<A['schema']> extends true
      ? AnyArguments
      : QueryArguments<A['schema'], A['functions'], Q>

/** What a query has to be. */
export type Checked<A extends App, Q> = Query extends Q
  ? unknown
  : Q extends HoistedQuery<unknown, AnyArguments>
    ? unknown
    : IsUntyped<A['schema']> extends true
      ? unknown
      : CheckQuery<A['schema'], A['functions'], Q>

/** What a pull finds: the caller's type, or what follows from the pattern. */
export type PullAnswer<Entity, A extends App, P> =
  IsRead<P> extends true ? Stated<Entity> | InferredPull<A, P> : Stated<Entity>
type InferredPull<A extends App, P> =
  P extends HoistedPattern<infer Hoisted>
    ? Hoisted
    : IsUntyped<A['schema']> extends true
      ? AnyPulled
      : Pulled<A['schema'], A['functions'], P>

/** What a pull pattern has to be. */
export type CheckedPattern<A extends App, P> = PullPattern extends P
  ? unknown
  : P extends HoistedPattern<unknown>
    ? unknown
    : IsUntyped<A['schema']> extends true
      ? unknown
      : CheckPattern<A['schema'], P>

/** How an entity may be named. */
export type EntityOf<A extends App> = IsUntyped<A['schema']> extends true ? EntityRef : EntityGiven<A['schema']>

/** What is imported one by one has to be: an element that is no map is as {@link CheckedForms} has it. */
export type CheckedElements<A extends App, T> =
  IsUntyped<A['schema']> extends true
    ? unknown
    : CheckForms<A['schema'], A['functions'], readonly T[]> extends ImportSource<infer Wanted>
      ? ImportSource<Wanted>
      : never

/** What transaction data has to be. */
export type CheckedForms<A extends App, T> = TxForms extends T
  ? unknown
  : IsUntyped<A['schema']> extends true
    ? unknown
    : CheckForms<A['schema'], A['functions'], T>

/** What migrations have to be. */
export type CheckedMigrations<A extends App, M> = readonly Migration[] extends M
  ? unknown
  : IsUntyped<A['schema']> extends true
    ? unknown
    : { readonly [I in keyof M]: M[I] extends { readonly up: infer T } ? { readonly up: CheckedForms<A, T> } : unknown }
