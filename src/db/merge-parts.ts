import { lowerBound } from '../base/search.ts'
import { compareRows, type Order } from './index-order.ts'
import { mergeLeaf } from './leaf.ts'
import { countParts, type Part } from './part.ts'
import { concatRows, type Rows, sliceRows } from './rows.ts'

/**
 * The rows of `base` without those of `gone` and with those of `fresh`, all in the order of `index`. Parts into which neither
 * falls are passed on as they are.
 */
export function mergeParts(
  index: Order,
  base: readonly Part[],
  gone: readonly Part[],
  fresh: readonly Part[],
): readonly Part[] {
  if (gone.length === 0 && fresh.length === 0) return base
  if (base.length === 0) return fresh
  const compare = compareRows[index]
  const removed = flat(gone)
  const added = flat(fresh)
  const out: Part[] = []
  let r0 = 0
  let a0 = 0
  for (const [i, part] of base.entries()) {
    const next = base[i + 1]
    const before = (rows: Rows, lo: number): number =>
      next === undefined ? rows.length : lowerBound(lo, rows.length, (k) => compare(rows, k, next.rows, next.start) < 0)
    const r1 = before(removed, r0)
    const a1 = before(added, a0)
    if (r0 === r1 && a0 === a1) out.push(part)
    else {
      const rows = mergeLeaf(sliceRows(part.rows, part.start, part.end), removed, r0, r1, added, a0, a1, compare)
      if (rows.length > 0) out.push({ rows, start: 0, end: rows.length })
    }
    r0 = r1
    a0 = a1
  }
  return out
}

/** One after the other. */
export function flat(parts: readonly Part[]): Rows {
  const [first] = parts
  if (first !== undefined && parts.length === 1) return sliceRows(first.rows, first.start, first.end)
  return concatRows(
    parts.map(({ rows, start, end }) => sliceRows(rows, start, end)),
    countParts(parts),
  )
}
