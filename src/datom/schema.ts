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

/** The known attribute name nearest to `name` by edit distance, for messages; undefined when nothing is near. */
export function nearestAttribute(schema: Schema, name: string): string | undefined {
  const wanted = withColon(name)
  let best: string | undefined
  let least = Math.max(3, Math.ceil(wanted.length / 3))
  for (const { ident } of schema.attributes.values()) {
    const d = editDistance(wanted, ident, least)
    if (d < least) {
      least = d
      best = ident
    }
  }
  return best
}

/** Levenshtein's distance, or `limit` when it is at least that. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[b.length] as number
}
