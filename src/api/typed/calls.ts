import type { Keyword } from '../../datom/atoms.ts'
import type { DefOf } from './attributes.ts'
import type { TypeOf, Variable } from './bindings.ts'
import type { Ident, Shown } from './values.ts'

/** Built-in functions whose results are of one type whatever the arguments. Names that end with `?` give booleans. */
interface Results {
  readonly '=': boolean
  readonly '==': boolean
  readonly '!=': boolean
  readonly 'not=': boolean
  readonly '<': boolean
  readonly '<=': boolean
  readonly '>': boolean
  readonly '>=': boolean
  readonly not: boolean
  readonly compare: number
  readonly round: number
  readonly floor: number
  readonly ceil: number
  readonly count: number
  readonly range: number[]
  readonly year: number
  readonly month: number
  readonly day: number
  readonly 'day-of-week': number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly 'inst-ms': number
  readonly 'ms-inst': Date
  readonly str: string
  readonly subs: string
  readonly 'upper-case': string
  readonly 'lower-case': string
  readonly capitalize: string
  readonly trim: string
  readonly triml: string
  readonly trimr: string
  readonly reverse: string
  readonly replace: string
  readonly join: string
  readonly name: string
  readonly namespace: string
  readonly symbol: string
  readonly split: string[]
  readonly 'index-of': number
  readonly 'last-index-of': number
  readonly keyword: Ident
}

/** What numbers make of numbers alone; with a bigint or an exact decimal among them it depends on the values. */
type Numeric = number | bigint | string
type Arithmetic = '+' | '-' | '*' | '/' | 'quot' | 'rem' | 'mod' | 'inc' | 'dec' | 'abs'

/** The type of an argument: that of a variable, or that of the constant. */
type ArgType<S, B, A> = A extends Variable
  ? TypeOf<S, B, A>
  : A extends Keyword
    ? Ident
    : A extends object
      ? ListType<A>
      : A
type ListType<A> = A extends readonly unknown[] ? A : A extends Date | Uint8Array ? A : unknown
type ArgTypes<S, B, Args> = { -readonly [K in keyof Args]: ArgType<S, B, Args[K]> }

/** The type of what the function gives; unknown where it cannot be known. `B` has the kinds of variables. */
export type CallKind<S, F, Fn extends string, Args, B> = Fn extends keyof Results
  ? Results[Fn]
  : Fn extends `${string}?`
    ? Fn extends NamesOf<F>
      ? CustomResult<F, Fn>
      : boolean
    : Fn extends Arithmetic
      ? ArgTypes<S, B, Args> extends readonly number[]
        ? number
        : ArgTypes<S, B, Args> extends readonly Numeric[]
          ? Numeric
          : unknown
      : Fn extends 'min' | 'max'
        ? ArgTypes<S, B, Args> extends readonly (infer T)[]
          ? T
          : unknown
        : Fn extends 'ground' | 'identity' | 'untuple'
          ? Args extends readonly [infer A]
            ? ArgType<S, B, A>
            : unknown
          : Fn extends 'tuple' | 'vector' | 'list'
            ? ArgTypes<S, B, Args>
            : Fn extends 'get-else'
              ? GetElse<S, Args>
              : Fn extends 'get-some'
                ? GetSome<S, Args>
                : CustomResult<F, Fn>

/** The names of registered functions, where they are known. */
type NamesOf<F> = string extends keyof F ? never : keyof F

/** The arguments without the database, which may be left out. */
type WithoutDb<Args> = Args extends readonly [`$${string}`, ...infer R] ? (Args[0] extends '$' ? R : never) : Args

type GetElse<S, Args> =
  WithoutDb<Args> extends readonly [unknown, infer A, infer Default]
    ? [DefOf<S, A>] extends [never]
      ? unknown
      : DefOf<S, A> extends { readonly type: 'ref' }
        ? number
        : Shown<S, DefOf<S, A>> | Widened<Default>
    : unknown
type Widened<T> = T extends string
  ? string
  : T extends number
    ? number
    : T extends boolean
      ? boolean
      : T extends Date | bigint
        ? T
        : unknown

type GetSome<S, Args> =
  WithoutDb<Args> extends readonly [unknown, ...infer A]
    ? [number, { [K in keyof A]: Shown<S, DefOf<S, A[K]>> }[number]]
    : unknown

/** What a registered function gives in a query: null and undefined drop the row. */
export type CustomResult<F, Fn> = Exclude<Result<F, Fn>, null | undefined>
/** What it gives. */
export type Result<F, Fn> = Fn extends keyof F
  ? string extends keyof F
    ? unknown
    : F[Fn] extends (...args: never) => infer R
      ? R
      : unknown
  : unknown
