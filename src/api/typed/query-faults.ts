import type { DefOf } from './attributes.ts'
import type { Bindable } from './bindable.ts'
import type { EntityTerm, IsExpression, List, Variable } from './bindings.ts'
import type { PatternFault } from './check-pull.ts'
import type { CheckCall, DbFunction, IsWide } from './check-query.ts'
import type { WhereBindings } from './find.ts'
import type { Given, LookupRef } from './values.ts'

/** What is wrong with a query: never where nothing is. */
export type QueryFault<S, F, Q> =
  | (Q extends { readonly where: infer W extends List } ? FaultIn<S, W[number]> : never)
  | (Q extends { readonly find: infer Find } ? FindFault<S, F, Q, Find> : never)

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
type CallFault<S, H extends List> = H[0] extends DbFunction ? (H extends CheckCall<S, H> ? never : true) : never

/** Variables in `find` that nothing can bind, and pulls of what is not there. Those of a known kind are bound. */
type FindFault<S, F, Q, Find> = Unbound<
  ElementFault<S, Find extends List ? Find[number] : Find[keyof Find], WhereBindings<S, F, Q>['name']>,
  Q
>
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
type Unbound<X, Q> = [X] extends [never] ? never : Exclude<X, Bindable<Q>>
