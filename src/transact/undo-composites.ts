import { tupleValue } from '../datom/read-value.ts'
import type { Attribute } from '../datom/schema.ts'
import type { Value } from '../datom/value.ts'
import type { Db } from '../db/db.ts'
import { valuesOf, whenLoaded } from '../db/load.ts'
import { scan } from '../db/view.ts'
import { ByValue } from './by-value.ts'
import type { FactJudge } from './undo-facts.ts'
import { placeKey, type Refusal, type UndoneFact } from './undo-plan.ts'

/** A fact, and why it stays as it is; undefined where it is reverted. */
export type FactVerdict = readonly [fact: UndoneFact, refusal: Refusal | undefined]

/**
 * The verdicts, with those refused that would bring back a member of a unique composite tuple which another entity has meanwhile:
 * the tuple comes back with its members.
 */
export async function sparingComposites(
  db: Db,
  judge: FactJudge,
  verdicts: readonly FactVerdict[],
): Promise<readonly FactVerdict[]> {
  const { composites } = db.schema
  const uniqueWith = (a: Attribute): readonly Attribute[] => (composites.get(a.id) ?? []).filter((c) => c.unique)
  const after = new Map<string, Value | null>()
  const entities = new Map<Attribute, Set<number>>()
  for (const [{ e, a, v, asserted }, refusal] of verdicts) {
    const tuples = refusal === undefined ? uniqueWith(a) : []
    const place = placeKey(e, a.id)
    if (tuples.length === 0 || (asserted && after.has(place))) continue
    after.set(place, asserted ? null : v)
    if (!asserted) for (const c of tuples) entities.set(c, (entities.get(c) ?? new Set()).add(e))
  }
  const taken = new Map<string, Refusal>()
  for (const [c, es] of entities) {
    const claimed = new ByValue<number>()
    for (const e of es) {
      const members: (Value | null)[] = []
      for (const id of c.tupleAttrs ?? []) {
        const changed = after.get(placeKey(e, id))
        const [now = null] = changed === undefined ? await whenLoaded(scan(db, 'eavt', { e, a: id }), valuesOf) : []
        members.push(changed === undefined ? now : changed)
      }
      const tuple = tupleValue(members, c.ident)
      const by = await judge.takenBy(c.id, tuple, e)
      if (by === undefined && claimed.get(c.id, tuple) === undefined) claimed.set(c.id, tuple, e)
      else for (const id of c.tupleAttrs ?? []) taken.set(placeKey(e, id), { reason: 'unique-conflict', by })
    }
  }
  if (taken.size === 0) return verdicts
  return verdicts.map(([fact, refusal]) => [
    fact,
    refusal ?? (fact.asserted ? undefined : taken.get(placeKey(fact.e, fact.a.id))),
  ])
}
