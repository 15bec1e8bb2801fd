import type { AttributeName, Bare, DefOf, Forward } from './attributes.ts'
import type { EntityGiven, Given, Ident, IdentsOf } from './values.ts'

/** What transaction data would have to be: itself where nothing is wrong, and where something is, what is wanted there. */
export type CheckForms<S, F, T> = T extends readonly unknown[] ? { readonly [I in keyof T]: CheckForm<S, F, T[I]> } : T

type CheckForm<S, F, X> = unknown extends X
  ? X
  : X extends readonly [infer Op extends string, ...unknown[]]
    ? CheckList<S, F, Bare<Op>, X>
    : X extends readonly unknown[] | ReadonlyMap<unknown, unknown> | string
      ? X
      : object extends X
        ? X
        : CheckMap<S, X>

/** The error for a key that is no attribute. */
interface NoAttribute<A> {
  readonly 'is no attribute': A
}

type CheckMap<S, X> = {
  readonly [A in keyof X]: string extends A
    ? X[A]
    : Bare<A> extends 'db/id'
      ? CheckEntity<S, X[A]>
      : [DefOf<S, A>] extends [never]
        ? [DefOf<S, Forward<A>>] extends [never]
          ? NoAttribute<A>
          : CheckSources<S, X[A]>
        : CheckValues<S, DefOf<S, A>, Exclude<X[A], undefined>>
}

/** A value of an attribute, or several where it has many. */
type CheckValues<S, D, V> = D extends { readonly many: true }
  ? V extends ReadonlySet<infer M>
    ? ReadonlySet<CheckValue<S, D, M>>
    : V extends readonly unknown[]
      ? V extends Given<S, D>
        ? V
        : { readonly [I in keyof V]: CheckValue<S, D, V[I]> }
      : CheckValue<S, D, V>
  : CheckValue<S, D, V>

type CheckValue<S, D, V> = unknown extends V
  ? V
  : D extends { readonly type: 'ref' }
    ? CheckRef<S, D, V>
    : V extends Given<S, D>
      ? V
      : Given<S, D>

/** A ref leads to an id, an ident, a tempid (any other string), a lookup ref or a map of the entity. */
type CheckRef<S, D, V> = V extends string
  ? string extends V
    ? V
    : V extends Ident
      ? Ident extends V
        ? V
        : V extends IdentsOf<D>
          ? V
          : IdentsOf<D>
      : V
  : V extends EntityGiven<S, IdentsOf<D>>
    ? V
    : V extends readonly unknown[] | number | bigint | boolean | Date | null
      ? EntityGiven<S, IdentsOf<D>>
      : V extends ReadonlyMap<unknown, unknown>
        ? V
        : CheckMap<S, V>

/** Whom a reverse attribute makes refer to the entity. */
type CheckSources<S, V> =
  V extends EntityTerm<S>
    ? V
    : V extends readonly unknown[]
      ? { readonly [I in keyof V]: CheckSources<S, V[I]> }
      : V extends ReadonlySet<unknown>
        ? V
        : V extends object
          ? CheckMap<S, V>
          : EntityTerm<S>

type EntityTerm<S> = S extends unknown ? EntityGiven<S> | string : never
type CheckEntity<S, V> = unknown extends V ? V : V extends EntityTerm<S> ? V : EntityTerm<S>

/** `[op, e, a, v]` and its kin; the call of a function, whose arguments it tells. */
type CheckList<S, F, Op, X extends readonly unknown[]> = Op extends
  | 'db/add'
  | 'db/retract'
  | 'db/cas'
  | 'db.fn/cas'
  | 'db/inc'
  ? {
      readonly [I in keyof X]: I extends '1'
        ? CheckEntity<S, X[I]>
        : I extends '2'
          ? CheckAttribute<S, X[I]>
          : I extends '3' | '4'
            ? CheckFactValue<S, Op, '2' extends keyof X ? X['2'] : never, X[I]>
            : X[I]
    }
  : Op extends 'db/retractEntity' | 'db.fn/retractEntity'
    ? { readonly [I in keyof X]: I extends '1' ? CheckEntity<S, X[I]> : X[I] }
    : string extends Op | keyof F
      ? CheckOperation<Op, X, never>
      : Op extends keyof F
        ? CallOf<X[0], F[Op]>
        : CheckOperation<Op, X, keyof F>

type Operation =
  | 'db/add'
  | 'db/retract'
  | 'db/retractEntity'
  | 'db/cas'
  | 'db/inc'
  | 'db/undo'
  | 'db/require'
  | 'db/forbid'
/** What is no function is an operation; where the functions are not known, what is not named like one may be a function. */
type CheckOperation<Op, X, Functions> = Op extends Operation
  ? X
  : [Functions] extends [never]
    ? Op extends `db/${infer Rest}`
      ? string extends Rest
        ? X
        : WithOperation<X, Operation>
      : X
    : WithOperation<X, Operation | Functions>
type WithOperation<X, Op> = { readonly [I in keyof X]: I extends '0' ? Op : X[I] }

type CheckAttribute<S, A> = A extends string
  ? string extends A
    ? A
    : [DefOf<S, A>] extends [never]
      ? [DefOf<S, Forward<A>>] extends [never]
        ? AttributeName<S>
        : A
      : A
  : A

type CheckFactValue<S, Op, A, V> = [DefOf<S, A>] extends [never]
  ? V
  : Op extends 'db/cas' | 'db.fn/cas' | 'db/retract'
    ? V extends null | undefined
      ? V
      : CheckValue<S, DefOf<S, A>, V>
    : CheckValue<S, DefOf<S, A>, V>

/** A call by the function's own parameters: the database value, then the one argument, or a list of several. */
type CallOf<Name, Fn> = Fn extends (db: never, ...args: infer A) => unknown
  ? A extends readonly [infer Only extends readonly unknown[]]
    ? readonly [Name, ...Only]
    : readonly [Name, ...A]
  : never
