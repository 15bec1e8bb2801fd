import type { AttributeName, DefOf } from './attributes.ts'
import type { Bindable } from './bindable.ts'
import type { EntityTerm, IsExpression, Source, Variable } from './bindings.ts'
import type { WantedPattern } from './check-pull.ts'
import type { QueryFault } from './query-faults.ts'
import type { EntityGiven, Given, LookupRef } from './values.ts'

/**
 * What a query would have to be: anything where nothing is wrong, and where something is, what is wanted there. Whether something is
 * wrong is asked of the clauses as a union first: to compare what is right with what is wanted takes several times as long.
 */
export type CheckQuery<S, F, Q> = Q extends string
  ? unknown
  : [QueryFault<S, F, Q>] extends [never]
    ? unknown
    : Wanted<S, Q>

type Wanted<S, Q> = { readonly find: unknown } & {
  readonly [K in keyof Q]: K extends 'where'
    ? CheckClauses<S, Q[K], Bindable<Q>>
    : K extends 'find' | 'with' | 'orderBy'
      ? CheckFind<S, Q[K], Bindable<Q>>
      : K extends 'limit' | 'offset'
        ? number | Variable
        : K extends QueryPart
          ? Q[K]
          : NoPart<K>
}
export type QueryPart =
  | 'find'
  | 'with'
  | 'in'
  | 'where'
  | 'keys'
  | 'strs'
  | 'syms'
  | 'order-by'
  | 'orderBy'
  | 'limit'
  | 'offset'
/** The error for a key that queries do not have. */
interface NoPart<K> {
  readonly 'is no part of a query': K
}

type CheckFind<S, Find, Names> = Find extends readonly unknown[]
  ? { readonly [I in keyof Find]: CheckElement<S, Find[I], Names> }
  : { readonly [N in keyof Find]: CheckElement<S, Find[N], Names> }
type CheckElement<S, X, Names> = X extends Variable
  ? X extends Names
    ? X
    : Names
  : X extends readonly ['pull', infer Of, infer P]
    ? P extends Variable
      ? X
      : readonly ['pull', Of extends Names ? Of : Names, WantedPattern<S, P>]
    : X extends readonly ['pull', '$', infer Of, infer P]
      ? P extends Variable
        ? X
        : readonly ['pull', '$', Of extends Names ? Of : Names, WantedPattern<S, P>]
      : X extends readonly ['pull', ...unknown[]]
        ? X
        : X extends readonly unknown[]
          ? { readonly [I in keyof X]: CheckElement<S, X[I], Names> }
          : X

type CheckClauses<S, W, Names> = { readonly [I in keyof W]: CheckClause<S, W[I], Names> }

/** `Names` are the variables that arguments may be; all of them within another clause, which may bind its own. */
type CheckClause<S, C, Names> = C extends readonly [infer H, ...infer R]
  ? H extends EntityTerm
    ? CheckDatom<S, C>
    : H extends '$'
      ? CheckClause<S, R, Names> extends readonly [...infer Checked]
        ? readonly ['$', ...Checked]
        : C
      : H extends 'not' | 'or' | 'and' | 'not-join' | 'or-join'
        ? { readonly [I in keyof C]: C[I] extends readonly unknown[] ? CheckClause<S, C[I], Variable> : C[I] }
        : H extends readonly unknown[]
          ? IsExpression<C> extends true
            ? { readonly [I in keyof C]: I extends '0' ? CheckCall<S, H, Names> : C[I] }
            : CheckDatom<S, C>
          : C
  : C

/** A pattern: its attribute is known, its entity and value are what they can be. */
type CheckDatom<S, C> = C extends readonly [infer E, infer A, ...infer R]
  ? E extends EntityTerm | LookupRef<S>
    ? A extends Variable | '_'
      ? C
      : A extends string
        ? [DefOf<S, A>] extends [never]
          ? string extends A
            ? C
            : readonly [E, AttributeName<S>, ...R]
          : CheckValue<S, C, E, A, R>
        : C
    : readonly [LookupRef<S>, A, ...R]
  : C
type CheckValue<S, C, E, A, R> = R extends readonly [infer V, ...infer Rest]
  ? V extends Variable | '_'
    ? C
    : IsWide<V> extends true
      ? C
      : V extends Given<S, DefOf<S, A>>
        ? C
        : readonly [E, A, Given<S, DefOf<S, A>>, ...Rest]
  : C
type CheckAttribute<S, A> = A extends Variable | '_' | Source
  ? A
  : A extends string
    ? string extends A
      ? A
      : [DefOf<S, A>] extends [never]
        ? AttributeName<S>
        : A
    : A
/** Whether a value is known at run time only. */
export type IsWide<V> = unknown extends V ? true : string extends V ? true : false

/** The functions of the database name attributes: after the entity, before which the source may be left out. */
export type DbFunction = 'get-else' | 'missing?' | 'get-some'
export type CheckCall<S, Call, Names> = Call extends readonly [infer Fn extends DbFunction, ...infer Args]
  ? Args extends readonly ['$', infer E, ...infer Rest]
    ? readonly [Fn, '$', E, ...CheckNamed<S, Fn, Rest>]
    : Args extends readonly [infer E, ...infer Rest]
      ? E extends Source
        ? Call
        : readonly [Fn, E, ...CheckNamed<S, Fn, Rest>]
      : Call
  : { readonly [I in keyof Call]: Call[I] extends Variable ? (Call[I] extends Names ? Call[I] : Names) : Call[I] }
/** Several attributes, or one and a default. */
type CheckNamed<S, Fn, Rest extends readonly unknown[]> = Fn extends 'get-some'
  ? { [I in keyof Rest]: CheckAttribute<S, Rest[I]> }
  : Rest extends readonly [infer A, infer Default]
    ? [CheckAttribute<S, A>, CheckDefault<S, DefOf<S, A>, Default>]
    : Rest extends readonly [infer A]
      ? [CheckAttribute<S, A>]
      : Rest
/** What stands for an entity names one. */
type CheckDefault<S, D, V> = [D] extends [never]
  ? V
  : D extends { readonly type: 'ref' }
    ? V extends Variable | EntityGiven<S>
      ? V
      : IsWide<V> extends true
        ? V
        : EntityGiven<S>
    : V
