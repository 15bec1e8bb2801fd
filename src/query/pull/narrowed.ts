import type { Db } from '../../db/db.ts'
import type { Place } from '../../db/index-order.ts'
import { attributesTouched } from './attributes-touched.ts'
import type { PullPlan } from './plan.ts'

/**
 * `db`, where it is watched what is read, as if a pull read the facts of its attributes alone: it takes over more where that is cheaper.
 * `known` as in {@link attributesTouched}.
 */
export function narrowed(db: Db, plan: PullPlan, known: boolean): Db {
  const { reads } = db
  const touched = reads === undefined ? 'all' : attributesTouched(plan, known)
  if (reads === undefined || touched === 'all') return db
  return {
    ...db,
    reads: {
      note(index, from, to) {
        const byEntity = index === 'eavt' || index === 'aevt'
        const at = (a: number, { e, v }: Place): Place => (byEntity ? { a, e } : { a, v })
        for (const a of touched) {
          const first = at(a, from)
          reads.note(byEntity ? 'aevt' : 'avet', first, from === to ? first : at(a, to)) // one place is known by being one object
        }
      },
    },
  }
}
