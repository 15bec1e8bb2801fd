import type { Attribute, Schema } from './schema.ts'

/** What shows in answers. How facts are filed, and what AVET holds, is as it is today for whoever reads today's segments. */
const SHOWN = ['ident', 'type', 'many', 'component', 'tupleAttrs', 'tupleTypes', 'tupleType'] as const

/**
 * What a value of `early` is read with from the segments of `late`: undefined where an answer would be another, because an
 * attribute or ident has changed since, or names entities no more.
 */
export function earlierSchema(early: Schema, late: Schema): Schema | undefined {
  if (early === late) return late
  const attributes = new Map<number, Attribute>()
  for (const [id, then] of early.attributes) {
    const now = late.attributes.get(id)
    if (now === undefined || !showsSame(then, now) || (then.unique && then.unique !== now.unique)) return undefined
    attributes.set(id, now)
  }
  for (const [ident, id] of early.idents) if (late.idents.get(ident) !== id) return undefined
  for (const [id, ident] of early.identOf) if (late.identOf.get(id) !== ident) return undefined
  return { ...early, attributes }
}

/** Tuples are lists of ids or of types. */
const showsSame = (a: Attribute, b: Attribute): boolean =>
  SHOWN.every((field) => a[field] === b[field] || String(a[field]) === String(b[field]))
