import type { Bare, BuiltinAttributes, DefOf, Forward } from './attributes.ts'
import type { Result } from './calls.ts'
import type { Ident, IdentsOf, Shown } from './values.ts'

/** What a pull shows where its pattern is not written out. */
export type AnyPulled = Record<string, unknown>

/** The object that a pull pattern makes of an entity; `I` are the idents that it may have. */
export type Pulled<S, F, P, I = Ident> = P extends readonly unknown[]
  ? number extends P['length']
    ? AnyPulled
    : PulledOf<S, F, P, P[number], I>
  : AnyPulled
type PulledOf<S, F, P, X, I> = [X] extends [string]
  ? [Extract<X, '*' | 'db/id' | ':db/id'>] extends [never]
    ? { -readonly [A in X as string extends A ? never : Bare<A>]?: Plain<S, A, I> }
    : Merged<S, F, P, FieldOf<X>, '*' extends X ? Everything<S, I> : unknown, I>
  : Merged<S, F, P, FieldOf<X>, '*' extends X ? Everything<S, I> : unknown, I>

/**
 * What an element of a pattern says: the key of the answer, whether it is always there, the attribute, and the options, of
 * which `pull` is what a map says. Types of values are left to later: a recursion would never be done with them.
 */
interface Field<out Key, out Always, out A, out O> {
  readonly key: Key
  readonly always: Always
  readonly attribute: A
  readonly options: O
}

/** The object of fields, and of a wildcard's what they do not speak of. */
type Merged<S, F, P, Fields, Rest, I> = Flat<
  Always<S, F, P, Extract<Fields, AnyField<true>>, I> & {
    -readonly [X in Extract<Fields, AnyField<false>> as X['key']]?: FieldType<S, F, P, X, I>
  } & (unknown extends Rest ? unknown : Omit<Rest, Extract<Fields, AnyField<boolean>>['key']>)
>
type Always<S, F, P, Fields extends AnyField<true>, I> = [Fields] extends [never]
  ? unknown
  : { -readonly [X in Fields as X['key']]: FieldType<S, F, P, X, I> }
type AnyField<Always> = Field<string, Always, unknown, unknown>
type Flat<T> = T extends infer O ? { [K in keyof O]: O[K] } : never
type FieldType<S, F, P, X, I> = X extends Field<unknown, unknown, infer A, infer O> ? Value<S, F, P, A, O, I> : never

/** The fields that an element makes. */
type FieldOf<X> = X extends string
  ? string extends X
    ? never
    : X extends '*'
      ? never
      : FieldWith<X, object>
  : X extends readonly ['limit' | ':limit', infer A extends string, number | null]
    ? FieldWith<A, object>
    : X extends readonly ['default' | ':default', infer A extends string, infer D]
      ? A extends `:${Option}`
        ? FieldWith<X[0], OptionsOf<[A, D]>>
        : FieldWith<A, { default: D }>
      : X extends readonly [infer A extends string, ...infer O]
        ? FieldWith<A, OptionsOf<O>>
        : X extends readonly unknown[] | ReadonlyMap<unknown, unknown>
          ? never
          : X extends { readonly $kw: infer A }
            ? FieldWith<A, object>
            : { [A in keyof X]: FieldWith<A, { pull: X[A] }> }[keyof X]

type Option = 'as' | 'limit' | 'default' | 'xform' | 'pull'

/** Options as an object, whether they are written so or as pairs. */
type OptionsOf<O> = O extends readonly [infer Only]
  ? Only
  : O extends readonly [`:${infer K}`, infer V, ...infer R]
    ? { [N in K]: V } & OptionsOf<R>
    : unknown

type FieldWith<A, O> = Field<
  O extends { readonly as: infer K } ? (K extends { readonly $kw: infer N } ? Bare<N> : K) : Bare<A>,
  IsAlways<A, O>,
  A,
  O
>
/** A default stands in for what is missing, but not where a recursion has used up its steps, nor for what `xform` drops. */
type IsAlways<A, O> = O extends { readonly xform: unknown }
  ? false
  : Bare<A> extends 'db/id'
    ? true
    : O extends { readonly default: unknown }
      ? O extends { readonly pull: number | '...' }
        ? false
        : true
      : false

type Value<S, F, P, A, O, I> = O extends { readonly default: infer D }
  ? Data<D> | Present<S, F, P, A, O, I>
  : Present<S, F, P, A, O, I>
type Present<S, F, P, A, O, I> = O extends { readonly xform: infer Fn }
  ? Exclude<Result<F, Fn>, undefined>
  : O extends { readonly pull: infer Sub }
    ? Within<S, F, P, A, Sub>
    : Plain<S, A, I>

/** The data of a default, as results show it. */
type Data<D> = D extends { readonly $kw: infer K } ? K : D extends { readonly $lit: infer L } ? L : D

/** What an attribute shows of which the pattern says no more. */
type Plain<S, A, I> =
  Bare<A> extends 'db/id'
    ? number
    : Bare<A> extends 'db/ident'
      ? I
      : [Forward<A>] extends [never]
        ? PlainForward<S, DefOf<S, A>>
        : Reverse<DefOf<S, Forward<A>>, Reference<Ident>>

type PlainForward<S, D> = Many<D, D extends { readonly type: 'ref' } ? PlainRef<S, D> : Shown<S, D>>
type PlainRef<S, D> = D extends { readonly component: true } ? Flat<Everything<S, IdentsOf<D>>> : Reference<IdentsOf<D>>
/** An entity that is not looked into. */
export interface Reference<I> {
  'db/id': number
  'db/ident'?: I
}
type Many<D, T> = D extends { readonly many: infer M } ? (M extends true ? T[] : T) : T
/** Whom an entity is referred to by: several, but one owner of a component. */
type Reverse<D, T> = D extends { readonly component: true } ? T : T[]

/** What a map says of an attribute: a pattern for what it leads to, or a recursion of the pattern `P` around it. */
type Within<S, F, P, A, Sub> = [Forward<A>] extends [never]
  ? Many<DefOf<S, A>, Inner<S, F, P, Sub, IdentsOf<DefOf<S, A>>>>
  : Reverse<DefOf<S, Forward<A>>, Inner<S, F, P, Sub, Ident>>
type Inner<S, F, P, Sub, I> = Sub extends number | '...' ? Recursion<S, F, P> : Pulled<S, F, Sub, I>

/** Another round of the pattern; an entity that was come through is shown by its id alone. */
type Recursion<S, F, P> = Flat<Partial<Pulled<S, F, P>> & { 'db/id'?: number }>

/** What a wildcard shows. Attributes that the schema does not know may be there as well. */
export type Everything<S, I = Ident> = {
  -readonly [A in keyof S as Bare<A> & string]?: PlainForward<S, S[A]>
} & {
  -readonly [A in Exclude<keyof BuiltinAttributes, 'db/ident'>]?: PlainForward<S, BuiltinAttributes[A]>
} & { 'db/id': number; 'db/ident'?: I }
