import type { Batch } from '../db/scan.ts'
import type { Codes } from './codes.ts'
import type { Column } from './column.ts'
import { indexInts } from './int-index.ts'
import type { PairBuffer } from './pair-buffer.ts'
import { placeColumn, type RowTest, selectedRows, selectRows } from './row-tests.ts'
import { Place } from './step.ts'
import { formOf } from './value-form.ts'

/** Joins a hashed column of a relation with a place of the batches' rows, in the order of the batches. */
export function hashByPlace(
  key: Column,
  place: number,
  batches: readonly Batch[],
  tests: readonly RowTest[],
  codes: Codes,
  out: PairBuffer,
): void {
  const index = indexInts(codes.ofColumn(key))
  const { next } = index
  for (const b of batches) {
    const n = selectRows(b, tests)
    const rows = selectedRows()
    const found = findCodes(b, place, rows, n, codes)
    for (let k = 0; k < n; k++) {
      const row = rows[k] as number
      for (let i = index.first(found[row] as number); i !== -1; i = next[i] as number) out.push(b, i, row)
    }
    out.flush(b)
  }
}

/** By row of a batch, for `rows[0 ..< n]`: the code of the value in a place; of many different ones none where they have none yet. */
function findCodes(b: Batch, place: number, rows: Int32Array, n: number, codes: Codes): Int32Array {
  const form = place === Place.v ? formOf(b) : undefined
  const ints = form instanceof Int32Array ? form : placeColumn(b, place)
  if (ints instanceof Int32Array) return codes.ofColumn(ints)
  const out = new Int32Array(b.end)
  if (form && 'list' in form) {
    const listed = codes.ofColumn(form.list)
    for (let k = 0; k < n; k++) out[rows[k] as number] = listed[form.at[rows[k] as number] as number] as number
  } else for (let k = 0; k < n; k++) out[rows[k] as number] = codes.find(ints?.[rows[k] as number] ?? true)
  return out
}
