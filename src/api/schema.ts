import type { ValueType } from '../datom/value-type.ts'

/** What every attribute may say of itself. */
interface CommonDef {
  /** Cardinality many. */
  readonly many?: boolean
  /** One entity a value. `identity`: transactions find the entity by it, and upsert; `value`: a second owner is refused. */
  readonly unique?: 'identity' | 'value'
  /** Whether AVET holds it, for lookups and ranges by value; a unique attribute's is there anyway. */
  readonly index?: boolean
  /** Superseded values are dropped at once. */
  readonly noHistory?: boolean
  readonly doc?: string
}

interface PlainDef extends CommonDef {
  readonly type: Exclude<ValueType, 'ref' | 'tuple'>
  readonly component?: never
  readonly idents?: never
  readonly tupleAttrs?: never
  readonly tupleTypes?: never
  readonly tupleType?: never
}

interface RefDef extends CommonDef {
  readonly type: 'ref'
  /** Whether the target belongs to the entity. */
  readonly component?: boolean
  /** The idents that are its values: installed beside it. */
  readonly idents?: readonly `:${string}`[]
  readonly tupleAttrs?: never
  readonly tupleTypes?: never
  readonly tupleType?: never
}

/** Its values are lists of 2 to 8 members. */
interface TupleDef extends CommonDef {
  readonly type: 'tuple'
  readonly component?: never
  readonly idents?: never
}
/** Computed from these attributes of the same entity. */
interface CompositeDef extends TupleDef {
  readonly tupleAttrs: readonly string[]
  readonly tupleTypes?: never
  readonly tupleType?: never
}
/** Each member of a type of its own. */
interface HeterogeneousDef extends TupleDef {
  readonly tupleTypes: readonly ValueType[]
  readonly tupleAttrs?: never
  readonly tupleType?: never
}
/** All members of one type. */
interface HomogeneousDef extends TupleDef {
  readonly tupleType: ValueType
  readonly tupleAttrs?: never
  readonly tupleTypes?: never
}

/** One attribute as `defineSchema` takes it. */
export type AttributeDef = PlainDef | RefDef | CompositeDef | HeterogeneousDef | HomogeneousDef

/**
 * Attributes by name, with or without colon: `{ 'inv/sku': { type: 'string', unique: 'identity' } }`. What a database lacks of
 * them is installed when it is opened; what it knows beyond them is kept.
 */
export type SchemaDef = Readonly<Record<string, AttributeDef>>
