import type { DefOf } from './attributes.ts'
import type { CallKind } from './calls.ts'
import type { Computed, Shown } from './values.ts'

/** An entity. */
export interface EntityKind {
  readonly type: 'ref'
}
type Variable = `?${string}`
type Source = `$${string}`
/** What the entity of a pattern may be written as, a lookup ref apart. */
export type EntityTerm = Variable | '_' | number | `:${string}` | { readonly $kw: string }

/** A list, of which places are asked that it may not have: they are undefined. */
type List = readonly unknown[]

/** A variable, and the definition of the attribute that it has values of, or {@link Computed}. */
export interface Binding<out X, out Kind> {
  readonly name: X
  readonly kind: Kind
}

/** What a place of a pattern says of the variable in it. */
type At<X, Kind> = X extends Variable ? (string extends X ? never : Binding<X, Kind>) : never

/** The variables of a pattern, each with its kind. */
type PatternBindings<S, C extends List> =
  | At<C[0], EntityKind>
  | ValueBinding<S, C[1], C[2]>
  | (C['length'] extends 1 | 2 | 3 ? never : At<C[3], EntityKind> | At<C[4], Computed<boolean>>)
type ValueBinding<S, A, V> = A extends Variable
  ? At<A, EntityKind>
  : V extends Variable
    ? A extends '_'
      ? never
      : At<V, DefOf<S, A>>
    : never

/** The variables that patterns bind, in these clauses and in those within them. `C` is the union of the clauses. */
type FromPatterns<S, F, C> = C extends List ? FromClause<S, F, C> : never
type FromClause<S, F, C extends List> = C[0] extends EntityTerm
  ? PatternBindings<S, C>
  : C[0] extends 'and'
    ? FromPatterns<S, F, C[number]>
    : C[0] extends List
      ? IsExpression<C> extends true
        ? never
        : PatternBindings<S, C>
      : C extends readonly ['$', ...infer R]
        ? FromClause<S, F, R>
        : C extends readonly ['or', ...infer Branches]
          ? FromAll<S, F, Branches[number]>
          : C extends readonly ['or-join', infer Join, ...infer Branches]
            ? Joined<FromAll<S, F, Branches[number]>, Join>
            : never

/** Of what the branches `C` bind what every one of them gives a known kind: a value may come from any. */
type FromAll<S, F, C> = Exclude<FromBranch<S, F, C>, Binding<Lacking<S, F, C, NameOf<FromBranch<S, F, C>>>, unknown>>
type FromBranch<S, F, C> = C extends List ? InClauses<S, F, C[0] extends 'and' ? C[number] : C> : never
type Lacking<S, F, C, Names> = C extends List ? Exclude<Names, NameOf<FromBranch<S, F, C>>> : never
type NameOf<B> = B extends Binding<infer X, unknown> ? X : never

/** Of the bindings those of the variables that an `or-join` shares. */
type Joined<B, Join> = B extends Binding<infer X, unknown> ? (X extends NamesIn<Join> ? B : never) : never
type NamesIn<J> = J extends readonly (infer X)[] ? (X extends string ? X : NamesIn<X>) : never

/** Whether a clause that begins with a list is a predicate or a function; a pattern on a lookup ref otherwise. */
export type IsExpression<C extends List> = C['length'] extends 1
  ? true
  : C['length'] extends 2
    ? C[1] extends Variable | '_' | List
      ? true
      : false
    : false

/** The functions that bind variables. */
type Calls<C> = C extends List
  ? C[0] extends readonly [string, ...unknown[]]
    ? C['length'] extends 2
      ? C
      : never
    : C[0] extends 'and'
      ? Calls<C[number]>
      : never
  : never

/** The variables that functions bind, where `B` has the kinds of their arguments. */
type FromCalls<S, F, C, B> = C extends readonly [readonly [infer Fn extends string, ...infer Args], infer To]
  ? Bound<To, CallKind<S, F, Fn, Args, B>>
  : never

/** What a binding form makes of a result of type `T`; nothing where that is unknown. */
type Bound<To, T> = unknown extends T
  ? never
  : To extends Variable
    ? Binding<To, Computed<T>>
    : To extends readonly [infer X, '...']
      ? T extends readonly (infer M)[]
        ? Bound<X, M>
        : never
      : To extends readonly [List]
        ? T extends readonly (infer M)[]
          ? BoundTuple<To[0], M>
          : never
        : BoundTuple<To, T>
type BoundTuple<To, T> = {
  [K in keyof To]: K extends `${number}` ? (K extends keyof T ? Bound<To[K], T[K]> : never) : never
}[keyof To & `${number}`]

/** The variables that `where` gives a known kind: a union of {@link Binding}. */
export type Bindings<S, F, W> = W extends List ? InClauses<S, F, W[number]> : never
type InClauses<S, F, C> = WithCalls<S, F, Calls<C>, FromPatterns<S, F, C>>
type WithCalls<S, F, C, B> = [C] extends [never] ? B : B | FromCalls<S, F, C, B | FromCalls<S, F, C, B>>

/** The kinds of a variable in bindings; never where none is known. */
export type KindOf<B, X> = (B extends Binding<X, unknown> ? B : never)['kind']

/** The type that a variable is shown with; unknown where its kind is. */
export type TypeOf<S, B, X> = [KindOf<B, X>] extends [never] ? unknown : Shown<S, KindOf<B, X>>
export type { List, Source, Variable }
