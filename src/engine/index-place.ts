import { AnnalsError } from '../base/errors.ts'
import { describe } from '../datom/read-value.ts'
import { type Attribute, isInAvet } from '../datom/schema.ts'
import type { Value } from '../datom/value.ts'
import type { Db } from '../db/db.ts'
import { attributeOf, entityId, valueIn } from '../db/entity.ts'
import { COMPONENTS, INDEXES, type Index, type Place } from '../db/index-order.ts'

/** `:eavt`, `eavt` -> `eavt`. Throws `db/unknown-index`. */
export function indexOf(name: unknown): Index {
  const index = INDEXES.find((known) => name === known || name === `:${known}`)
  if (index !== undefined) return index
  throw new AnnalsError(
    'db/unknown-index',
    `there is no index ${describe(name)}; the indexes are ${INDEXES.join(', ')}`,
  )
}

/**
 * The place in `index` that an application's components name: entities by id, ident or lookup ref, attributes by name or id,
 * values read by their attribute. undefined when an entity among them does not exist. Throws `attribute/unknown`,
 * `db/not-indexed` (AVET of an attribute that is neither unique nor indexed), `db/bad-option` where one is left out before
 * others, and what reading values throws.
 */
export async function placeOf(db: Db, index: Index, components: readonly unknown[]): Promise<Place | undefined> {
  const place: { e?: number; a?: number; v?: Value; tx?: number } = {}
  let attribute: Attribute | undefined
  for (const [i, part] of COMPONENTS[index].entries()) {
    const given = components[i]
    if (given === undefined || given === null) {
      if (components.slice(i).every((c) => c === undefined || c === null)) break
      throw new AnnalsError('db/bad-option', `${index}: components follow, but ${part} is not given before them`)
    }
    if (part === 'a') {
      attribute = attributeOf(db.schema, given)
      place.a = attribute.id
      if (index === 'avet' && !isInAvet(attribute)) throw notIndexed(attribute)
    } else if (part === 'v') {
      const value = index === 'vaet' ? await entityId(db, given) : await valueIn(db, attribute as Attribute, given)
      if (value === undefined) return undefined
      place.v = value
    } else {
      const id = await entityId(db, given)
      if (id === undefined) return undefined
      if (part === 'e') place.e = id
      else place.tx = id
    }
  }
  return place
}

const notIndexed = (a: Attribute): AnnalsError =>
  new AnnalsError(
    'db/not-indexed',
    `AVET does not hold ${a.ident}: it is neither unique nor indexed; scan AEVT or set 'db/index'`,
    {
      attribute: a.ident,
    },
  )
