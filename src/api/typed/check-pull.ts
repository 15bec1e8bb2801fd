import type { Keyword } from '../../datom/atoms.ts'
import type { AttributeName, Bare, DefOf, Forward } from './attributes.ts'

/** What a pull pattern would have to be: anything where nothing is wrong, and where something is, what is wanted there. */
export type CheckPattern<S, P> = [PatternFault<S, P>] extends [never] ? unknown : WantedPattern<S, P>

export type WantedPattern<S, P> = P extends readonly unknown[] ? { readonly [I in keyof P]: CheckItem<S, P[I]> } : P

/** What is wrong with a pattern: never where nothing is. */
export type PatternFault<S, P> = P extends readonly unknown[] ? ItemFault<S, P[number]> : never
type ItemFault<S, X> = X extends string
  ? NameFault<S, X>
  : X extends readonly unknown[] | ReadonlyMap<unknown, unknown> | { readonly $kw: string }
    ? X extends CheckItem<S, X>
      ? never
      : true
    : { [A in keyof X]: [RefOf<S, A>] extends [never] ? true : InnerFault<S, X[A]> }[keyof X]
type NameFault<S, X> = X extends CheckName<S, X> ? never : true
type InnerFault<S, Sub> = Sub extends readonly unknown[]
  ? PatternFault<S, Sub>
  : Sub extends CheckInner<S, Sub>
    ? never
    : true

type CheckItem<S, X> = unknown extends X
  ? X
  : X extends string
    ? CheckName<S, X>
    : X extends readonly ['limit' | 'default', infer A extends string, infer V]
      ? readonly [X[0], CheckName<S, A>, V]
      : X extends readonly [infer A extends string, ...infer O]
        ? readonly [CheckName<S, A>, ...CheckOptions<S, A, O>]
        : X extends readonly unknown[] | ReadonlyMap<unknown, unknown> | { readonly $kw: string }
          ? X
          : CheckMap<S, X>

/** The keys of a map are refs, forward or reverse. */
type CheckMap<S, X> = {
  readonly [A in keyof X]: [RefOf<S, A>] extends [never] ? NoRef<A> : CheckInner<S, X[A]>
}
/** The error for a key of which no more can be pulled: no attribute, or not a ref. */
interface NoRef<A> {
  readonly 'is no ref attribute': A
}
type RefOf<S, A> = [Forward<A>] extends [never] ? IfRef<DefOf<S, A>> : IfRef<DefOf<S, Forward<A>>>
type IfRef<D> = D extends { readonly type: 'ref' } ? D : never

type CheckInner<S, Sub> = Sub extends readonly unknown[]
  ? WantedPattern<S, Sub>
  : Sub extends string
    ? string extends Sub
      ? Sub
      : '...'
    : Sub

interface OptionTypes {
  readonly as: string | Keyword
  readonly default: unknown
  readonly limit: number | null
  readonly xform: string
}
type CheckOptions<S, A, O> = O extends readonly [infer Only extends object]
  ? readonly [
      {
        readonly [K in keyof Only]: K extends keyof OptionTypes
          ? Only[K] extends OptionTypes[K]
            ? Only[K]
            : OptionTypes[K]
          : K extends 'pull'
            ? [RefOf<S, A>] extends [never]
              ? NoRef<A>
              : CheckInner<S, Only[K]>
            : never
      },
    ]
  : O extends readonly unknown[]
    ? O
    : never

type CheckName<S, X> = X extends '*' | 'db/id' | ':db/id'
  ? X
  : string extends X
    ? X
    : [DefOf<S, X>] extends [never]
      ? [Forward<X>] extends [never]
        ? AttributeName<S>
        : [IfRef<DefOf<S, Forward<X>>>] extends [never]
          ? ReverseName<S>
          : X
      : X

/** The reverse names of ref attributes. */
type ReverseName<S> = {
  [A in keyof S & string]: S[A] extends { readonly type: 'ref' }
    ? Bare<A> extends `${infer N}/${infer L}`
      ? `${N}/_${L}`
      : `_${Bare<A> & string}`
    : never
}[keyof S & string]
