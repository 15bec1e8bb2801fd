import { type Db, wholeHistory } from '../db/db.ts'
import { scan } from '../db/view.ts'
import type { IdRange } from './protocol.ts'

/** The parts of a range of ids about which nothing was ever said: another live copy of this profile may have given out the same ones. */
export async function unusedIds(db: Db, [from, to]: IdRange): Promise<readonly IdRange[]> {
  const history = wholeHistory({ ...db, reads: undefined })
  const said = scan(history, 'eavt', { e: from }, { e: to - 1 })
  await said.load()
  const free: IdRange[] = []
  let next = from
  for (const { e, start, end } of said.batches()) {
    for (let i = start; i < end; i++) {
      const used = e[i] as number
      if (used > next) free.push([next, used])
      next = Math.max(next, used + 1)
    }
  }
  if (next < to) free.push([next, to])
  return free
}

/** Whether nothing was ever said about `id`. */
export const isUnused = async (db: Db, id: number): Promise<boolean> => (await unusedIds(db, [id, id + 1])).length > 0
