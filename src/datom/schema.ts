import { nearestName } from '../base/nearest-name.ts'
import type { ValueType } from './value-type.ts'

/** All that the engine knows of one attribute at one moment. */
export interface Attribute {
  readonly id: number
  /** With colon: `:inv/sku`. The newest name; older ones still resolve. */
  readonly ident: string
  /** Without colon: `inv/sku`, the key in results. */
  readonly name: string
  readonly type: ValueType
  readonly many: boolean
  readonly unique: 'identity' | 'value' | undefined
  readonly component: boolean
  readonly index: boolean
  readonly noHistory: boolean
  /** Ids of the members of a composite tuple. */
  readonly tupleAttrs: readonly number[] | undefined
  /** Member types of a heterogeneous tuple. */
  readonly tupleTypes: readonly ValueType[] | undefined
  /** The member type of a homogeneous tuple. */
  readonly tupleType: ValueType | undefined
  /** Names of the functions that every value must satisfy. */
  readonly preds: readonly string[]
}

/** Whether AVET holds the attribute's datoms. */
export const isInAvet = (a: Attribute): boolean => a.index || a.unique !== undefined

/** The attributes and idents of a database at one basis. Immutable. */
export interface Schema {
  readonly attributes: ReadonlyMap<number, Attribute>
  /** Every ident ever given, `:with/colon`, to the entity that had it last. */
  readonly idents: ReadonlyMap<string, number>
  /** The current ident of an entity. */
  readonly identOf: ReadonlyMap<number, string>
  /** The composite tuples that an attribute is a member of. */
  readonly composites: ReadonlyMap<number, readonly Attribute[]>
}

/** `inv/sku`, `:inv/sku` -> `:inv/sku`. */
export const withColon = (name: string): string => (name.startsWith(':') ? name : `:${name}`)
/** `:inv/sku` -> `inv/sku`. */
export const withoutColon = (name: string): string => (name.startsWith(':') ? name.slice(1) : name)

/** The attribute of that name (colon or not) or id; undefined when there is none. */
export function findAttribute(schema: Schema, name: string | number): Attribute | undefined {
  const id = typeof name === 'number' ? name : schema.idents.get(withColon(name))
  return id === undefined ? undefined : schema.attributes.get(id)
}

/** The ident of the attribute nearest to `name`, for messages; undefined when nothing is near. */
export function nearestAttribute(schema: Schema, name: string): string | undefined {
  return nearestName(
    withColon(name),
    Array.from(schema.attributes.values(), ({ ident }) => ident),
  )
}
