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

/** What a place of a pattern says of the variable in it. */
type At<X, Kind> = X extends Variable ? (string extends X ? never : [X, Kind]) : never

/** The variables of a pattern, each with its kind: pairs of a name and an attribute's definition. */
type PatternBindings<S, C> = C extends readonly [infer E, (infer A)?, (infer V)?, (infer T)?, (infer Op)?]
  ? At<E | A | T, EntityKind> | ValueBinding<S, A, V> | At<Op, Computed<boolean>>
  : never
type ValueBinding<S, A, V> = V extends Variable ? (A extends Variable | '_' ? never : At<V, DefOf<S, A>>) : never

/** The variables that patterns bind, in these clauses and in those within them. `C` is the union of the clauses. */
type FromPatterns<S, C> = C extends readonly [infer H, ...infer R]
  ? H extends EntityTerm
    ? PatternBindings<S, C>
    : H extends '$'
      ? FromPatterns<S, R>
      : H extends 'or' | 'and'
        ? FromPatterns<S, R[number]>
        : H extends 'or-join'
          ? R extends readonly [infer Join, ...infer Branches]
            ? Joined<FromPatterns<S, Branches[number]>, Join>
            : never
          : H extends readonly unknown[]
            ? IsExpression<R> extends true
              ? never
              : PatternBindings<S, C>
            : never
  : never

/** Of the bindings those of the variables that an `or-join` shares. */
type Joined<B, Join> = B extends readonly [infer X, unknown] ? (X extends NamesIn<Join> ? B : never) : never
type NamesIn<J> = J extends readonly (infer X)[] ? (X extends string ? X : NamesIn<X>) : never

/** Whether the rest after a list is that of a predicate or a function; a pattern on a lookup ref otherwise. */
export type IsExpression<R> = R extends readonly []
  ? true
  : R extends readonly [Variable | '_' | readonly unknown[]]
    ? true
    : false

/** The variables that functions bind, where `B` has the kinds of their arguments. */
type FromCalls<S, F, C, B> = C extends readonly [infer H, ...infer R]
  ? H extends readonly [infer Fn extends string, ...infer Args]
    ? R extends readonly [infer Binding]
      ? Bound<Binding, CallKind<S, F, Fn, Args, B>>
      : never
    : H extends 'or' | 'and'
      ? FromCalls<S, F, R[number], B>
      : never
  : never

/** What a binding form makes of a result of type `T`; nothing where that is unknown. */
type Bound<Binding, T> = unknown extends T
  ? never
  : Binding extends Variable
    ? [Binding, Computed<T>]
    : Binding extends readonly [infer X, '...']
      ? T extends readonly (infer M)[]
        ? Bound<X, M>
        : never
      : Binding extends readonly [readonly (infer _)[]]
        ? T extends readonly (infer M)[]
          ? BoundTuple<Binding[0], M>
          : never
        : BoundTuple<Binding, T>
type BoundTuple<Binding, T> = {
  [K in keyof Binding]: K extends `${number}` ? (K extends keyof T ? Bound<Binding[K], T[K]> : never) : never
}[keyof Binding & `${number}`]

/** The variables that `where` gives a known kind: a union of pairs of name and kind. */
export type Bindings<S, F, W> = W extends readonly (infer C)[]
  ? FromPatterns<S, C> | FromCalls<S, F, C, FromPatterns<S, C> | FromCalls<S, F, C, FromPatterns<S, C>>>
  : never

/** The kinds of a variable in bindings; never where none is known. */
export type KindOf<B, X> = B extends readonly [X, infer Kind] ? Kind : never

/** The type that a variable is shown with; unknown where its kind is. */
export type TypeOf<S, B, X> = [KindOf<B, X>] extends [never] ? unknown : Shown<S, KindOf<B, X>>
export type { Source, Variable }
