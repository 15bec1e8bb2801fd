import { type ModelDatom, type ModelDb, valueKey } from './model-db.ts'
import {
  attribute,
  attributes,
  builtin,
  isSchemaFact,
  isUsed,
  type ModelAttribute,
  OF_ATTRIBUTES,
} from './model-schema.ts'
import { Refused } from './refused.ts'

/** The first id that is not a built-in's. */
const FIRST = 1000

/** Refuses schemas that make no sense, and changes that the documentation does not allow. */
export function checkModelSchema(db: ModelDb, said: readonly ModelDatom[]): void {
  const making = OF_ATTRIBUTES.map((name) => builtin(db, name))
  const touched = said.filter((d) => isSchemaFact(db, d))
  if (touched.some((d) => d.e < FIRST)) throw new Refused('schema', 'built in')
  const after = db.plus(said)
  for (const e of new Set(touched.map((d) => d.e))) {
    const was = attribute(db, e)
    if (was === undefined && !touched.some((d) => d.e === e && making.includes(d.a))) continue
    if (after.about(e).length > 0 || said.some((d) => d.e === e && d.added)) checkOne(db, after, e, was)
    else if (said.some((d) => d.a === e) || isUsed(db, e)) throw new Refused('schema', 'used, and taken away')
  }
}

function checkOne(db: ModelDb, after: ModelDb, e: number, was: ModelAttribute | undefined): void {
  const refuse = (why: string): never => {
    throw new Refused('schema', `${e}: ${why}`)
  }
  const one = (name: string): unknown => after.values(e, builtin(db, name))[0]
  for (const name of [':db/ident', ':db/valueType', ':db/cardinality'])
    if (one(name) === undefined) refuse(`no ${name}`)
  const among = (name: string, ...idents: string[]): void => {
    const found = one(name)
    if (found !== undefined && !idents.some((i) => builtin(db, i) === found)) refuse(`not a ${name}`)
  }
  among(':db/cardinality', ':db.cardinality/one', ':db.cardinality/many')
  among(':db/unique', ':db.unique/identity', ':db.unique/value')
  const typeIdent = String(after.values(one(':db/valueType') as number, builtin(db, ':db/ident'))[0])
  if (!typeIdent.startsWith(':db.type/')) refuse('not a type')
  const is = attribute(after, e) as ModelAttribute
  if (is.component && is.type !== 'ref') refuse('a component is a ref')
  const kinds = [is.tupleAttrs, is.tupleTypes, is.tupleType].filter((k) => k !== undefined)
  if (kinds.length !== (is.type === 'tuple' ? 1 : 0)) refuse('a tuple is made in one way')
  if (is.tupleAttrs !== undefined && is.many) refuse('a composite is one')
  for (const t of attributes(after)) {
    if (t.id !== e && !t.tupleAttrs?.includes(e)) continue
    for (const m of t.tupleAttrs ?? []) {
      const member = attribute(t.id === e ? db : after, m)
      if (member === undefined || member.many || member.type === 'tuple') refuse('a composite joins single values')
    }
  }
  if (was !== undefined) {
    if (was.type !== is.type) refuse('a type never changes')
    const tuple = (a: ModelAttribute): string => valueKey([a.tupleAttrs, a.tupleTypes, a.tupleType])
    if (tuple(was) !== tuple(is)) refuse('a tuple never changes')
  }
  const facts = after.now.filter((d) => d.a === e)
  if (was?.many && !is.many && repeats(facts.map((d) => String(d.e)))) refuse('somebody has several')
  if (was?.unique === undefined && is.unique !== undefined && repeats(facts.map((d) => valueKey(d.v))))
    refuse('a value belongs to several')
}

const repeats = (keys: readonly string[]): boolean => new Set(keys).size < keys.length
