import { IDENT, type ModelDb } from './model-db.ts'
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
  const id = builtins.get(ident) ?? db.ident(ident)
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
  const id = db.ident(text.startsWith(':') ? text : `:${text}`)
  const found = id === undefined ? undefined : attribute(db, id)
  if (found === undefined) throw new Refused('attribute', `no attribute ${text}`)
  return found
}

/** All attributes there are. */
export function attributes(db: ModelDb): readonly ModelAttribute[] {
  const typed = db.now.filter((d) => d.a === builtin(db, ':db/valueType'))
  return typed.map((d) => attribute(db, d.e) as ModelAttribute)
}
