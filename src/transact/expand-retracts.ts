import type { Attribute } from '../datom/schema.ts'
import type { Value } from '../datom/value.ts'
import type { Db } from '../db/db.ts'
import { loadAll } from '../db/load.ts'
import { scan } from '../db/view.ts'

/**
 * All that retracting `entities` takes: every fact about them, every ref to them, and the same for their components, level by
 * level.
 */
export async function expandRetracts(
  db: Db,
  entities: readonly number[],
  retract: (e: number, a: Attribute, v: Value) => void,
): Promise<void> {
  const seen = new Set(entities)
  let level = [...seen]
  while (level.length > 0) {
    const next: number[] = []
    const scans = level.flatMap((e) => [scan(db, 'eavt', { e }), scan(db, 'vaet', { v: e })])
    await loadAll(scans)
    for (const found of scans) {
      for (const b of found.batches()) {
        for (let i = b.start; i < b.end; i++) {
          const a = db.schema.attributes.get(b.a[i] as number)
          if (a === undefined || a.tupleAttrs !== undefined) continue // composites follow their members
          const v = b.v[i] as Value
          retract(b.e[i] as number, a, v)
          if (!a.component || seen.has(v as number) || !seen.has(b.e[i] as number)) continue
          seen.add(v as number)
          next.push(v as number)
        }
      }
    }
    level = next
  }
}
