import { AnnalsError } from '../base/errors.ts'
import { andThen, type MaybePromise } from '../base/maybe-promise.ts'
import { isKeyword, unlisted } from '../datom/atoms.ts'
import { isEntityId } from '../datom/ids.ts'
import { describe, MOST_NESTED, readUntyped, readValue, tupleValue } from '../datom/read-value.ts'
import { type Attribute, findAttribute, nearestAttribute, type Schema } from '../datom/schema.ts'
import type { Value } from '../datom/value.ts'
import type { ValueType } from '../datom/value-type.ts'
import { type Db, resolveAlias } from './db.ts'
import { whenLoaded } from './load.ts'
import type { Scan } from './scan.ts'
import { scan } from './view.ts'

/** The attribute, or `attribute/unknown` naming the nearest one. */
export function attributeOf(schema: Schema, name: unknown): Attribute {
  const key = isKeyword(name) ? name.$kw : name
  if (typeof key === 'string' || typeof key === 'number') {
    const found = findAttribute(schema, key)
    if (found !== undefined) return found
    const near = typeof key === 'string' ? nearestAttribute(schema, key) : undefined
    const hint = near === undefined ? 'install it first (defineSchema, or a transaction)' : `did you mean ${near}?`
    throw new AnnalsError('attribute/unknown', `there is no attribute ${key}; ${hint}`, {
      attribute: key,
      nearest: near,
    })
  }
  throw new AnnalsError('attribute/unknown', `an attribute is a name such as 'inv/sku', got ${describe(name)}`, {})
}

/** Whether `x` has the shape of a lookup ref: two elements, the first the name of an attribute, the second no list of one. */
export const isLookupRef = (x: unknown): x is readonly [unknown, unknown] =>
  Array.isArray(x) && x.length === 2 && (isKeyword(x[0]) || typeof x[0] === 'string')

/**
 * The id of the entity that `ref` names in `db`: an id, an ident (':green' or a keyword) or a lookup ref
 * (['inv/sku', 'SKU-42']); undefined when there is none. An id is taken as it is: whether it has facts is not asked.
 * Throws `entity/bad-id` for anything else, `attribute/unknown`, and what reading the value throws.
 */
export function entityId(db: Db, ref: unknown, depth = MOST_NESTED): MaybePromise<number | undefined> {
  if (typeof ref === 'number') return givenId(db, ref)
  if (isKeyword(ref)) return db.schema.idents.get(ref.$kw)
  if (typeof ref === 'string' && ref.startsWith(':')) return db.schema.idents.get(ref)
  const list = unlisted(ref)
  if (isLookupRef(list) && depth > 0) return lookupRef(db, list, depth - 1)
  throw namesNobody(ref)
}

/** The entity that a number means. Throws `entity/bad-id`. */
export function givenId(db: Db, id: number): number {
  if (isEntityId(id)) return resolveAlias(db, id)
  throw new AnnalsError('entity/bad-id', `${id} cannot be an entity id: ids are integers from 0 below 2^30`, { id })
}

/** The refusal of `x` in an entity's place; `besides`: what else may stand there. */
export const namesNobody = (x: unknown, besides = ''): AnnalsError =>
  new AnnalsError(
    'entity/bad-id',
    `an entity is an id${besides}, an ident such as ':green' or a lookup ref such as ['inv/sku', 'SKU-42'], got ${describe(x)}`,
    {},
  )

function lookupRef(
  db: Db,
  [name, given]: readonly [unknown, unknown],
  depth: number,
): MaybePromise<number | undefined> {
  const attribute = attributeOf(db.schema, name)
  if (attribute.unique === undefined) {
    throw new AnnalsError(
      'entity/bad-id',
      `a lookup ref needs a unique attribute and ${attribute.ident} is not one; declare it unique or query for the entity`,
      { attribute: attribute.ident },
    )
  }
  const value = given === null || given === undefined ? undefined : valueIn(db, attribute, given, depth)
  return andThen(value, (v) => (v === undefined ? undefined : entityWith(db, attribute.id, v)))
}

