import type { Db } from '../db/db.ts'
import { scan } from '../db/view.ts'

/** Whether nothing has ever been said about `id`. */
export function isUnused(db: Db, id: number): boolean {
  const history = { ...db, view: { asOf: undefined, since: undefined, history: true } }
  return scan(history, 'eavt', { e: id }).count === 0
}
