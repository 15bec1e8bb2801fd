import type { DefOf } from './attributes.ts'
import type { Bindable } from './bindable.ts'
import type { EntityTerm, IsExpression, List, Variable } from './bindings.ts'
import type { PatternFault } from './check-pull.ts'
import type { CheckCall, DbFunction, IsWide, QueryPart } from './check-query.ts'
import type { WhereBindings } from './find.ts'
import type { Given, LookupRef } from './values.ts'

/** What is wrong with a query: never where nothing is. */
export type QueryFault<S, F, Q> =
  | (Q extends { readonly where: infer W extends List } ? FaultIn<S, W[number]> : never)
  | Unbound<ElementFault<S, Asked<Q>, WhereBindings<S, F, Q>['name']>, Q>
  | PartFault<Q>

/** What a query has no such part for, or the wrong. */
type PartFault<Q> = string extends keyof Q
  ? never
  : [keyof Q] extends [never]
    ? never
    :
        | Exclude<keyof Q, QueryPart>
        | ('find' extends keyof Q ? never : true)
        | (Q extends { readonly limit: infer N } ? CountFault<N> : never)
        | (Q extends { readonly offset: infer N } ? CountFault<N> : never)
type CountFault<N> = N extends number | Variable | undefined ? never : IsWide<N> extends true ? never : true

/** Of clauses, and those within them. `C` is the union of the clauses. */
type FaultIn<S, C> = C extends List ? ClauseFault<S, C> : never
type ClauseFault<S, C extends List> = C[0] extends EntityTerm
  ? DatomFault<S, C>
  : C[0] extends 'not' | 'or' | 'and' | 'not-join' | 'or-join'
    ? FaultIn<S, C[number]>
    : C[0] extends List
      ? IsExpression<C> extends true
        ? CallFault<S, C[0]>
        : DatomFault<S, C>
      : C extends readonly ['$', ...infer R]
        ? ClauseFault<S, R>
        : never
type DatomFault<S, C extends List> =
  | EntityFault<S, C[0]>
  | (C['length'] extends 1 ? never : ValueFault<S, C[1], C['length'] extends 2 ? '_' : C[2]>)
type EntityFault<S, E> = E extends EntityTerm | LookupRef<S> ? never : true
type ValueFault<S, A, V> = A extends Variable | '_'
  ? never
  : A extends string
    ? [DefOf<S, A>] extends [never]
      ? string extends A
        ? never
        : true
      : V extends Variable | '_'
        ? never
        : IsWide<V> extends true
          ? never
          : V extends Given<S, DefOf<S, A>>
            ? never
            : true
    : never
type CallFault<S, H extends List> = H[0] extends DbFunction
  ? H extends CheckCall<S, H, Variable>
    ? never
    : true
  : never

/** What speaks of variables that something has to bind: what is found and by what it is ordered, arguments. */
type Asked<Q> =
  | (Q extends { readonly find: infer X } ? (X extends List ? X[number] : X[keyof X]) : never)
  | (Q extends { readonly with: infer X extends List } ? X[number] : never)
  | (Q extends { readonly orderBy: infer X extends List } ? X[number] : never)
  | (Q extends { readonly where: infer X extends List } ? Extract<ArgumentOf<X[number]>, Variable> : never)
type ArgumentOf<C> = C extends List
  ? C[0] extends List
    ? IsExpression<C> extends true
      ? C[0][number]
      : never
    : never
  : never

/** Variables that are of no known kind, and pulls of what is not there. */
type ElementFault<S, X, Names> = X extends Variable
  ? X extends Names
    ? never
    : X
  : X extends readonly ['pull', infer Of, infer P] | readonly ['pull', '$', infer Of, infer P]
    ? P extends Variable
      ? ElementFault<S, Of, Names>
      : ElementFault<S, Of, Names> | PatternFault<S, P>
    : X extends List
      ? ElementFault<S, X[number], Names>
      : never
/** Of these variables those that nothing can bind. */
type Unbound<X, Q> = [X] extends [never] ? never : Exclude<X, Bindable<Q>>
