import { AnnalsError } from '../base/errors.ts'
import { describe } from '../datom/read-value.ts'
import type { Attribute } from '../datom/schema.ts'
import { showValue } from '../datom/show-value.ts'
import type { Value } from '../datom/value.ts'
import type { Db } from '../db/db.ts'
import { loadAll } from '../db/load.ts'
import type { Scan } from '../db/scan.ts'
import { scan } from '../db/view.ts'
import { ByValue } from './by-value.ts'
import { type EntityForm, Lookup, type Names, Tempid, TupleForm } from './entity-form.ts'
import type { Op, ValueForm } from './op.ts'

/** A claim that a tempid has a value which identifies one entity. */
interface Claim {
  readonly tempid: Tempid
  readonly a: Attribute
  readonly v: ValueForm
}
interface KnownClaim extends Claim {
  readonly value: Value
  readonly found: Scan
}

/**
 * Finds what the tempids of a transaction stand for: the entity that already has a unique-identity value they are given
 * (upsert), or one new entity for all tempids that share such a value. Repeats while refs to tempids that have just been
 * found make further values known. Throws `tx/tempid-conflict` when one tempid would have to be two entities.
 */
export async function resolveTempids(db: Db, ops: readonly Op[], names: Names): Promise<void> {
  let open = claims(ops)
  const owners = new ByValue<Tempid>()
  const pointing = new Map<string, Tempid>()
  let moved = true
  while (open.length > 0 && moved) {
    const known: KnownClaim[] = []
    const waiting: Claim[] = []
    for (const { tempid, a, v } of open) {
      const value = knownValue(v)
      if (value === undefined) waiting.push({ tempid, a, v })
      else known.push({ tempid, a, v, value, found: scan(db, 'avet', { a: a.id, v: value }) })
    }
    const loading = loadAll(known.map((k) => k.found))
    if (loading !== undefined) await loading
    moved = known.length > 0
    for (const { tempid, a, value, found } of known) {
      const batch = found.batches()[0]
      if (batch !== undefined) settle(tempid.root, batch.e[batch.start] as number, a, value)
      const owner = owners.get(a.id, value)
      if (owner === undefined) owners.set(a.id, value, tempid.root)
      else share(owner.root, tempid.root, a, value)
    }
    for (const { tempid, a, v } of waiting) {
      // a ref to a tempid that is still nobody: two claims on the same one are one entity
      const before = tempid.root
      if (v instanceof Tempid) {
        const key = `${a.id} ${v.root.key}`
        const owner = pointing.get(key)
        if (owner === undefined) pointing.set(key, before)
        else share(owner.root, before, a, undefined)
      }
      moved ||= before !== tempid.root
    }
    open = waiting
  }
  names.checkDescribed()
}

function claims(ops: readonly Op[]): Claim[] {
  const out: Claim[] = []
  for (const o of ops) {
    if (o.op === 'describe') {
      for (const i of o.shape.identities) {
        out.push({ tempid: o.e, a: o.shape.attributes[i] as Attribute, v: o.values[i] as ValueForm })
      }
    } else if (o.op === 'add' && o.a.unique === 'identity' && o.e instanceof Tempid) {
      out.push({ tempid: o.e, a: o.a, v: o.v })
    }
  }
  return out
}

/** The value, if it does not wait for a tempid. */
function knownValue(v: ValueForm | number): Value | undefined {
  if (v instanceof Tempid) return v.root.id
  if (v instanceof TupleForm) return v.value
  return v instanceof Lookup ? v.id : v
}

function settle(tempid: Tempid, id: number, a: Attribute, v: Value): void {
  if (tempid.id !== undefined && tempid.id !== id) {
    throw new AnnalsError(
      'tx/tempid-conflict',
      `${tempid.label} would be two entities, ${tempid.id} and ${id} (which has ${describe(showValue(v))} for ${a.ident}); name them apart`,
      { tempid: tempid.name, entities: [tempid.id, id], attribute: a.ident },
    )
  }
  tempid.id = id
}

/** Two tempids, both roots, that are given one value are one entity. */
function share(other: Tempid, root: Tempid, a: Attribute, v: Value | undefined): void {
  if (other === root) return
  if (other.id !== undefined && root.id !== undefined) settle(root, other.id, a, v ?? other.id)
  other.join(root)
}

/** The id of an entity form after resolution. Requires: tempids are resolved and minted. */
export function idOf(form: EntityForm | ValueForm): number {
  if (form instanceof Tempid) return form.root.id as number
  if (form instanceof Lookup) return form.id as number
  return form as number
}

/** The value of a value form after resolution. */
export const resolvedValue = (form: ValueForm | number): Value => {
  if (form instanceof TupleForm) return form.value as Value
  return form instanceof Tempid || form instanceof Lookup ? idOf(form) : form
}
