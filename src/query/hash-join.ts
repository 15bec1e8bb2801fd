import type { Value } from '../datom/value.ts'
import type { Batch } from '../db/scan.ts'
import type { Codes } from './codes.ts'
import type { Column } from './column.ts'
import { type IntIndex, indexInts } from './int-index.ts'
import type { PairBuffer } from './pair-buffer.ts'
import { placeColumn, type RowTest, selectedRows, selectRows } from './row-tests.ts'

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
  for (const b of batches) {
    const n = selectRows(b, tests)
    const rows = selectedRows()
    const column = placeColumn(b, place)
    if (column instanceof Int32Array) probeInts(index, b, column, rows, n, out)
    else probeValues(index, b, column, rows, n, codes, out)
    out.flush(b)
  }
}

function probeInts(index: IntIndex, b: Batch, column: Int32Array, rows: Int32Array, n: number, out: PairBuffer): void {
  const { next } = index
  for (let k = 0; k < n; k++) {
    const row = rows[k] as number
    for (let i = index.first(column[row] as number); i !== -1; i = next[i] as number) out.push(b, i, row)
  }
}

function probeValues(
  index: IntIndex,
  b: Batch,
  column: ArrayLike<Value> | undefined,
  rows: Int32Array,
  n: number,
  codes: Codes,
  out: PairBuffer,
): void {
  const { next } = index
  for (let k = 0; k < n; k++) {
    const row = rows[k] as number
    const code = codes.find(column === undefined ? true : (column[row] as Value))
    for (let i = index.first(code); i !== -1; i = next[i] as number) out.push(b, i, row)
  }
}
