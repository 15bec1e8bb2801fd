import type { Keyword, Literal } from '../../datom/atoms.ts'
import type { ValueType } from '../../datom/value-type.ts'
import type { DefOf, UniqueName } from './attributes.ts'

export type Ident = `:${string}`

/** What results show of a value, by its type. */
interface ShownTypes {
  readonly boolean: boolean
  readonly long: number
  readonly bigint: bigint
  readonly double: number
  readonly bigdec: string
  readonly instant: Date
  readonly string: string
  readonly keyword: Ident
  readonly symbol: string
  readonly uuid: string
  readonly uri: string
  readonly bytes: Uint8Array
  readonly ref: number
}

/** What may be given for a value, by its type; a ref is a matter of its own. */
interface GivenTypes {
  readonly boolean: boolean
  readonly long: number
  readonly bigint: bigint | number
  readonly double: number
  readonly bigdec: string | number | bigint
  readonly instant: Date
  readonly string: string
  readonly keyword: Ident | Keyword
  readonly symbol: string
  readonly uuid: string
  readonly uri: string
  readonly bytes: Uint8Array
}

/** A value that a computation gave: what a variable's kind says where no attribute does. */
export interface Computed<T> {
  readonly is: T
}

/** What results show of a value of this kind: an attribute's definition, or {@link Computed}. */
export type Shown<S, D> = D extends { readonly is: infer T }
  ? T
  : D extends { readonly type: infer T extends keyof ShownTypes }
    ? ShownTypes[T]
    : D extends { readonly type: 'tuple' }
      ? ShownTuple<S, D>
      : unknown

type ShownTuple<S, D> = D extends { readonly tupleTypes: infer T extends readonly ValueType[] }
  ? { -readonly [K in keyof T]: ShownMember<T[K]> }
  : D extends { readonly tupleType: infer T }
    ? ShownMember<T>[]
    : D extends { readonly tupleAttrs: infer A extends readonly string[] }
      ? { -readonly [K in keyof A]: Shown<S, DefOf<S, A[K]>> | null }
      : unknown[]
type ShownMember<T> = (T extends keyof ShownTypes ? ShownTypes[T] : unknown) | null

/** What stands for a value of this kind, in patterns, inputs and transaction data; a list of many is not meant. */
export type Given<S, D> = GivenBy<
  S,
  D,
  D extends { readonly type: 'ref' } ? EntityGiven<S, IdentsOf<D>> : EntityGiven<S>
>

/** The same, where `Ref` stands for the entities that refs lead to. */
type GivenBy<S, D, Ref> = D extends { readonly type: 'ref' }
  ? Ref
  : (D extends { readonly type: infer T extends keyof GivenTypes } ? GivenTypes[T] : GivenOther<S, D, Ref>) | Literal

type GivenOther<S, D, Ref> = D extends { readonly is: infer T }
  ? T
  : D extends { readonly tupleTypes: infer T extends readonly ValueType[] }
    ? { readonly [K in keyof T]: GivenMember<T[K], Ref> }
    : D extends { readonly tupleType: infer T }
      ? readonly GivenMember<T, Ref>[]
      : D extends { readonly tupleAttrs: infer A extends readonly string[] }
        ? { readonly [K in keyof A]: GivenBy<S, DefOf<S, A[K]>, Ref> | null }
        : unknown
type GivenMember<T, Ref> =
  | (T extends keyof GivenTypes ? GivenTypes[T] : T extends 'ref' ? Ref : unknown)
  | Literal
  | null

/** How a query shows a variable of this kind that an input gave: entities come back as they were given. */
export type ShownGiven<S, D> = D extends { readonly type: 'ref' }
  ? Given<S, D>
  : Exclude<Given<S, D>, Keyword | Literal>

/** The idents that the schema names as values of a ref attribute; any ident where it names none. */
export type IdentsOf<D> = D extends { readonly idents: infer I extends readonly string[] } ? I[number] : Ident

/** How an entity may be named: id, ident, lookup ref. Conditional, so that messages spell it out. */
export type EntityGiven<S, I = Ident> = S extends unknown ? number | I | Keyword | LookupRef<S> : never

/** A unique attribute and a value of it. Conditional, so that messages spell it out. */
export type LookupRef<S> = S extends unknown
  ? {
      readonly [A in UniqueName<S>]: readonly [A | `:${A}` | Keyword, GivenBy<S, DefOf<S, A>, number | Ident | Keyword>]
    }[UniqueName<S>]
  : never
