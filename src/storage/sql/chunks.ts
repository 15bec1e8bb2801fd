/** Rows of one INSERT: servers take 32,766 parameters or more. */
const INSERT_ROWS = 1000

export function* chunks<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let i = 0; i < rows.length; i += INSERT_ROWS) yield rows.slice(i, i + INSERT_ROWS)
}
