import { pickColumn } from './column.ts'
import type { Output } from './results.ts'
import { eachRow, readerOf, shapeResult } from './shape-result.ts'
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
  return output.kind === 'values' && output.column instanceof Int32Array
    ? (pickColumn(output.column, rows, rows.length) as Int32Array)
    : eachRow(rows, readerOf(output))
}
