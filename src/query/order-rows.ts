import { compareValues, type Value } from '../datom/value.ts'
import { countingColumn } from './column.ts'
import { asValue } from './functions/arguments.ts'
import { resultAt, type Table } from './results.ts'
import type { Order } from './syntax.ts'

/** Below this share of the rows, finding the first few is cheaper than sorting them all. */
const FEW = 1 / 8

/** The rows that are asked for: ordered, `limit` of them (all when undefined) after `offset`. */
export function orderedRows(
  table: Table,
  orders: readonly Order[],
  offset: number,
  limit: number | undefined,
): Int32Array {
  const end = limit === undefined ? table.length : Math.min(table.length, offset + limit)
  if (orders.length === 0)
    return offset === 0 ? countingColumn(end) : countingColumn(end).subarray(Math.min(offset, end))
  const compare = comparison(table, orders)
  const rows =
    end < table.length * FEW ? firstRows(table.length, end, compare) : countingColumn(table.length).sort(compare)
  return rows.subarray(Math.min(offset, end), end)
}

function comparison(table: Table, orders: readonly Order[]): (i: number, j: number) => number {
  const keys = orders.map(({ element, descending }) => {
    const output = table.outputs[element]
    const values: Value[] = []
    for (let row = 0; output !== undefined && row < table.length; row++) {
      values.push(asValue(resultAt(output, row, ':order-by')) ?? false)
    }
    return { values, sign: descending ? -1 : 1 }
  })
  return (i, j) => {
    for (const { values, sign } of keys) {
      const c = compareValues(values[i] as Value, values[j] as Value)
      if (c !== 0) return c * sign
    }
    return i - j
  }
}

/** The first `n` rows in order, by a heap of the best so far whose top is the worst of them. */
function firstRows(length: number, n: number, compare: (i: number, j: number) => number): Int32Array {
  const heap = countingColumn(n)
  if (n === 0) return heap
  const sink = (from: number): void => {
    const row = heap[from] as number
    let i = from
    for (;;) {
      let child = 2 * i + 1
      if (child >= n) break
      if (child + 1 < n && compare(heap[child + 1] as number, heap[child] as number) > 0) child++
      if (compare(heap[child] as number, row) <= 0) break
      heap[i] = heap[child] as number
      i = child
    }
    heap[i] = row
  }
  for (let i = (n >> 1) - 1; i >= 0; i--) sink(i)
  for (let row = n; row < length; row++) {
    if (compare(row, heap[0] as number) >= 0) continue
    heap[0] = row
    sink(0)
  }
  return heap.sort(compare)
}
