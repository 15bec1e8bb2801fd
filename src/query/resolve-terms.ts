import { type Edn, isKeyword, isList } from '../datom/atoms.ts'
import { readUntyped, readValue } from '../datom/read-value.ts'
import { type Attribute, findAttribute, type Schema, withColon } from '../datom/schema.ts'
import type { Value } from '../datom/value.ts'
import { nameMembers, readTuple } from '../db/entity.ts'
import { malformed } from './malformed.ts'
import { unknownAttribute, unknownIdent } from './query-errors.ts'

/** The attribute that a constant names: a keyword, a name with or without its colon, or an id. */
export function attributeNamed(schema: Schema, x: Edn, form: Edn): Attribute {
  const name = isKeyword(x) ? x.$kw : x
  if (typeof name !== 'string' && typeof name !== 'number') throw malformed(form, 'an attribute such as :inv/sku')
  const found = findAttribute(schema, name)
  if (found === undefined) throw unknownAttribute(schema, name, form)
  return found
}

/** The ident that a constant for a ref place names; undefined when it is an id or a lookup ref. */
function identOf(x: Edn): string | undefined {
  if (isKeyword(x)) return x.$kw
  return typeof x === 'string' && x.startsWith(':') ? x : undefined
}

/** The id of a constant that is an ident; undefined when it is something that the database must be asked about. */
export function identId(schema: Schema, x: Edn, form: Edn): number | undefined {
  const ident = identOf(x)
  if (ident === undefined) return undefined
  const id = schema.idents.get(withColon(ident))
  if (id === undefined) throw unknownIdent(ident, form)
  return id
}

/** A constant in the value place of an attribute that is no ref; undefined for a tuple that names entities, as a ref does. */
export function constantValue(schema: Schema, attribute: Attribute, x: Edn): Value | undefined {
  if (attribute.type !== 'tuple') return readValue(attribute.type, x, attribute.ident)
  const namesEntities = nameMembers(schema, attribute, x, () => undefined).includes(undefined)
  return namesEntities ? undefined : readTuple(schema, attribute, x)
}

/** A constant for which no attribute tells the type. */
export function untypedConstant(x: Edn, form: Edn): Value {
  if (x === null || isList(x) || x instanceof Map || x instanceof Set)
    throw malformed(form, 'constants that are values')
  return readUntyped(x, 'a constant')
}
