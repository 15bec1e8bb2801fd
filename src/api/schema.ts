import type { ValueType } from '../datom/value-type.ts'

/** One attribute as `defineSchema` takes it. */
export interface AttributeDef {
  readonly type: ValueType
  /** Cardinality many. */
  readonly many?: boolean
  readonly unique?: 'identity' | 'value'
  /** Whether the target of a ref belongs to the entity. */
  readonly component?: boolean
  /** Whether AVET holds it, for lookups and ranges by value. */
  readonly index?: boolean
  /** Superseded values are dropped at once. */
  readonly noHistory?: boolean
  readonly doc?: string
  /** The idents that are values of a ref: installed beside it. */
  readonly idents?: readonly `:${string}`[]
}

/** Attributes by name, without colon: `{ 'inv/sku': { type: 'string', unique: 'identity' } }`. */
export type SchemaDef = Readonly<Record<string, AttributeDef>>
