import { AnnalsError } from '../base/errors.ts'
import { BUILTIN_IDENTS, Builtin } from '../datom/builtin.ts'
import type { Attribute, Schema } from '../datom/schema.ts'
import { withoutColon } from '../datom/schema.ts'
import { showValue } from '../datom/show-value.ts'
import type { Value } from '../datom/value.ts'
import { VALUE_TYPES, type ValueType } from '../datom/value-type.ts'
import type { Batch } from './scan.ts'

/** Whether a fact of attribute `a` can change the schema. */
export const isSchemaAttribute = (a: number): boolean => a <= Builtin.entityPreds && a !== Builtin.doc

export const EMPTY_SCHEMA: Schema = {
  attributes: new Map(),
  idents: new Map(),
  identOf: new Map(),
  composites: new Map(),
}

const uniqueIdent = new Map(BUILTIN_IDENTS)

/** The value type that an entity id stands for as a value of `:db/valueType`; undefined when it is none. */
export const valueTypeOf = (id: number): ValueType | undefined => VALUE_TYPES[id - Builtin.typeFirst]
/** The entity of a value type. */
export const idOfValueType = (type: ValueType): number => Builtin.typeFirst + VALUE_TYPES.indexOf(type)

/**
 * `schema` with the entities in `facts` read anew: for each, everything that is known about it now (an empty list when
 * nothing is).
 */
export function updateSchema(schema: Schema, facts: ReadonlyMap<number, readonly Batch[]>): Schema {
  const attributes = new Map(schema.attributes)
  const idents = new Map(schema.idents)
  const identOf = new Map(schema.identOf)
  for (const [e, batches] of facts) {
    const known = factsOf(batches)
    const ident = known.get(Builtin.ident)?.[0]
    identOf.delete(e)
    if (ident !== undefined) {
      const name = showValue(ident) as string
      idents.set(name, e)
      identOf.set(e, name)
    }
    const attribute = readAttribute(e, known, identOf.get(e) ?? schema.attributes.get(e)?.ident)
    if (attribute === undefined) attributes.delete(e)
    else attributes.set(e, attribute)
  }
  return { attributes, idents, identOf, composites: compositesOf(attributes) }
}

/** `schema` without any name for entity `e`, which was taken away before anybody used it. */
export function withoutNames(schema: Schema, e: number): Schema {
  return { ...schema, idents: new Map([...schema.idents].filter(([, id]) => id !== e)) }
}

/** The composite tuples that each attribute is a member of. */
export function compositesOf(attributes: ReadonlyMap<number, Attribute>): Map<number, Attribute[]> {
  const out = new Map<number, Attribute[]>()
  for (const tuple of attributes.values()) {
    for (const member of tuple.tupleAttrs ?? []) out.set(member, [...(out.get(member) ?? []), tuple])
  }
  return out
}

function factsOf(batches: readonly Batch[]): Map<number, Value[]> {
  const known = new Map<number, Value[]>()
  for (const b of batches) {
    for (let i = b.start; i < b.end; i++) {
      const a = b.a[i] as number
      const values = known.get(a)
      if (values === undefined) known.set(a, [b.v[i] as Value])
      else values.push(b.v[i] as Value)
    }
  }
  return known
}

function readAttribute(id: number, known: Map<number, Value[]>, ident: string | undefined): Attribute | undefined {
  const first = (a: number): Value | undefined => known.get(a)?.[0]
  const type = first(Builtin.valueType)
  if (type === undefined || ident === undefined) return undefined
  const valueType = valueTypeOf(type as number)
  if (valueType === undefined) {
    throw new AnnalsError('schema/malformed', `${ident}: entity ${type} is not a value type (:db.type/…)`, { ident })
  }
  const unique = first(Builtin.unique)
  const names = first(Builtin.tupleAttrs)
  const types = first(Builtin.tupleTypes)
  const one = first(Builtin.tupleType)
  const plain = (v: Value): string => withoutColon(showValue(v) as string)
  return {
    id,
    ident,
    name: withoutColon(ident),
    type: valueType,
    many: first(Builtin.cardinality) === Builtin.many,
    unique:
      unique === undefined ? undefined : uniqueIdent.get(unique as number)?.endsWith('identity') ? 'identity' : 'value',
    component: first(Builtin.isComponent) === true,
    index: first(Builtin.index) === true,
    noHistory: first(Builtin.noHistory) === true,
    tupleAttrs: names === undefined ? undefined : (showValue(names) as number[]),
    tupleTypes:
      types === undefined
        ? undefined
        : (showValue(types) as string[]).map((t) => t.replace(':db.type/', '') as ValueType),
    preds: (known.get(Builtin.attrPreds) ?? []).map((v) => showValue(v) as string),
    tupleType: one === undefined ? undefined : (plain(one).replace('db.type/', '') as ValueType),
  }
}
