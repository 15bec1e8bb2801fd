import type { Result } from './builtin.ts'
import { type Output, showResult } from './results.ts'
import type { Find } from './syntax.ts'

/** Reads the finished value of one find element in a row. */
export type ElementReader = (row: number) => unknown

/** A reader that shows values. */
export function readerOf(output: Output): ElementReader {
  if (output.kind === 'shown') return (row) => output.shown[row]
  const { column } = output
  return column instanceof Int32Array ? (row) => column[row] : (row) => showResult(column[row] as Result)
}

/** What is read in each of `rows`. */
export function eachRow<T>(rows: Int32Array, read: (row: number) => T): T[] {
  const out: T[] = []
  for (let k = 0; k < rows.length; k++) out.push(read(rows[k] as number))
  return out
}

/** What the caller gets: in the shape that `:find` asks for. */
export function shapeResult(find: Find, rows: Int32Array, readers: readonly ElementReader[]): unknown {
  const [first] = rows
  switch (find.shape) {
    case 'scalar':
      return first === undefined ? undefined : (readers[0] as ElementReader)(first)
    case 'tuple':
      return first === undefined ? undefined : oneRow(find, first, readers)
    case 'collection':
      return eachRow(rows, readers[0] as ElementReader)
    default:
      return find.keys === undefined ? arrays(rows, readers) : eachRow(rows, (row) => oneRow(find, row, readers))
  }
}

/** What the caller gets where there is one row at most: `cells`, which become part of it, or undefined for none. */
export function shapeRow(find: Find, cells: unknown[] | undefined): unknown {
  if (find.shape === 'scalar') return cells?.[0]
  if (find.shape === 'tuple') return cells && keyed(find, cells)
  if (cells === undefined) return []
  return find.shape === 'collection' ? [cells[0]] : [keyed(find, cells)]
}

function oneRow(find: Find, row: number, readers: readonly ElementReader[]): unknown {
  return keyed(
    find,
    readers.map((read) => read(row)),
  )
}

function keyed({ keys }: Find, cells: unknown[]): unknown {
  if (keys === undefined) return cells
  const out: Record<string, unknown> = {}
  for (let k = 0; k < keys.length; k++) out[keys[k] as string] = cells[k]
  return out
}

/** Rows as arrays: few cells are put down together, more of them column by column. */
function arrays(rows: Int32Array, readers: readonly ElementReader[]): unknown[][] {
  const n = rows.length
  const out = new Array<unknown[]>(n)
  const [a, b, c] = readers as [ElementReader, ElementReader, ElementReader]
  const at = (k: number): number => rows[k] as number
  if (readers.length === 1) for (let k = 0; k < n; k++) out[k] = [a(at(k))]
  else if (readers.length === 2) for (let k = 0; k < n; k++) out[k] = [a(at(k)), b(at(k))]
  else if (readers.length === 3) for (let k = 0; k < n; k++) out[k] = [a(at(k)), b(at(k)), c(at(k))]
  else {
    for (let k = 0; k < n; k++) out[k] = new Array<unknown>(readers.length)
    for (const [j, read] of readers.entries()) for (let k = 0; k < n; k++) (out[k] as unknown[])[j] = read(at(k))
  }
  return out
}
