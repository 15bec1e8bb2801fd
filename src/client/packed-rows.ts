import type { Column, WireRows } from '../api/messages.ts'

/** The result that `packRows` packed: fresh rows, equal to those that were there. */
export function unpackRows(wire: WireRows): unknown {
  if (wire.form === 'plain') return wire.value
  const { length, columns } = wire
  if (wire.form === 'objects') {
    const rows = makeObjects(length)
    for (const [j, key] of wire.keys.entries()) fillObjects(rows, key, columns[j] as Column)
    return rows
  }
  const rows = makeArrays(length, columns.length)
  for (const [j, column] of columns.entries()) fillArrays(rows, j, column)
  return wire.form === 'values' ? rows.map((row) => row[0]) : rows
}

// Two functions that look alike, with a loop for each kind of column: every loop meets one kind of row and one kind of cell,
// which makes it two to three times faster than one that meets all.

function fillArrays(rows: readonly unknown[][], j: number, column: Column): void {
  if ('numbers' in column) {
    const { numbers } = column
    for (let i = 0; i < rows.length; i++) (rows[i] as unknown[])[j] = numbers[i]
  } else if ('cells' in column) {
    const { cells } = column
    for (let i = 0; i < rows.length; i++) (rows[i] as unknown[])[j] = cells[i]
  } else if ('values' in column) {
    const { values, at } = column
    for (let i = 0; i < rows.length; i++) (rows[i] as unknown[])[j] = values[at[i] as number]
  } else {
    const { text, ends } = column
    for (let i = 0, start = 0; i < rows.length; i++) {
      const end = ends[i] as number
      ;(rows[i] as unknown[])[j] = text.slice(start, end)
      start = end
    }
  }
}

function fillObjects(rows: readonly Record<string, unknown>[], key: string, column: Column): void {
  if ('numbers' in column) {
    const { numbers } = column
    for (let i = 0; i < rows.length; i++) (rows[i] as Record<string, unknown>)[key] = numbers[i]
  } else if ('cells' in column) {
    const { cells } = column
    for (let i = 0; i < rows.length; i++) (rows[i] as Record<string, unknown>)[key] = cells[i]
  } else if ('values' in column) {
    const { values, at } = column
    for (let i = 0; i < rows.length; i++) (rows[i] as Record<string, unknown>)[key] = values[at[i] as number]
  } else {
    const { text, ends } = column
    for (let i = 0, start = 0; i < rows.length; i++) {
      const end = ends[i] as number
      ;(rows[i] as Record<string, unknown>)[key] = text.slice(start, end)
      start = end
    }
  }
}

function makeArrays(length: number, width: number): unknown[][] {
  const rows = new Array<unknown[]>(length)
  for (let i = 0; i < length; i++) rows[i] = new Array<unknown>(width)
  return rows
}

function makeObjects(length: number): Record<string, unknown>[] {
  const rows = new Array<Record<string, unknown>>(length)
  for (let i = 0; i < length; i++) rows[i] = {}
  return rows
}