/**
 * A value as somebody looks for it, with entities named as in {@link entityId}; undefined where one of them is nobody. Throws
 * as reading values does.
 */
export function valueIn(db: Db, a: Attribute, given: unknown, depth = MOST_NESTED): MaybePromise<Value | undefined> {
  if (a.type === 'ref') return entityId(db, given, depth)
  if (a.type !== 'tuple') return readValue(a.type, given, a.ident)
  const members = nameMembers(db.schema, a, given, (m) => entityId(db, m, depth))
  const read = (found: readonly unknown[]): Value | undefined =>
    found.includes(undefined) ? undefined : readTuple(db.schema, a, found)
  return members.some((m) => m instanceof Promise) ? Promise.all(members).then(read) : read(members)
}

/** The types of a tuple's members; undefined where all have one. */
const memberTypes = (schema: Schema, a: Attribute): readonly (ValueType | undefined)[] | undefined =>
  a.tupleTypes ?? a.tupleAttrs?.map((id) => schema.attributes.get(id)?.type)

const namesEntity = (m: unknown): boolean =>
  typeof m === 'number' || typeof m === 'string' || isKeyword(m) || Array.isArray(unlisted(m))

/** The members of a tuple as they are given, null for absent ones; what names an entity becomes what `name` makes of it. */
export function nameMembers(
  schema: Schema,
  a: Attribute,
  given: unknown,
  name: (member: unknown) => unknown,
): readonly unknown[] {
  const types = memberTypes(schema, a)
  return Array.from(listOf(a, given), (m = null, i) =>
    (types === undefined ? a.tupleType : types[i]) === 'ref' && namesEntity(m) ? name(m) : m,
  )
}

/** Throws `value/wrong-type`. */
function listOf({ ident }: Attribute, given: unknown): readonly unknown[] {
  const list = unlisted(given)
  if (Array.isArray(list)) return list
  throw new AnnalsError('value/wrong-type', `${ident} wants a list (tuple), got ${describe(given)}`, {
    attribute: ident,
    wanted: 'tuple',
  })
}

/** Reads a tuple whose members need no database (ids for refs). Throws `value/wrong-type` and what its members throw. */
export function readTuple(schema: Schema, attribute: Attribute, given: unknown): Value {
  const where = attribute.ident
  const list = listOf(attribute, given)
  const types = memberTypes(schema, attribute)
  if (types !== undefined && types.length !== list.length) {
    throw new AnnalsError('value/wrong-type', `${where} wants ${types.length} members, got ${list.length}`, {
      attribute: where,
      wanted: 'tuple',
    })
  }
  const members = Array.from(list, (m, i) => {
    if (m === null || m === undefined) return null
    const type = types === undefined ? attribute.tupleType : types[i]
    return type === undefined || type === 'tuple' ? readUntyped(m, where) : readValue(type, m, where)
  })
  return tupleValue(members, where)
}

/**
 * The entity that has `v` for the unique attribute `a` in `db`'s view; undefined when none has. In a history, where many may have had
 * it, the one that has it at its end, or else had it last.
 */
export function entityWith(db: Db, a: number, v: Value): MaybePromise<number | undefined> {
  const { view } = db
  if (!view.history) return whenLoaded(scan(db, 'avet', { a, v }), firstEntity)
  const holder = entityWith({ ...db, view: { ...view, history: false } }, a, v)
  return andThen(holder, (e) => e ?? whenLoaded(scan(db, 'avet', { a, v }), lastEntity))
}

const firstEntity = (found: Scan): number | undefined => {
  const batch = found.batches()[0]
  return batch?.e[batch.start]
}

const lastEntity = (found: Scan): number | undefined => {
  let [e, last]: [number | undefined, number] = [undefined, -1]
  for (const b of found.batches()) {
    for (let i = b.start; i < b.end; i++) {
      if ((b.tx[i] as number) > last) [e, last] = [b.e[i], b.tx[i] as number]
    }
  }
  return e
}
