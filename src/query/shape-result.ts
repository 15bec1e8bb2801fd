import { showValue } from '../datom/show-value.ts'
import type { Value } from '../datom/value.ts'
import { type Output, shownValue } from './results.ts'
import type { Find } from './syntax.ts'

/** Reads the finished value of one find element in a row. */
export type ElementReader = (row: number) => unknown

/** A reader that shows values. */
export function readerOf(output: Output): ElementReader {
  if (output.kind !== 'values') return (row) => shownValue(output, row)
  const { column } = output
  return column instanceof Int32Array ? (row) => column[row] : (row) => showValue(column[row] as Value)
}

/** What the caller gets: in the shape that `:find` asks for. */
export function shapeResult(
  find: Find,
  rows: Int32Array,
  readers: readonly ElementReader[],
  outputs: readonly Output[],
): unknown {
  const [first] = rows
  switch (find.shape) {
    case 'scalar':
      return first === undefined ? undefined : (readers[0] as ElementReader)(first)
    case 'tuple':
      return first === undefined ? undefined : oneRow(find, first, readers)
    case 'collection':
      return Array.from(rows, readers[0] as ElementReader)
    default:
      return find.keys === undefined
        ? arrays(rows, readers, outputs)
        : Array.from(rows, (row) => oneRow(find, row, readers))
  }
}

function oneRow({ keys }: Find, row: number, readers: readonly ElementReader[]): unknown {
  if (keys === undefined) return readers.map((read) => read(row))
  const out: Record<string, unknown> = {}
  for (let k = 0; k < keys.length; k++) out[keys[k] as string] = (readers[k] as ElementReader)(row)
  return out
}

/** Rows as arrays; the usual widths without a loop over readers. */
function arrays(rows: Int32Array, readers: readonly ElementReader[], outputs: readonly Output[]): unknown[][] {
  const out: unknown[][] = []
  const [a, b, c] = readers as [ElementReader, ElementReader, ElementReader]
  const ids = outputs.map((o) => (o.kind === 'values' && o.column instanceof Int32Array ? o.column : undefined))
  switch (readers.length) {
    case 1: {
      const [only] = ids
      if (only !== undefined) for (let k = 0; k < rows.length; k++) out.push([only[rows[k] as number]])
      else for (let k = 0; k < rows.length; k++) out.push([a(rows[k] as number)])
      return out
    }
    case 2: {
      const [x, y] = ids
      if (x !== undefined && y !== undefined) {
        for (let k = 0; k < rows.length; k++) out.push([x[rows[k] as number], y[rows[k] as number]])
      } else for (let k = 0; k < rows.length; k++) out.push([a(rows[k] as number), b(rows[k] as number)])
      return out
    }
    case 3:
      for (let k = 0; k < rows.length; k++) out.push([a(rows[k] as number), b(rows[k] as number), c(rows[k] as number)])
      return out
    default:
      for (let k = 0; k < rows.length; k++) {
        const row = rows[k] as number
        out.push(readers.map((read) => read(row)))
      }
      return out
  }
}
