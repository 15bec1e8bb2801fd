import type { Keyword } from '../../datom/atoms.ts'
import type { IndexName, PageOptions, ShownDatom } from '../db.ts'
import type { App, EntityOf } from './answer.ts'
import type { AttributeName, DefOf, IsUntyped } from './attributes.ts'
import type { Given, Shown } from './values.ts'

/** How an attribute may be named where the schema is known. Conditional, so that messages spell the names out. */
type KnownName<S> = AttributeName<S> extends infer N extends string ? N | `:${N}` : never

/** What the name of an attribute has to be; one that is put together when the program runs may be any. */
export type CheckedName<A extends App, N> = string extends N
  ? unknown
  : IsUntyped<A['schema']> extends true
    ? unknown
    : N extends string
      ? KnownName<A['schema']>
      : unknown

/** What stands for a value of the attribute; anything where the attribute is not known. */
export type ValueOf<A extends App, N> = IsKnown<A, N> extends true ? Given<A['schema'], DefOf<A['schema'], N>> : unknown

/** A fact of the attribute, as an index shows it. */
export type DatomOf<A extends App, N> = ShownDatom<
  IsKnown<A, N> extends true ? Shown<A['schema'], DefOf<A['schema'], N>> : unknown
>

type IsKnown<A extends App, N> =
  IsUntyped<A['schema']> extends true
    ? false
    : string extends N
      ? false
      : N extends string
        ? [DefOf<A['schema'], N>] extends [never]
          ? false
          : true
        : false

type NameAt<A extends App, N> = (string extends N ? string : CheckedName<A, N> & string) | Keyword | number

/** What the components of an index have to be, in its order; a last object says how many datoms are wanted. */
export type CheckedComponents<A extends App, I extends IndexName, C> =
  IsUntyped<A['schema']> extends true
    ? unknown
    : C extends readonly unknown[]
      ? number extends C['length']
        ? unknown
        : Places<A, I, NameIn<I, C>>
      : unknown

/** The attribute among the components. */
export type NameIn<I extends IndexName, C> = I extends 'aevt' | ':aevt' | 'avet' | ':avet'
  ? C extends readonly [infer N, ...unknown[]]
    ? N
    : undefined
  : C extends readonly [unknown, infer N, ...unknown[]]
    ? N
    : undefined

type Places<A extends App, I extends IndexName, N> = I extends 'eavt' | ':eavt'
  ? Components<EntityOf<A>, NameAt<A, N>, ValueOf<A, N>>
  : I extends 'aevt' | ':aevt'
    ? Components<NameAt<A, N>, EntityOf<A>, ValueOf<A, N>>
    : I extends 'avet' | ':avet'
      ? Components<NameAt<A, N>, ValueOf<A, N>, EntityOf<A>>
      : Components<EntityOf<A>, NameAt<A, N>, EntityOf<A>>

/** The fourth is a transaction. */
type Components<X, Y, Z> = readonly [
  X?: X | PageOptions,
  Y?: Y | PageOptions,
  Z?: Z | PageOptions,
  tx?: number | PageOptions,
  page?: PageOptions,
]
