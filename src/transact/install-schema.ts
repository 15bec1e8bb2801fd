import type { AttributeDef, SchemaDef } from '../api/schema.ts'
import { AnnalsError } from '../base/errors.ts'
import { type Attribute, findAttribute, type Schema, withColon } from '../datom/schema.ts'
import type { ValueType } from '../datom/value-type.ts'
import { checkDefinition } from './check-definition.ts'
import { isRecord } from './map-form.ts'

/**
 * The transaction data that makes `schema` hold what an application's code defines: missing attributes and idents, and changes
 * that lose nothing (uniqueness, index, component, doc, one to many). An empty list when nothing is missing. Attributes that the
 * code does not know stay. As lists, each for a transaction of its own: a composite tuple names attributes that must be there.
 * Throws `schema/malformed` for what is no schema or a bad definition, `schema/mismatch` naming both sides for another value
 * type, or for many narrowed to one.
 */
export function schemaForms(schema: Schema, wanted: SchemaDef): readonly (readonly Record<string, unknown>[])[] {
  if (!isRecord(wanted)) {
    throw new AnnalsError('schema/malformed', "a schema is an object such as { 'inv/sku': { type: 'string' } }")
  }
  const forms: Record<string, unknown>[] = []
  const composites: Record<string, unknown>[] = []
  for (const [name, def] of Object.entries(wanted)) {
    checkDefinition(name, def)
    const known = findAttribute(schema, name)
    const form = known === undefined ? newAttribute(name, def) : changed(schema, name, known, def)
    if (form !== undefined) (def.tupleAttrs ? composites : forms).push(form)
    for (const ident of def.idents ?? []) {
      if (!schema.idents.has(ident) && !forms.some((f) => f['db/ident'] === ident)) forms.push({ 'db/ident': ident })
    }
  }
  return [forms, composites].filter((list) => list.length > 0)
}

const typeIdent = (type: ValueType): string => `:db.type/${type}`

function newAttribute(name: string, def: AttributeDef): Record<string, unknown> {
  return {
    'db/ident': withColon(name),
    'db/valueType': typeIdent(def.type),
    'db/cardinality': def.many ? ':db.cardinality/many' : ':db.cardinality/one',
    ...(def.unique && { 'db/unique': `:db.unique/${def.unique}` }),
    ...(def.component && { 'db/isComponent': true }),
    ...(def.index && { 'db/index': true }),
    ...(def.noHistory && { 'db/noHistory': true }),
    ...(def.doc !== undefined && { 'db/doc': def.doc }),
    ...(def.tupleAttrs && { 'db/tupleAttrs': def.tupleAttrs.map(withColon) }),
    ...(def.tupleTypes && { 'db/tupleTypes': def.tupleTypes.map(typeIdent) }),
    ...(def.tupleType && { 'db/tupleType': typeIdent(def.tupleType) }),
  }
}

function changed(
  schema: Schema,
  name: string,
  known: Attribute,
  def: AttributeDef,
): Record<string, unknown> | undefined {
  const many = def.many === true
  if (known.type !== def.type || (known.many && !many)) {
    const side = (type: string, isMany: boolean): string => `${type}, cardinality ${isMany ? 'many' : 'one'}`
    throw mismatch(
      name,
      `${side(known.type, known.many)} in the database and ${side(def.type, many)} in the code: neither can be changed into the other`,
      { type: known.type, many: known.many },
      { type: def.type, many },
    )
  }
  const [theirs, ours] = [membersOf(known), wantedMembers(schema, def)]
  if (theirs !== ours) {
    const message = 'a tuple of other members in the database than in the code, and they never change'
    throw mismatch(name, message, { members: theirs }, { members: ours })
  }
  const form: Record<string, unknown> = {}
  if (many && !known.many) form['db/cardinality'] = ':db.cardinality/many'
  if (def.unique !== undefined && known.unique !== def.unique) form['db/unique'] = `:db.unique/${def.unique}`
  if (def.component && !known.component) form['db/isComponent'] = true
  if (def.index && !known.index) form['db/index'] = true
  if (def.noHistory && !known.noHistory) form['db/noHistory'] = true
  return Object.keys(form).length === 0 ? undefined : { 'db/id': withColon(name), ...form }
}

function mismatch(name: string, message: string, database: object, code: object): AnnalsError {
  const attribute = withColon(name)
  return new AnnalsError('schema/mismatch', `${attribute} is ${message}; use another name`, {
    attribute,
    database,
    code,
  })
}

/** What a tuple is made of, as text: types, or ids of attributes. */
const membersOf = ({ tupleAttrs, tupleTypes, tupleType }: Attribute): string =>
  String(tupleAttrs ?? tupleTypes ?? (tupleType === undefined ? '' : `${tupleType}…`))

function wantedMembers(schema: Schema, { tupleAttrs, tupleTypes, tupleType }: AttributeDef): string {
  const ids = tupleAttrs?.map((name) => findAttribute(schema, name)?.id ?? name)
  return String(ids ?? tupleTypes ?? (tupleType === undefined ? '' : `${tupleType}…`))
}
