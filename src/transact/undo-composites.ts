import { isSmall, tupleValue } from '../datom/read-value.ts'
import type { Attribute } from '../datom/schema.ts'
import type { Value } from '../datom/value.ts'
import type { Db } from '../db/db.ts'
import { valuesOf, whenLoaded } from '../db/load.ts'
import { scan } from '../db/view.ts'
import { ByValue } from './by-value.ts'
import { placeKey, type Refusal, type UndoneFact, type UndoPlan } from './undo-plan.ts'

/**
 * The plan without what would give an entity a unique composite tuple that another has, or one with a member too large for it: tuples
 * follow their members. `db` is the value that the whole plan is for.
 */
export async function sparingComposites(db: Db, plan: UndoPlan): Promise<UndoPlan> {
  if (db.schema.composites.size === 0) return plan
  let { change, reverted, skipped } = plan
  // what one entity keeps another cannot have
  for (;;) {
    const refused = await refusedPlaces(db, change.facts)
    if (refused.size === 0) return { change, reverted, skipped }
    const refusalOf = ({ e, a }: UndoneFact): Refusal | undefined => refused.get(placeKey(e, a.id))
    change = {
      facts: change.facts.filter((fact) => refusalOf(fact) === undefined),
      increments: change.increments.filter(({ e, a }) => !refused.has(placeKey(e, a))),
    }
    const left = reverted.flatMap((fact) => {
      const refusal = refusalOf(fact)
      return refusal === undefined ? [] : [{ ...fact, ...refusal }]
    })
    skipped = [...skipped, ...left]
    reverted = reverted.filter((fact) => refusalOf(fact) === undefined)
  }
}

/** The places of members that have to stay as they are, as {@link placeKey}, of those that `facts` change. */
async function refusedPlaces(db: Db, facts: readonly UndoneFact[]): Promise<ReadonlyMap<string, Refusal>> {
  const after = new Map<string, Value | null>()
  const touched = new Map<Attribute, Set<number>>()
  for (const { e, a, v, asserted } of facts) {
    const place = placeKey(e, a.id)
    for (const c of db.schema.composites.get(a.id) ?? []) {
      touched.set(c, (touched.get(c) ?? new Set()).add(e))
      if (!asserted) after.set(place, v)
      else if (!after.has(place)) after.set(place, null)
    }
  }
  const refused = new Map<string, Refusal>()
  for (const [c, entities] of touched) {
    const members = c.tupleAttrs ?? []
    const membersAfter = (e: number): Promise<(Value | null)[]> =>
      Promise.all(members.map(async (id) => after.get(placeKey(e, id)) ?? (await memberNow(db, after, e, id))))
    const claimed = new ByValue<number>()
    for (const e of entities) {
      const all = await membersAfter(e)
      if (all.every((m) => m === null)) continue
      let refusal: Refusal | undefined
      if (!all.every((m) => m === null || isSmall(m))) refusal = { reason: 'schema', by: undefined }
      else if (c.unique !== undefined) {
        const tuple = tupleValue(all, c.ident)
        const { owner, by } = await ownerOf(db, c, tuple)
        const leaves =
          owner === undefined || owner === e || (entities.has(owner) && !same(await membersAfter(owner), all))
        if (!leaves || claimed.get(c.id, tuple) !== undefined) refusal = { reason: 'unique-conflict', by }
        claimed.set(c.id, tuple, e)
      }
      if (refusal !== undefined) for (const id of members) refused.set(placeKey(e, id), refusal)
    }
  }
  return refused
}

/** What entity `e` has for a member, where nothing of it changes. */
async function memberNow(
  db: Db,
  after: ReadonlyMap<string, Value | null>,
  e: number,
  id: number,
): Promise<Value | null> {
  if (after.has(placeKey(e, id))) return null
  return (await whenLoaded(scan(db, 'eavt', { e, a: id }), valuesOf))[0] ?? null
}

const same = (x: readonly (Value | null)[], y: readonly (Value | null)[]): boolean => x.every((m, i) => m === y[i])

/** Who has a tuple now, and since which transaction. */
async function ownerOf(db: Db, { id }: Attribute, v: Value): Promise<{ owner?: number; by: number | undefined }> {
  const [batch] = await whenLoaded(scan(db, 'avet', { a: id, v }), (s) => s.batches())
  if (batch === undefined) return { by: undefined }
  return { owner: batch.e[batch.start] as number, by: batch.tx[batch.start] as number }
}
