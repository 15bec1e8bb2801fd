import { compareValues, type Value } from '../datom/value.ts'
import type { Db } from './db.ts'
import { loadAll } from './load.ts'
import { scan } from './view.ts'

/** So many rows for each value are rather walked through than found one by one. */
const WALKED = 16

/**
 * Whether some entity has one of `values` for attribute `a`, which AVET holds, or two of them are the same. Requires: the values are all
 * texts of one type, or all numbers.
 */
export async function areTaken(db: Db, a: number, values: readonly Value[]): Promise<boolean> {
  const { reads } = db
  for (const v of reads === undefined ? [] : values) {
    const place = { a, v }
    reads?.note('avet', place, place)
  }
  const sorted = sortedValues(values)
  for (let i = 1; i < sorted.length; i++) if (sorted[i - 1] === sorted[i]) return true
  const unwatched: Db = { ...db, reads: undefined }
  const among = scan(unwatched, 'avet', { a, v: sorted[0] }, { a, v: sorted.at(-1) })
  if (among.count === 0) return false
  const found = among.count <= values.length * WALKED ? [among] : sorted.map((v) => scan(unwatched, 'avet', { a, v }))
  const loading = loadAll(found)
  if (loading !== undefined) await loading
  if (found[0] !== among) return found.some(({ count }) => count > 0)
  let next = 0
  for (const { v, start, end } of among.batches()) {
    for (let i = start; i < end; ) {
      const order = compareValues(v[i] as Value, sorted[next] as Value)
      if (order === 0) return true
      if (order < 0) i++
      else if (++next === sorted.length) return false
    }
  }
  return false
}

/** In the order of `compareValues`: the language's own is the same for texts of one type. */
const sortedValues = (values: readonly Value[]): Value[] =>
  typeof values[0] === 'number' ? [...Float64Array.from(values as readonly number[]).sort()] : [...values].sort()
