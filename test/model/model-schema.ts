import { IDENT, type ModelDatom, ModelDb } from './model-db.ts'
import { Refused } from './refused.ts'

export interface ModelAttribute {
  readonly id: number
  readonly ident: string
  readonly type: string
  readonly many: boolean
  readonly unique: string | undefined
  readonly component: boolean
  readonly noHistory: boolean
  readonly tupleAttrs: readonly number[] | undefined
  readonly tupleTypes: readonly string[] | undefined
  readonly tupleType: string | undefined
  readonly preds: readonly string[]
}

const builtins = new Map<string, number>()

/** The id of a built-in, which is always there and never another. */
export function builtin(db: ModelDb, ident: string): number {
  const id = builtins.get(ident) ?? db.now.find((d) => d.a === IDENT && d.v === ident)?.e
  if (id === undefined) throw new Error(`the model has no ${ident}`)
  builtins.set(ident, id)
  return id
}

/** The newest name of an entity. */
export const nameOf = (db: ModelDb, e: number): string =>
  String(db.values(e, IDENT)[0] ?? db.datoms.findLast((d) => d.e === e && d.a === IDENT && d.added)?.v)

const schemas = new WeakMap<ModelDb, Map<number, ModelAttribute | undefined>>()

/** The attribute that entity `id` is, by what holds of it; undefined when it is none. */
export function attribute(db: ModelDb, id: number): ModelAttribute | undefined {
  let known = schemas.get(db)
  if (known === undefined) {
    known = new Map()
    schemas.set(db, known)
  }
  if (!known.has(id)) known.set(id, readAttribute(db, id))
  return known.get(id)
}

function readAttribute(db: ModelDb, id: number): ModelAttribute | undefined {
  const one = (name: string): unknown => db.values(id, builtin(db, name))[0]
  const entityName = (e: unknown): string | undefined => (e === undefined ? undefined : nameOf(db, e as number))
  const type = entityName(one(':db/valueType'))
  if (type === undefined) return undefined
  return {
    id,
    ident: nameOf(db, id),
    type: type.replace(':db.type/', ''),
    many: entityName(one(':db/cardinality')) === ':db.cardinality/many',
    unique: entityName(one(':db/unique'))?.replace(':db.unique/', ''),
    component: one(':db/isComponent') === true,
    noHistory: one(':db/noHistory') === true,
    tupleAttrs: one(':db/tupleAttrs') as number[] | undefined,
    tupleTypes: (one(':db/tupleTypes') as string[] | undefined)?.map((t) => t.replace(':db.type/', '')),
    tupleType: (one(':db/tupleType') as string | undefined)?.replace(':db.type/', ''),
    preds: db.values(id, builtin(db, ':db.attr/preds')) as string[],
  }
}

/** The attribute of that name. */
export function named(db: ModelDb, name: unknown): ModelAttribute {
  const text = String(name)
  const id = entityNamed(db, text.startsWith(':') ? text : `:${text}`)
  const found = id === undefined ? undefined : attribute(db, id)
  if (found === undefined) throw new Refused('attribute', `no attribute ${text}`, ['ident'])
  return found
}

/** Facts that make an entity an attribute. */
export const OF_ATTRIBUTES = [
  ':db/valueType',
  ':db/cardinality',
  ':db/unique',
  ':db/isComponent',
  ':db/index',
  ':db/noHistory',
]
const OTHERS = [
  ':db/ident',
  ':db/tupleAttrs',
  ':db/tupleTypes',
  ':db/tupleType',
  ':db.attr/preds',
  ':db.entity/attrs',
  ':db.entity/preds',
]
let ofSchema: ReadonlySet<number> | undefined

/** Whether a fact is part of the schema. */
export function isSchemaFact(db: ModelDb, d: ModelDatom): boolean {
  ofSchema ??= new Set([...OF_ATTRIBUTES, ...OTHERS].map((name) => builtin(db, name)))
  return ofSchema.has(d.a)
}

/** Whether anything was ever said with an attribute, or of it by others, or builds on it. */
export function isUsed(db: ModelDb, e: number): boolean {
  const said = db.history()
  const pointed = (d: ModelDatom): boolean => d.v === e && attribute(db, d.a)?.type === 'ref'
  const required = db.now.filter((d) => d.a === builtin(db, ':db.entity/attrs')).map((d) => d.v)
  return (
    said.some((d) => d.a === e || pointed(d)) ||
    required.includes(nameOf(db, e)) ||
    attributes(db).some((t) => t.tupleAttrs?.includes(e))
  )
}

/**
 * The entity of an ident. Renamed entities keep their old names until somebody else takes them; one that was taken away before
 * anybody used it has none.
 */
export function entityNamed(db: ModelDb, name: string): number | undefined {
  const d = db.datoms.findLast((x) => x.a === IDENT && x.added && x.v === name)
  if (d === undefined || db.values(d.e, IDENT)[0] === name) return d?.e
  const said = db.datoms.filter((x) => x.e === d.e && x.tx > d.tx && isSchemaFact(db, x))
  const unmade = [...new Set(said.map((x) => x.tx))].some((tx) => {
    const then = new ModelDb(db.datoms.filter((x) => x.tx <= tx))
    return then.about(d.e).length === 0 && !isUsed(then, d.e)
  })
  return unmade ? undefined : d.e
}

/** All attributes there are. */
export function attributes(db: ModelDb): readonly ModelAttribute[] {
  const typed = db.now.filter((d) => d.a === builtin(db, ':db/valueType'))
  return typed.map((d) => attribute(db, d.e) as ModelAttribute)
}
