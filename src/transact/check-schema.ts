import { AnnalsError, isAnnalsError } from '../base/errors.ts'
import { Builtin } from '../datom/builtin.ts'
import { FIRST_USER_ID } from '../datom/ids.ts'
import { isSmall } from '../datom/read-value.ts'
import { showValue } from '../datom/show-value.ts'
import type { TxData } from '../datom/tx-data.ts'
import type { Value } from '../datom/value.ts'
import { VALUE_TYPES } from '../datom/value-type.ts'
import { applyTx } from '../db/apply.ts'
import type { Db } from '../db/db.ts'
import { countRows, loadAll } from '../db/load.ts'
import { isSchemaAttribute, valueTypeOf } from '../db/schema-at.ts'
import { isUsed } from '../db/schema-use.ts'
import { scan } from '../db/view.ts'
import { isAttributeName } from './check-definition.ts'
import { reverseName } from './map-key.ts'

/** Attributes that only an attribute entity may have. */
const OF_ATTRIBUTES: readonly number[] = [
  Builtin.valueType,
  Builtin.cardinality,
  Builtin.unique,
  Builtin.isComponent,
  Builtin.index,
  Builtin.noHistory,
]

/**
 * Refuses what would leave a schema that makes no sense: built-ins changed (`schema/frozen`), attributes without ident, type
 * or cardinality, types changed, uniqueness over facts that are not unique (`schema/malformed`, `schema/in-use`). The facts are
 * those after `data`, the decided datoms of transaction `tx`.
 */
export async function checkSchema(db: Db, tx: number, data: TxData): Promise<void> {
  const touched = new Map<number, Map<number, Value | null>>()
  for (let i = 0; i < data.length; i++) {
    const a = data.a[i] as number
    if (!isSchemaAttribute(a)) continue
    const e = data.e[i] as number
    if (e < FIRST_USER_ID) {
      throw new AnnalsError(
        'schema/frozen',
        `entity ${e} (${db.schema.identOf.get(e)}) is built in and cannot be changed`,
        {
          entity: e,
        },
      )
    }
    if (a === Builtin.ident && data.added[i] === 1) refuseToRename(db, e)
    let facts = touched.get(e)
    if (facts === undefined) {
      facts = new Map()
      touched.set(e, facts)
    }
    if (data.added[i] === 1) facts.set(a, data.v[i] as Value)
    else if (!facts.has(a)) facts.set(a, null)
  }
  const gone = new Set<number>()
  for (const e of touched.keys()) if (await takesAway(db, data, e)) gone.add(e)
  for (const [e, changed] of touched) {
    if (!OF_ATTRIBUTES.some((a) => changed.has(a)) && !db.schema.attributes.has(e)) continue
    if (gone.has(e)) await refuseUsed(db, e, data, gone)
    else await checkAttribute(db, e, changed, () => applyTx(db, tx, data, db.basisT))
  }
}

/** What annals itself has installed, such as how excisions are recorded, is found by its name. */
function refuseToRename({ schema }: Db, e: number): void {
  const ident = schema.identOf.get(e)
  if (ident === undefined || !/^:?db[./]/.test(ident)) return
  throw new AnnalsError('schema/frozen', `${ident} is annals' own and keeps its name`, { entity: e })
}

/** Whether {@link checkSchema} has nothing against these datoms. */
export async function makesSense(db: Db, data: TxData): Promise<boolean> {
  try {
    await checkSchema(db, db.lastTx + 1, data)
    return true
  } catch (e) {
    if (isAnnalsError(e) && e.code.startsWith('schema/')) return false
    throw e
  }
}

/** Whether all facts of an entity are retracted and none is asserted. */
async function takesAway(db: Db, data: TxData, e: number): Promise<boolean> {
  let retracted = 0
  for (let i = 0; i < data.length; i++) {
    if (data.e[i] !== e) continue
    if (data.added[i] === 1) return false
    retracted++
  }
  return (await countRows(scan(db, 'eavt', { e }))) === retracted
}

async function refuseUsed(db: Db, e: number, data: TxData, gone: ReadonlySet<number>): Promise<void> {
  if (!data.a.includes(e) && !(await isUsed(db, e, gone))) return
  throw inUse(db.schema.identOf.get(e), 'has been used and stays, or the past would be unreadable; rename it')
}

