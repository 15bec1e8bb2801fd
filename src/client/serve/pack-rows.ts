import type { Column, WireRows } from '../../api/messages.ts'
import { hasKeys } from '../../base/has-keys.ts'
import { isRow } from '../../base/is-row.ts'
import { ResultColumns } from '../../query/result-columns.ts'
import { Moved } from '../calls.ts'

/** Below this many rows a result crosses as it is: building columns costs more than it saves. */
const MIN_ROWS = 200
/** Different values that one byte can number. */
const MOST_VALUES = 256
/** A column that shows more different values than this among its first ones is not worth a dictionary. */
const SAMPLE = 64
const MOST_IN_SAMPLE = 48

/**
 * A query's result in the form that crosses fastest: by columns, as typed arrays that are transferred and one text for all
 * strings of a column. 10,000 rows of 4 columns, rows rebuilt: 0.7 ms, against 2.7 for the rows as they are and 3.1 for JSON.
 */
export function packRows(result: unknown): Moved<WireRows> {
  const wire = packed(result)
  return new Moved(wire, wire.form === 'plain' ? [] : wire.columns.flatMap(buffersOf))
}

function packed(result: unknown): WireRows {
  if (result instanceof ResultColumns) return packedColumns(result)
  const plain: WireRows = { form: 'plain', value: result }
  if (!Array.isArray(result) || result.length < MIN_ROWS) return plain
  const { length } = result
  const first: unknown = result[0]
  if (typeof first !== 'object' || first === null) {
    const column = packCells(result)
    return 'cells' in column ? plain : { form: 'values', length, columns: [column] }
  }
  if (Array.isArray(first)) {
    const width = first.length
    for (const row of result) if (!Array.isArray(row) || row.length !== width) return plain
    return { form: 'arrays', length, columns: Array.from(first.keys(), (j) => packCells(nth(result, j))) }
  }
  if (!isRow(first)) return plain
  const keys = Object.keys(first)
  for (const row of result) if (!isRow(row) || !hasKeys(row, keys)) return plain
  return { form: 'objects', length, keys, columns: keys.map((key) => packCells(named(result, key))) }
}

function packedColumns({ length, columns, keys }: ResultColumns): WireRows {
  const packed = columns.map((column) => (column instanceof Int32Array ? { numbers: column } : packCells(column)))
  return keys === undefined
    ? { form: 'arrays', length, columns: packed }
    : { form: 'objects', length, columns: packed, keys }
}

// Two loops that look alike: each meets one kind of row, which is what makes it fast.

function nth(rows: readonly (readonly unknown[])[], j: number): unknown[] {
  const cells = new Array<unknown>(rows.length)
  for (let i = 0; i < rows.length; i++) cells[i] = (rows[i] as readonly unknown[])[j]
  return cells
}

function named(rows: readonly Readonly<Record<string, unknown>>[], key: string): unknown[] {
  const cells = new Array<unknown>(rows.length)
  for (let i = 0; i < rows.length; i++) cells[i] = (rows[i] as Readonly<Record<string, unknown>>)[key]
  return cells
}

function packCells(cells: readonly unknown[]): Column {
  const packed = typeof cells[0] === 'number' ? packNumbers(cells) : (packValues(cells) ?? packText(cells))
  return packed ?? { cells }
}

function packNumbers(cells: readonly unknown[]): Column | undefined {
  let small = true
  for (const x of cells) {
    if (typeof x !== 'number') return undefined
    small &&= (x | 0) === x && !Object.is(x, -0)
  }
  return { numbers: small ? new Int32Array(cells as number[]) : new Float64Array(cells as number[]) }
}

/** Few different values, each once. undefined where there are many, or what structured clone must see one by one. */
function packValues(cells: readonly unknown[]): Column | undefined {
  const places = new Map<unknown, number>()
  const at = new Uint8Array(cells.length)
  for (let i = 0; i < cells.length; i++) {
    const x = cells[i]
    if (typeof x === 'object' && x !== null) return undefined
    let place = places.get(x)
    if (place === undefined) {
      place = places.size
      if (place === MOST_VALUES || (i < SAMPLE && place === MOST_IN_SAMPLE)) return undefined
      places.set(x, place)
    }
    at[i] = place
  }
  return { values: [...places.keys()], at }
}

function packText(cells: readonly unknown[]): Column | undefined {
  const ends = new Uint32Array(cells.length)
  let end = 0
  for (let i = 0; i < cells.length; i++) {
    const x = cells[i]
    if (typeof x !== 'string') return undefined
    end += x.length
    ends[i] = end
  }
  // joined at once: a text that grows is flattened when it crosses, at twice the cost
  return { text: cells.join(''), ends }
}

const buffersOf = (column: Column): ArrayBuffer[] =>
  Object.values<unknown>(column).flatMap((part) => (ArrayBuffer.isView(part) ? [part.buffer as ArrayBuffer] : []))
