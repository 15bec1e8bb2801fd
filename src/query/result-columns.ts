import { showValue } from '../datom/show-value.ts'
import type { Value } from '../datom/value.ts'
import { pickColumn } from './column.ts'
import { type Output, shownValue } from './results.ts'
import { readerOf, shapeResult } from './shape-result.ts'
import type { Find } from './syntax.ts'

/** Below this many rows nobody is served by columns. */
const MIN_ROWS = 200

/** The rows of a relation, column by column, as applications see their cells. The columns are nobody else's. */
export class ResultColumns {
  constructor(
    readonly length: number,
    readonly columns: readonly (Int32Array | readonly unknown[])[],
    /** Where rows are objects. */
    readonly keys: readonly string[] | undefined,
  ) {}
}

/** What the caller gets: a large relation as {@link ResultColumns}, everything else in the shape that `:find` asks for. */
export function byColumns(find: Find, rows: Int32Array, outputs: readonly Output[]): unknown {
  if (find.shape !== 'relation' || rows.length < MIN_ROWS) return shapeResult(find, rows, outputs.map(readerOf))
  return new ResultColumns(
    rows.length,
    outputs.map((output) => cellsOf(output, rows)),
    find.keys,
  )
}

function cellsOf(output: Output, rows: Int32Array): Int32Array | unknown[] {
  if (output.kind !== 'values') return Array.from(rows, (row) => shownValue(output, row))
  const { column } = output
  if (column instanceof Int32Array) return pickColumn(column, rows, rows.length) as Int32Array
  const cells: unknown[] = []
  for (let k = 0; k < rows.length; k++) cells.push(showValue(column[rows[k] as number] as Value))
  return cells
}
