import type { Value } from '../datom/value.ts'
import type { RowAt } from './rows.ts'

/**
 * The segments of one merge that hold a single row with a large value, by the rest of the row. Such a segment is the same in every
 * index, so that all of them name the one that was written first, or was there before.
 */
export type LargeRows = Map<string, { readonly v: Value | undefined; readonly id: number }>

/** The segment that holds `row` alone: the one that is known, or else what `made` answers, which is known from then on. */
export function largeRow(large: LargeRows, { rows, i }: RowAt, made: () => number): number {
  const { e, a, v, tx, to } = rows
  const key = `${e[i]} ${a[i]} ${tx[i]} ${to?.[i]}`
  const found = large.get(key)
  if (found !== undefined && found.v === v[i]) return found.id
  const id = made()
  large.set(key, { v: v[i], id })
  return id
}
