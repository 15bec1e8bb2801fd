import { gallop } from '../base/search.ts'
import type { Value } from '../datom/value.ts'
import type { Batch } from '../db/scan.ts'
import type { Codes } from './codes.ts'
import type { Column } from './column.ts'
import { indexInts } from './int-index.ts'
import type { PairBuffer } from './pair-buffer.ts'

/**
 * Joins the texts of a column with batches whose texts ascend, skipping what has no partner: the cost follows the column, not the
 * range. What is no text matches nothing.
 */
export function seekByText(key: Column, batches: readonly Batch[], codes: Codes, out: PairBuffer): void {
  const index = indexInts(codes.ofColumn(key))
  const { next } = index
  const texts = Array.from(new Set(key as readonly Value[]))
    .filter((v) => typeof v === 'string')
    .sort()
  let i = 0
  for (const b of batches) {
    const { v, end } = b
    const last = v[end - 1] as string
    let row = b.start
    for (; i < texts.length; i++) {
      const text = texts[i] as string
      if (text > last) break
      row = gallop(row, end, (k) => (v[k] as string) < text)
      if (v[row] === text) {
        const first = index.first(codes.find(text))
        for (; row < end && v[row] === text; row++)
          for (let k = first; k !== -1; k = next[k] as number) out.push(b, k, row)
      }
      if (text === last) break // the next batch may go on with it
    }
    out.flush(b)
  }
}
