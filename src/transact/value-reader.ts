import { readValue } from '../datom/read-value.ts'
import type { Attribute, Schema } from '../datom/schema.ts'
import type { Value } from '../datom/value.ts'

/** Reads a value of one attribute as transaction data gives it; undefined for what takes more than reading. Throws `value/…`. */
export type ValueReader = (x: unknown) => Value | undefined

/** Different texts whose keywords a reader remembers. */
const REMEMBERED = 256

/** undefined for attributes whose values are always more than they say. */
export function valueReader(schema: Schema, a: Attribute): ValueReader | undefined {
  if (a.type === 'tuple') return undefined
  const read = (x: unknown): Value | undefined => plainValue(schema, a, x)
  return a.type === 'keyword' ? remembering(read as (x: string) => Value) : read
}

/** One value of an attribute; undefined for what takes more than reading. Throws `value/…`. */
export function plainValue(schema: Schema, { type, ident }: Attribute, x: unknown): Value | undefined {
  if (x === null || x === undefined || type === 'tuple') return undefined
  if (type !== 'ref') return readValue(type, x, ident)
  // an ident of an entity; whatever else can stand here has to be looked up
  return typeof x === 'string' && x.startsWith(':') ? schema.idents.get(x) : undefined
}

/** Few keywords are said again and again, and each is a text that has to be put together. */
function remembering(read: (x: string) => Value): ValueReader {
  const known = new Map<string, Value>()
  return (x) => {
    if (typeof x !== 'string') return undefined
    let value = known.get(x)
    if (value === undefined) {
      value = read(x)
      if (known.size < REMEMBERED) known.set(x, value)
    }
    return value
  }
}
