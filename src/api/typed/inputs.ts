import type { QueryOptions } from '../db.ts'
import type { Binding, KindOf, Source, Variable } from './bindings.ts'
import type { WhereBindings } from './find.ts'
import type { Computed, Given } from './values.ts'

/** What stands for a source: a database value, or a list of tuples. */
type SourceInput = object
/** EDN text, or a list of rules. */
type RulesInput = string | readonly unknown[]

/** The arguments after a query: its inputs, where it has any, and options. */
export type QueryArguments<S, F, Q> = Q extends { readonly in: infer I }
  ? I extends readonly unknown[]
    ? number extends I['length']
      ? AnyArguments
      : Arguments<Inputs<S, WhereBindings<S, F, Q> | PageBindings<Q>, I>>
    : AnyArguments
  : Q extends { readonly find: unknown }
    ? Arguments<[]>
    : AnyArguments

export type AnyArguments = [inputs?: readonly unknown[], options?: QueryOptions]
type Arguments<I extends readonly unknown[]> = I extends readonly []
  ? [inputs?: readonly [], options?: QueryOptions]
  : [inputs: Readonly<I>, options?: QueryOptions]

/** A variable as `limit` or `offset`. */
type PageBindings<Q> =
  | (Q extends { readonly limit: infer X extends Variable } ? Binding<X, Computed<number>> : never)
  | (Q extends { readonly offset: infer X extends Variable } ? Binding<X, Computed<number>> : never)

/** What stands for the names of `in` other than `$` and `$queue`, in order. */
type Inputs<S, B, I> = I extends readonly [infer H, ...infer R]
  ? H extends '$' | '$queue'
    ? Inputs<S, B, R>
    : [Input<S, B, H>, ...Inputs<S, B, R>]
  : []

type Input<S, B, X> = X extends Variable
  ? [KindOf<B, X>] extends [never]
    ? unknown
    : Given<S, KindOf<B, X>>
  : X extends '_'
    ? unknown
    : X extends '%'
      ? RulesInput
      : X extends Source
        ? SourceInput
        : X extends string
          ? RulesInput
          : X extends readonly [infer M, '...']
            ? readonly Input<S, B, M>[] | ReadonlySet<Input<S, B, M>>
            : X extends readonly [infer Row extends readonly unknown[]]
              ? readonly InputTuple<S, B, Row>[] | ReadonlySet<InputTuple<S, B, Row>>
              : X extends readonly unknown[]
                ? InputTuple<S, B, X>
                : unknown
/** There may be more members than names. */
type InputTuple<S, B, X extends readonly unknown[]> = readonly [...{ [K in keyof X]: Input<S, B, X[K]> }, ...unknown[]]
