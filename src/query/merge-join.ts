import { gallop } from '../base/search.ts'
import type { Batch } from '../db/scan.ts'
import { pickColumn } from './column.ts'
import type { PairBuffer } from './pair-buffer.ts'

/**
 * Joins the rows of a column of entities with batches whose entities ascend, skipping what has no partner on either side: the
 * cost follows the shorter side, not the range. `order`: the rows by entity; undefined when they ascend already.
 */
export function mergeByEntity(
  unsorted: Int32Array,
  order: Int32Array | undefined,
  batches: readonly Batch[],
  out: PairBuffer,
): void {
  const keys = order === undefined ? unsorted : (pickColumn(unsorted, order, order.length) as Int32Array)
  const n = keys.length
  let i = 0
  for (const b of batches) {
    if (i >= n) return
    const { e, end } = b
    let j = b.start
    const last = e[end - 1] as number
    while (i < n) {
      const key = keys[i] as number
      if (key > last) break
      const here = e[j] as number
      if (here > key) {
        i = seekKey(keys, i + 1, here)
        continue
      }
      if (here < key) j = seekEntity(e, j, end, key)
      if (e[j] !== key) {
        i++
        continue
      }
      const together = order === undefined ? alignedRun(keys, i, e, j, end) : 0
      if (together >= SHORTEST_RUN) {
        out.pushRun(b, i, j, together)
        i += together
        j += together
        continue
      }
      let iEnd = i
      do {
        const row = order === undefined ? iEnd : (order[iEnd] as number)
        for (let k = j; k < end && e[k] === key; k++) out.push(b, row, k)
        iEnd++
      } while (iEnd < n && keys[iEnd] === key)
      if (key === last) break // the next batch may go on with the same entity
      i = iEnd
      j++
    }
    out.flush(b)
  }
}

/** Shorter runs are not worth being handed on as such. */
const SHORTEST_RUN = 16

/** How many keys from `i` on are those of the rows from `j` on, each once on either side. The last row before `end` is not looked at. */
function alignedRun(keys: Int32Array, i: number, e: Int32Array, j: number, end: number): number {
  const most = Math.min(keys.length - i, end - j) - 1
  let n = 0
  for (let key = keys[i] as number; n < most && e[j + n] === key; n++) {
    const next = keys[i + n + 1] as number
    if (next === key) break
    key = next
  }
  return n > 0 && e[j + n] === e[j + n - 1] ? n - 1 : n
}

/** The first place from `i` on whose key is at least `wanted`. */
function seekKey(keys: Int32Array, from: number, wanted: number): number {
  return gallop(from, keys.length, (i) => (keys[i] as number) < wanted)
}

/** The first row from `j` on whose entity is at least `wanted`. Requires: `e[j] < wanted <= e[end - 1]`. */
function seekEntity(e: Int32Array, from: number, end: number, wanted: number): number {
  // where entities follow each other without gaps, each once, the row is as far away as the entity
  const guess = from + wanted - (e[from] as number)
  if (guess < end && e[guess] === wanted && (e[guess - 1] as number) < wanted) return guess
  return gallop(from + 1, end - 1, (i) => (e[i] as number) < wanted)
}
