import type { AttributeDef } from '../api/schema.ts'
import { AnnalsError } from '../base/errors.ts'
import { nearestName } from '../base/nearest-name.ts'
import { describe } from '../datom/read-value.ts'
import { withColon } from '../datom/schema.ts'
import { VALUE_TYPES } from '../datom/value-type.ts'

const FLAGS = ['many', 'component', 'index', 'noHistory']
const LISTS = ['idents', 'tupleAttrs', 'tupleTypes']
const KEYS = [...FLAGS, ...LISTS, 'type', 'unique', 'doc', 'tupleType']

/** Whether EDN and data alike can name an attribute so. */
export const isAttributeName = (name: string): boolean => /^:?[^:\s/]+(\/[^:\s/]+)?$/.test(name)

/**
 * Throws `schema/malformed` for a definition, perhaps of untyped code, that is not one. What does not go together is the
 * matter of whoever checks the schema that comes of it.
 */
export function checkDefinition(name: string, def: AttributeDef): void {
  const wrong = (said: string): AnnalsError =>
    new AnnalsError('schema/malformed', `${withColon(name)}: ${said}`, { attribute: name })
  if (!isAttributeName(name)) throw wrong("an attribute's name is like 'inv/sku'")
  if (typeof def !== 'object' || def === null)
    throw wrong(`a definition is an object with a type, got ${describe(def)}`)
  if (!VALUE_TYPES.includes(def.type))
    throw wrong(`type is one of ${VALUE_TYPES.join(', ')}, got ${describe(def.type)}`)
  for (const [key, value] of Object.entries(def)) checkKey(wrong, key, value)
  if (def.idents !== undefined && def.type !== 'ref') throw wrong('idents go with type ref')
  if (def.idents?.some((i) => typeof i !== 'string' || !i.startsWith(':')))
    throw wrong("idents are written like ':green'")
  if (def.unique !== undefined && def.unique !== 'identity' && def.unique !== 'value') {
    throw wrong(`unique is 'identity' or 'value', got ${describe(def.unique)}`)
  }
}

function checkKey(wrong: (said: string) => AnnalsError, key: string, value: unknown): void {
  if (!KEYS.includes(key)) {
    const nearest = key === 'cardinality' ? 'many' : nearestName(key, KEYS)
    throw wrong(`a definition has no ${key}; ${nearest ? `did you mean ${nearest}?` : `it has ${KEYS.join(', ')}`}`)
  }
  if (value === undefined) return
  if (FLAGS.includes(key) && typeof value !== 'boolean') throw wrong(`${key} is true or false, got ${describe(value)}`)
  if (key === 'doc' && typeof value !== 'string') throw wrong(`doc is text, got ${describe(value)}`)
  if (LISTS.includes(key) && !Array.isArray(value)) throw wrong(`${key} is a list, got ${describe(value)}`)
}
