import type { Bindings, KindOf, Variable } from './bindings.ts'
import type { CustomResult } from './calls.ts'
import type { Pulled } from './pulled.ts'
import type { IdentsOf, Shown, ShownGiven } from './values.ts'

/** The rows of a query that is written out; unknown where its shape is not. */
export type Found<S, F, Q> = Q extends { readonly find: infer Find }
  ? Shaped<S, F, WhereBindings<S, F, Q>, InputNames<Q>, Find, Q>
  : unknown

/** The kinds of a query's variables. */
export type WhereBindings<S, F, Q> = Q extends { readonly where: infer W } ? Bindings<S, F, W> : never

/** The variables in `in`; all names where it is not written out. */
type InputNames<Q> = Q extends { readonly in: infer I } ? VariablesIn<I> : never
type VariablesIn<X> = X extends Variable ? X : X extends readonly (infer M)[] ? VariablesIn<M> : never

type Shaped<S, F, B, In, Find, Q> = Find extends readonly [infer X, '.']
  ? Element<S, F, B, In, X> | undefined
  : Find extends readonly [readonly [infer X, '...']]
    ? Element<S, F, B, In, X>[]
    : Find extends readonly [infer Only extends readonly unknown[]]
      ? IsElement<Only> extends true
        ? Named<Row<S, F, B, In, Find>, Q>[]
        : Named<Row<S, F, B, In, Only>, Q> | undefined
      : Find extends readonly unknown[]
        ? number extends Find['length']
          ? unknown
          : Named<Row<S, F, B, In, Find>, Q>[]
        : Find extends object
          ? { -readonly [N in keyof Find]: Element<S, F, B, In, Find[N]> }[]
          : unknown

/** Whether a list is an aggregate or a pull, which begin with a bare name, rather than a tuple of elements. */
type IsElement<X> = X extends readonly [infer H extends string, ...unknown[]]
  ? H extends Variable
    ? false
    : true
  : false

type Row<S, F, B, In, Elements> = { -readonly [I in keyof Elements]: Element<S, F, B, In, Elements[I]> }

/** The row under the names of `keys`, where there are such. */
type Named<Columns, Q> = Q extends { readonly keys: infer N }
  ? NamedBy<Columns, N>
  : Q extends { readonly strs: infer N }
    ? NamedBy<Columns, N>
    : Q extends { readonly syms: infer N }
      ? NamedBy<Columns, N>
      : Columns
type NamedBy<Columns, N> = N extends readonly string[]
  ? number extends N['length']
    ? Record<string, unknown>
    : { -readonly [I in keyof N & `${number}` as N[I] & string]: I extends keyof Columns ? Columns[I] : unknown }
  : Record<string, unknown>

type Element<S, F, B, In, X> = X extends Variable
  ? VariableType<S, B, In, X>
  : X extends readonly ['pull', ...infer Args]
    ? PullElement<S, F, B, Args>
    : X extends readonly [infer Fn extends string, ...infer Extra, infer Of]
      ? Aggregated<F, Fn, Extra, VariableType<S, B, In, Of>>
      : unknown

type VariableType<S, B, In, X> = [KindOf<B, X>] extends [never]
  ? unknown
  : X extends In
    ? ShownGiven<S, KindOf<B, X>>
    : Shown<S, KindOf<B, X>>

/** A pull of the default source; of another nothing is known. */
type PullElement<S, F, B, Args> = Args extends readonly ['$', infer X, infer P]
  ? PulledElement<S, F, B, X, P>
  : Args extends readonly [infer X, infer P]
    ? PulledElement<S, F, B, X, P>
    : unknown
type PulledElement<S, F, B, X, P> = P extends Variable
  ? unknown
  : Pulled<S, F, P, [KindOf<B, X>] extends [never] ? `:${string}` : IdentsOf<KindOf<B, X>>> | undefined

/** What an aggregate makes of values of type `T`; `Extra` stands between its name and its variable. */
type Aggregated<F, Fn extends string, Extra extends readonly unknown[], T> = Fn extends
  | 'count'
  | 'count-distinct'
  | 'avg'
  | 'variance'
  | 'stddev'
  ? number
  : Fn extends 'min' | 'max' | 'rand'
    ? Extra extends readonly []
      ? T
      : T[]
    : Fn extends 'sample' | 'distinct'
      ? T[]
      : Fn extends 'sum'
        ? Summed<T>
        : Fn extends 'median'
          ? Median<T>
          : CustomResult<F, Fn>
/** Of numbers a number; what bigints and exact decimals add up to depends on the company that they keep. */
type Summed<T> = [T] extends [number] ? number : unknown
/** Between two numbers lies their mean, between two other values the lesser. */
type Median<T> = [T] extends [Date | boolean] ? T : unknown extends T ? unknown : number | T
