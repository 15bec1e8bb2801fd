import { Builtin } from '../datom/builtin.ts'
import { keywordValue } from '../datom/read-value.ts'
import { sameValue } from '../datom/value.ts'
import type { Db } from './db.ts'
import { everSaid } from './ever-said.ts'
import { valuesOf, whenLoaded } from './load.ts'
import { scan } from './view.ts'

/**
 * Whether a schema entity was ever used: facts have it as their attribute or point to it, now or in the past, or the schema
 * builds on it (a composite tuple of it that is not `gone` as well, an entity spec that requires it).
 */
export async function isUsed(db: Db, e: number, gone: ReadonlySet<number>): Promise<boolean> {
  if (db.schema.composites.get(e)?.some((tuple) => !gone.has(tuple.id))) return true
  // the rows of a whole attribute are counted without reading any
  if (scan(db, 'aevt', { a: e }).count > 0) return true
  if ((await everSaid(db, 'aevt', { a: e })) || (await everSaid(db, 'vaet', { v: e }))) return true
  const ident = db.schema.identOf.get(e)
  if (ident === undefined) return false
  const required = await whenLoaded(scan(db, 'aevt', { a: Builtin.entityAttrs }), valuesOf)
  return required.some((v) => sameValue(v, keywordValue(ident)))
}