async function checkAttribute(
  db: Db,
  e: number,
  changed: ReadonlyMap<number, Value | null>,
  after: () => Promise<Db>,
): Promise<void> {
  const was = db.schema.attributes.get(e)
  const found = scan(db, 'eavt', { e })
  await loadAll([found])
  const facts = new Map<number, Value>()
  for (const b of found.batches()) for (let i = b.start; i < b.end; i++) facts.set(b.a[i] as number, b.v[i] as Value)
  for (const [a, v] of changed) {
    if (v === null) facts.delete(a)
    else facts.set(a, v)
  }
  const ident = String(facts.get(Builtin.ident) ?? '').slice(1) || was?.ident || `entity ${e}`
  const malformed = (message: string): AnnalsError =>
    new AnnalsError('schema/malformed', `${ident}: ${message}`, { ident })
  const wanted = [Builtin.ident, Builtin.valueType, Builtin.cardinality]
  const gone = wanted.filter((a) => !facts.has(a)).map((a) => db.schema.identOf.get(a))
  if (gone.length > 0) throw malformed(`an attribute needs ${gone.join(' and ')}`)
  if (changed.has(Builtin.ident) && !isAttributeName(ident)) throw malformed("an attribute's name is like 'inv/sku'")
  if (reverseName(ident) !== undefined) throw malformed('a name that begins with _ is read as the reverse of another')
  const type = valueTypeOf(facts.get(Builtin.valueType) as number)
  if (type === undefined) throw malformed(':db/valueType wants one of :db.type/string, :db.type/ref, …')
  const cardinality = facts.get(Builtin.cardinality)
  if (cardinality !== Builtin.one && cardinality !== Builtin.many) {
    throw malformed(':db/cardinality wants :db.cardinality/one or :db.cardinality/many')
  }
  const unique = facts.get(Builtin.unique)
  if (unique !== undefined && unique !== Builtin.identity && unique !== Builtin.value) {
    throw malformed(':db/unique wants :db.unique/identity or :db.unique/value')
  }
  if (unique !== undefined && type === 'bytes') throw malformed('bytes cannot be unique')
  if (facts.get(Builtin.isComponent) === true && type !== 'ref') throw malformed('only a ref can be a component')
  await checkTuple(after, type, facts, malformed)
  if (was === undefined) return
  if (TUPLE_KINDS.some((a) => changed.has(a)))
    throw malformed('what its members are can never change; make a new attribute')
  if (cardinality === Builtin.many && db.schema.composites.has(e)) {
    throw inUse(ident, 'cannot become many: it is a member of a composite tuple')
  }
  if (was.type !== type) throw malformed(`its type is ${was.type} and can never change; make a new attribute`)
  const single = was.many && cardinality === Builtin.one
  const distinct = was.unique === undefined && unique !== undefined
  if (!single && !distinct) return
  const all = scan(await after(), 'aevt', { a: e })
  await loadAll([all])
  refuseShared(all.batches(), ident, single, distinct)
}

const TUPLE_TYPES: readonly number[] = [Builtin.tupleTypes, Builtin.tupleType]
const TUPLE_KINDS: readonly number[] = [Builtin.tupleAttrs, ...TUPLE_TYPES]

/** A tuple says in one way what its members are; a composite has one value, and so have the attributes that it joins. */
async function checkTuple(
  after: () => Promise<Db>,
  type: string,
  facts: ReadonlyMap<number, Value>,
  malformed: (message: string) => AnnalsError,
): Promise<void> {
  const kinds = TUPLE_KINDS.filter((a) => facts.has(a)).length
  if (kinds !== Number(type === 'tuple')) {
    throw malformed(
      'a tuple, and nothing else, has one of :db/tupleAttrs (composite), :db/tupleTypes and :db/tupleType',
    )
  }
  const types = TUPLE_TYPES.flatMap((a) => (facts.has(a) ? [showValue(facts.get(a) as Value)] : [])).flat()
  const bad = types.find((name) => !VALUE_TYPES.some((known) => name === `:db.type/${known}`))
  if (bad !== undefined) throw malformed(`a tuple's member is of :db.type/string, :db.type/ref, …, not ${String(bad)}`)
  const members = facts.get(Builtin.tupleAttrs)
  if (members === undefined) return
  if (facts.get(Builtin.cardinality) !== Builtin.one) throw malformed('a composite tuple has cardinality one')
  const { attributes } = (await after()).schema
  for (const id of showValue(members) as number[]) {
    const member = attributes.get(id)
    if (member === undefined || member.many || member.type === 'tuple') {
      throw malformed(`a composite joins attributes of cardinality one that are no tuples, and entity ${id} is none`)
    }
  }
}

type Batches = ReturnType<ReturnType<typeof scan>['batches']>

/** Refuses several values of one entity, where each is to have a `single` one, and what cannot be looked up by, or leads to two, where values are to be `distinct`. */
function refuseShared(batches: Batches, ident: string, single: boolean, distinct: boolean): void {
  const owners = new Map<Value, number>()
  let last = -1
  for (const b of batches) {
    for (let i = b.start; i < b.end; i++) {
      const v = b.v[i] as Value
      const e = b.e[i] as number
      const owner = owners.get(v) ?? e
      if (single && e === last)
        throw inUse(ident, `cannot become cardinality one: entity ${e} has several values`, { entity: e })
      if (distinct && !isSmall(v))
        throw inUse(ident, `cannot become unique: a value of entity ${e} is too large`, { entity: e })
      if (distinct && owner !== e)
        throw inUse(ident, `cannot become unique: entities ${owner} and ${e} have the same value`, {
          entities: [owner, e],
        })
      owners.set(v, e)
      last = e
    }
  }
}

const inUse = (ident: string | undefined, message: string, facts = {}): AnnalsError =>
  new AnnalsError('schema/in-use', `${ident} ${message}`, { ident, ...facts })
