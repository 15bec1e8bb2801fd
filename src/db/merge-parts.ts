import { lowerBound } from '../base/search.ts'
import { type CompareRows, compareRows, type Order } from './index-order.ts'
import { mergeLeaf } from './leaf.ts'
import type { MergedRuns } from './merged-runs.ts'
import { countParts, type Part } from './part.ts'
import { concatRows, NO_ROWS, type Rows, sliceRows } from './rows.ts'

/**
 * The rows of `base` without those of `gone` and with those of `fresh`, all in the order of `index`. Parts into which neither
 * falls are passed on as they are; what is put together is kept in `known`.
 */
export function mergeParts(
  index: Order,
  base: readonly Part[],
  gone: readonly Part[],
  fresh: readonly Part[],
  known: MergedRuns,
): readonly Part[] {
  if (base.length === 0) return fresh
  const compare = compareRows[index]
  const removed = new Taker(gone, compare)
  const added = new Taker(fresh, compare)
  const out: Part[] = []
  for (const [i, part] of base.entries()) {
    const next = base[i + 1]
    const ended = removed.before(next)
    const news = added.before(next)
    if (ended.length === 0 && news.length === 0) out.push(part)
    else {
      let rows = known.find(part, ended, news)
      if (rows === undefined) {
        rows = merged(part, ended, news, compare)
        known.keep(part, ended, news, rows)
      }
      if (rows.length > 0) out.push({ rows, start: 0, end: rows.length })
    }
  }
  return out
}

function merged(base: Part, gone: readonly Part[], fresh: readonly Part[], compare: CompareRows): Rows {
  const removed = flat(gone)
  const added = flat(fresh)
  const rows = sliceRows(base.rows, base.start, base.end)
  return mergeLeaf(rows, removed, 0, removed.length, added, 0, added.length, compare)
}

/** Hands out sorted rows from the first to the last. */
class Taker {
  #i = 0
  #at: number

  constructor(
    private readonly parts: readonly Part[],
    private readonly compare: CompareRows,
  ) {
    this.#at = parts[0]?.start ?? 0
  }

  /** What is left and sorts before the first row of `next`; all that is left without `next`. */
  before(next: Part | undefined): Part[] {
    const out: Part[] = []
    for (let part = this.parts[this.#i]; part !== undefined; part = this.parts[this.#i]) {
      const { rows } = part
      const end = next === undefined ? part.end : this.#endBefore(part, next)
      if (end > this.#at) out.push({ rows, start: this.#at, end })
      this.#at = end
      if (end < part.end) break
      this.#i++
      this.#at = this.parts[this.#i]?.start ?? 0
    }
    return out
  }

  #endBefore({ rows, end }: Part, next: Part): number {
    return lowerBound(this.#at, end, (k) => this.compare(rows, k, next.rows, next.start) < 0)
  }
}

/** One after the other. */
export function flat(parts: readonly Part[]): Rows {
  const [first] = parts
  if (first === undefined) return NO_ROWS
  if (parts.length === 1) return sliceRows(first.rows, first.start, first.end)
  return concatRows(
    parts.map(({ rows, start, end }) => sliceRows(rows, start, end)),
    countParts(parts),
  )
}
